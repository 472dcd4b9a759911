/** One device's way to the server: a TCP proxy that can fall silent, as a network does, or be cut off. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class ServerGate {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Ends that came while nothing passed. */
  readonly #late: (() => void)[] = [];
  #port = 0;
  #silent = false;

  private constructor(target: () => number) {
    this.#server = createServer({ pauseOnConnect: true }, (near) => {
      const far = connect(target(), '127.0.0.1');
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  /** @param target the port to which it leads, asked for each connection */
  static async open(target: () => number): Promise<ServerGate> {
    const gate = new ServerGate(target);
    await new Promise<void>((resolve) => gate.#server.listen(0, '127.0.0.1', resolve));
    const address = gate.#server.address();
    if (typeof address === 'object' && address !== null) gate.#port = address.port;
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** While silent nothing passes, either way, and nobody is told. */
  set silent(silent: boolean) {
    if (silent === this.#silent) return;
    this.#silent = silent;
    for (const socket of this.#sockets) {
      if (silent) socket.pause();
      else socket.resume();
    }
    if (!silent) for (const end of this.#late.splice(0)) end();
  }

  /** Ends every connection and takes no more: the operating system does so for a program that has crashed. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    this.#server.close();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (bytes: Buffer) => to.write(bytes));
    const end = () => {
      this.#sockets.delete(from);
      if (this.#silent) this.#late.push(() => to.destroy());
      else to.destroy();
    };
    from.on('error', () => {});
    from.on('close', end);
    if (this.#silent) from.pause();
    else from.resume();
  }
}

/** Snug's own server, and where a scenario wants it a TURN server beside it. */
import { type ChildProcess, execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Internet } from './gateways.ts';
import type { Namespace } from './namespaces.ts';
import { until } from './patience.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const PORT = 8600;
const TURN_SECRET = 'of the laboratory';
const TURN_PORT = 3479;
const READ = 'fetch(process.argv[1]).then((r) => r.text()).then((t) => process.stdout.write(t))';

export interface ServerOptions {
  /** `default`: nothing is set. `public`: its address, as a host sets it. `turn`: a TURN server beside it, too. */
  readonly settings: 'default' | 'public' | 'turn';
  /** coturn's executable. */
  readonly turnserver: string | undefined;
  /** A directory for what coturn keeps. */
  readonly scratch: string;
}

/** Collects what a program says, for when it says why it ended. */
function listen(program: ChildProcess): () => string {
  let said = '';
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  };
  program.stdout?.on('data', hear);
  program.stderr?.on('data', hear);
  program.on('error', (error) => hear(Buffer.from(error.message)));
  return () => said;
}

export class SignalingServer {
  readonly url: string;
  readonly machine: Namespace;

  private constructor(machine: Namespace, address: string) {
    this.machine = machine;
    this.url = `http://${address}:${PORT}`;
  }

  /** As a host starts it, on a machine of its own, on the ports it has when nothing is said. */
  static async start(internet: Internet, options: ServerOptions): Promise<SignalingServer> {
    const { machine, address } = internet.connectServer();
    const program = machine.start(process.execPath, ['signaling/main.ts'], {
      cwd: root,
      env: {
        ...inherited(),
        ...(options.settings !== 'default' && { PUBLIC_HOST: `${address}:${PORT}` }),
        ...(options.settings === 'turn' && startTurn(machine, address, options)),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = listen(program);
    await until('the signaling server runs', () => {
      if (program.exitCode !== null) throw new Error(`The signaling server ended: ${said()}`);
      return said().includes('Snug is running at');
    });
    return new SignalingServer(machine, address);
  }

  /** Bytes of frames that it has relayed so far, by its own count. */
  async relayedBytes(): Promise<number> {
    const { stdout } = await promisify(execFile)('ip', [
      ...['netns', 'exec', this.machine.name],
      ...[process.execPath, '-e', READ, `${this.url}/metrics`],
    ]);
    const bytes = /^snug_relayed_bytes_total (\d+)$/m.exec(stdout)?.[1];
    if (bytes === undefined) throw new Error('The server does not count what it relays.');
    return Number(bytes);
  }
}

/** No setting that whoever runs the laboratory happens to have in the environment, but where the page is. */
function inherited(): Readonly<Record<string, string>> {
  const kept = ['PATH', 'HOME', 'PAGE_DIR'].map((name) => [name, process.env[name]] as const);
  return Object.fromEntries(kept.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** @returns the signaling server's settings for it */
function startTurn(
  machine: Namespace,
  address: string,
  { turnserver, scratch }: ServerOptions,
): Readonly<Record<string, string>> {
  if (turnserver === undefined) throw new Error('There is no coturn here.');
  machine.start(
    turnserver,
    [
      ...['-n', '--use-auth-secret', `--static-auth-secret=${TURN_SECRET}`, '--realm=snug'],
      ...[`--listening-ip=${address}`, `--relay-ip=${address}`, `--listening-port=${TURN_PORT}`],
      ...['--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout'],
      `--pidfile=${path.join(scratch, 'turn.pid')}`,
      `--userdb=${path.join(scratch, 'turn.db')}`,
    ],
    { stdio: 'ignore' },
  );
  return {
    TURN_SECRET,
    ICE_SERVERS: ['udp', 'tcp']
      .map((transport) => `turn:${address}:${TURN_PORT}?transport=${transport}`)
      .join(','),
  };
}

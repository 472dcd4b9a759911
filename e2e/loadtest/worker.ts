/** A process of the load test that drives some of its peers. Ends when the process that started it ends. */
import * as v from 'valibot';
import { sumOfBytes } from './byte-sums.ts';
import { machineMs } from './clock.ts';
import { MeshPeers } from './mesh-peers.ts';
import type { Mode } from './modes.ts';
import type { Shown } from './observations.ts';
import type { ModePeers, Participant } from './participant.ts';
import { makePlan, numberIn, type Plan } from './plan.ts';
import { heldToPlan } from './shown.ts';
import { NumberedOrder, type Order, type Said, type Writing } from './worker-protocol.ts';

/** What came into view is told so often, ms. */
const TELL_MS = 100;

function say(said: Said): void {
  if (process.connected) process.send?.(said);
}

function trouble(peer: number, what: string): void {
  say({ is: 'trouble', peer, what: what.slice(0, 500) });
}

async function peersOf(mode: Mode): Promise<ModePeers> {
  switch (mode) {
    case 'mesh':
      return new MeshPeers({
        onFirstLink: (peer) => say({ is: 'first-link', peer }),
        onProblem: trouble,
      });
    case 'router':
      return (await import('./router-peers.ts')).routerPeers;
    case 'star':
      return (await import('./star-peers.ts')).starPeers;
  }
}

class Worker {
  readonly #plan: Plan;
  readonly #server: string;
  readonly #peers: ModePeers;
  readonly #participants = new Map<number, Participant>();
  readonly #texts: ReadonlyMap<number, string>;
  readonly #numbers: ReadonlyMap<string, number>;
  /** By peer: the numbers of those that came into its view. */
  readonly #came = new Map<number, Set<number>>();
  readonly #seen: [peer: number, message: number, atMs: number][] = [];
  #telling: NodeJS.Timeout | undefined;

  private constructor(plan: Plan, server: string, peers: ModePeers) {
    this.#plan = plan;
    this.#server = server;
    this.#peers = peers;
    this.#texts = new Map(
      [...plan.messages, ...plan.warmUp].map(({ number, text }) => [number, text]),
    );
    this.#numbers = new Map([...this.#texts].map(([number, text]) => [text, number]));
  }

  static async begin({ mode, options, server }: Extract<Order, { do: 'begin' }>): Promise<Worker> {
    return new Worker(makePlan(options), server, await peersOf(mode));
  }

  async carryOut(order: Exclude<Order, { do: 'begin' }>): Promise<unknown> {
    switch (order.do) {
      case 'found':
        return this.#found(order.peer);
      case 'join':
        return this.#join(order.peer, order.invitation);
      case 'write':
        this.#write(order.writing, order.startMs);
        return null;
      case 'standings':
        return this.#mesh.standings;
      case 'wire':
        return this.#mesh.read();
      case 'bytes':
        return sumOfBytes([...this.#participants.values()].map((peer) => peer.bytes()));
      case 'shown':
        return this.#shown();
      case 'close':
        return this.#close();
    }
  }

  get #mesh(): MeshPeers {
    if (this.#peers instanceof MeshPeers) return this.#peers;
    throw new Error('Only the mesh has links.');
  }

  async #found(peer: number) {
    const begun = machineMs();
    const { participant, invitation } = await this.#peers.found(
      peer,
      this.#server,
      this.#listener(peer),
    );
    this.#participants.set(peer, participant);
    await participant.ready();
    return { invitation, tookMs: machineMs() - begun };
  }

  async #join(peer: number, invitation: string) {
    const begun = machineMs();
    const direct = this.#plan.peers[peer]?.direct ?? true;
    const participant = await this.#peers.join(
      peer,
      this.#server,
      invitation,
      direct,
      this.#listener(peer),
    );
    this.#participants.set(peer, participant);
    await participant.ready();
    return { tookMs: machineMs() - begun };
  }

  async #shown(): Promise<readonly Shown[]> {
    const all: Shown[] = [];
    for (const [peer, participant] of this.#participants) {
      const came = this.#came.get(peer) ?? new Set();
      all.push(heldToPlan(peer, await participant.channel(), this.#numbers, came));
    }
    return all;
  }

  #listener(peer: number): (text: string) => void {
    this.#came.set(peer, new Set());
    return (text) => {
      const atMs = machineMs();
      const message = numberIn(text);
      if (message === undefined || this.#texts.get(message) !== text)
        return trouble(peer, `A text that nobody wrote came into view: ${text.slice(0, 80)}`);
      this.#seen.push([peer, message, atMs]);
      this.#came.get(peer)?.add(message);
      this.#telling ??= setTimeout(() => this.#tell(), TELL_MS);
    };
  }

  #tell(): void {
    this.#telling = undefined;
    if (this.#seen.length > 0) say({ is: 'seen', seen: this.#seen.splice(0) });
  }

  #write(writing: Writing, startMs: number): void {
    const messages = writing === 'warm-up' ? this.#plan.warmUp : this.#plan.messages;
    for (const { number, writer, atMs, text } of messages) {
      const participant = this.#participants.get(writer);
      if (participant === undefined) continue;
      setTimeout(
        () => {
          say({ is: 'writes', message: number, atMs: machineMs() });
          participant
            .say(text)
            .catch((error: unknown) => trouble(writer, `It could not write: ${reasonOf(error)}`));
        },
        Math.max(0, startMs + atMs - machineMs()),
      );
    }
  }

  async #close(): Promise<null> {
    await Promise.all([...this.#participants.values()].map((participant) => participant.close()));
    if (this.#peers instanceof MeshPeers) this.#peers.end();
    this.#tell();
    return null;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

let worker: Worker | undefined;

async function take({ request, order }: v.InferOutput<typeof NumberedOrder>): Promise<void> {
  try {
    if (order.do === 'begin') {
      worker = await Worker.begin(order);
      return say({ is: 'answer', request, value: null });
    }
    if (worker === undefined) throw new Error('The worker has not been told what to do.');
    say({ is: 'answer', request, value: await worker.carryOut(order) });
  } catch (error) {
    say({ is: 'failed', request, why: reasonOf(error) });
  }
}

// By Ctrl-C the process that started this one is told, too, and ends all.
process.on('SIGINT', () => {});
process.once('disconnect', () => process.exit(0));
process.on('message', (message) => {
  const parsed = v.safeParse(NumberedOrder, message);
  if (parsed.success) void take(parsed.output);
  else throw new Error(`This is no order: ${v.summarize(parsed.issues)}`);
});

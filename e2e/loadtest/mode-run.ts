/** One mode's run: its server and peers in processes of their own, from set-up to idling. */
import { delay } from '../chaos/waiting.ts';
import { machineMs } from './clock.ts';
import { Company } from './company.ts';
import { Ledger } from './ledger.ts';
import { introductions, introductionsWithStun, MeteredServer } from './metered-server.ts';
import type { Mode } from './modes.ts';
import type { MeshObservations, Observations } from './observations.ts';
import type { Options } from './options.ts';
import type { Invitation } from './participant.ts';
import { makePlan, type Plan, type PlannedMessage, type PlannedPeer } from './plan.ts';
import type { Progress } from './progress.ts';
import { linksOf, settle } from './settling.ts';
import type { Writing } from './worker-protocol.ts';

/** Without a further delivery for so long, what is missing is lost, ms. */
const LOST_AFTER_MS = 30_000;
/** A newcomer whose first link is not direct by then has to do without, ms. */
const FIRST_LINK_MS = 10_000;
/** From the order to write to the first message, ms. */
const LEAD_MS = 300;
const LOOK_MS = 20;

/** Pauses of the mesh, ms. */
export interface Pauses {
  /** How long nothing may have changed before the room has settled. */
  readonly calm: number;
  /** After the warm-up: for what is to be pruned. */
  readonly warmedUp: number;
  /** For what follows a message: announcements, receipts. */
  readonly written: number;
}

export const PAUSES: Pauses = { calm: 3_000, warmedUp: 2_000, written: 4_000 };

export interface ModeRunOptions {
  readonly mode: Mode;
  readonly options: Options;
  /** Processes that the peers are spread over. */
  readonly workers: number;
  readonly progress: Progress;
  readonly pauses: Pauses;
}

/** Rejects where a process failed or somebody could not get in. Leaves no process behind, however it ends. */
export async function runMode(given: ModeRunOptions): Promise<Observations> {
  const run = new ModeRun(given);
  try {
    return await run.run();
  } finally {
    await run.end();
  }
}

class ModeRun {
  readonly #mode: Mode;
  readonly #options: Options;
  readonly #plan: Plan;
  readonly #progress: Progress;
  readonly #pauses: Pauses;
  readonly #company: Company;
  readonly #server = new MeteredServer();
  readonly #ledger: Ledger;
  readonly #warmUp: Ledger;
  readonly #joinMs: number[] = [];
  readonly #firstLinks = new Map<number, PromiseWithResolvers<void>>();
  readonly #firstLinkBytes: number[] = [];
  readonly #troubles: string[] = [];
  #firstMessageAtMs = 0;
  #allInAtMs = 0;

  constructor({ mode, options, workers, progress, pauses }: ModeRunOptions) {
    this.#mode = mode;
    this.#options = options;
    this.#plan = makePlan(options);
    this.#progress = progress;
    this.#pauses = pauses;
    const everybody = this.#plan.peers.map(({ index }) => index);
    this.#ledger = new Ledger(everybody, writersOf(this.#plan.messages));
    this.#warmUp = new Ledger(everybody, writersOf(this.#plan.warmUp));
    this.#company = new Company({
      mode,
      options,
      plan: this.#plan,
      workers,
      listener: {
        seen: (peer, message, atMs) => this.#ledgerOf(message).seen(peer, message, atMs),
        written: (message, atMs) => this.#ledgerOf(message).written(message, atMs),
        firstLink: (peer) => this.#firstLinks.get(peer)?.resolve(),
        trouble: (sentence) => this.#troubles.push(sentence),
      },
    });
  }

  /** Whichever process fails first ends the run. */
  async run(): Promise<Observations> {
    this.#stage('starting');
    const { failed } = this.#company;
    await Promise.race([this.#server.start(this.#mode), failed]);
    return await Promise.race([this.#phases(), failed, this.#server.failed]);
  }

  async end(): Promise<void> {
    await Promise.all([this.#company.end(), this.#server.close()]);
  }

  async #phases(): Promise<Observations> {
    const company = this.#company;
    const server = this.#server;
    const mesh = this.#mode === 'mesh';
    await company.begin(server.url);
    const started = await server.note();
    const invitation = await this.#setUp();
    if (mesh) await this.#settle();
    const { peers: peersJoined } = await company.bytes();
    if (mesh) await this.#warm();
    const [setUp, wireSetUp] = await Promise.all([server.note(), company.wire()]);
    await this.#write(invitation);
    if (mesh) await delay(this.#pauses.written);
    const [written, wireWritten] = await Promise.all([server.note(), company.wire()]);
    const { idle } = this.#options;
    this.#stage(`nobody writes for ${idle} s`);
    await delay(idle * 1000);
    const [idled, wireIdled] = await Promise.all([server.accounted(), company.wire()]);
    const [bytes, shown] = await Promise.all([company.bytes(), company.shown()]);
    const meshSeen: MeshObservations | undefined = mesh
      ? {
          setUp: wireSetUp,
          written: wireWritten,
          idled: wireIdled,
          ...linksOf(await company.standings()),
          firstLinks: this.#firstLinkBytes,
        }
      : undefined;
    this.#stage('leaving');
    await company.leave();
    return {
      mode: this.#mode,
      ledger: this.#ledger,
      firstMessageAtMs: this.#firstMessageAtMs,
      allInAtMs: this.#allInAtMs,
      joinMs: this.#joinMs,
      series: server.series,
      server: { started, setUp, written, idled },
      peersJoined,
      ...bytes,
      shown,
      mesh: meshSeen,
      troubles: [...this.#troubles, ...this.#wrongInWarmUp()],
    };
  }

  // Set-up

  async #setUp(): Promise<Invitation> {
    const [founder, ...others] = this.#plan.peers.filter(({ late }) => !late);
    if (founder === undefined) throw new Error('A room has at least one peer.');
    this.#stage(`${others.length + 1} peers join`);
    const { invitation, tookMs } = await this.#company.found(founder);
    this.#isIn(founder, tookMs);
    const begun = machineMs();
    const coming: Promise<void>[] = [];
    for (const peer of others) {
      if (this.#options.join === 'one-by-one') await this.#joinAlone(peer, invitation);
      else
        coming.push(
          delay(begun + peer.joinsAtMs - machineMs()).then(() => this.#join(peer, invitation)),
        );
    }
    await Promise.all(coming);
    return invitation;
  }

  /** The server's bytes until its first direct link are this newcomer's. */
  async #joinAlone(peer: PlannedPeer, invitation: Invitation): Promise<void> {
    if (this.#mode !== 'mesh' || this.#options.relayed > 0 || peer.browser)
      return this.#join(peer, invitation);
    // What the one before still has to do with the server is not this one's.
    const before = introductionsWithStun(await this.#server.quiet());
    const linked = Promise.withResolvers<void>();
    this.#firstLinks.set(peer.index, linked);
    const measured = linked.promise.then(async () => {
      this.#firstLinkBytes.push(introductionsWithStun(await this.#server.read()) - before);
    });
    await this.#join(peer, invitation);
    await Promise.race([measured, delay(FIRST_LINK_MS)]);
  }

  async #join(peer: PlannedPeer, invitation: Invitation): Promise<void> {
    this.#isIn(peer, await this.#company.join(peer, invitation));
  }

  #isIn(peer: PlannedPeer, tookMs: number): void {
    this.#joinMs.push(tookMs);
    this.#allInAtMs = machineMs();
    this.#ledger.here(peer.index, this.#allInAtMs);
    this.#progress.within(`${this.#joinMs.length} of ${this.#plan.peers.length}`);
  }

  async #settle(): Promise<void> {
    this.#stage('links settle');
    const end = await settle({
      standings: () => this.#company.standings(),
      // Where something is relayed the server always has something to do.
      introduced: async () =>
        this.#options.relayed > 0 ? 0 : introductions(await this.#server.read()),
      size: this.#early,
      calmMs: this.#pauses.calm,
      onWaiting: (why) => this.#progress.within(why),
    });
    if (end.unlike === undefined) return;
    if (end.settled) this.#progress.note(`Gone on while ${end.unlike}.`);
    else this.#troubles.push(`The room had not settled in time: ${end.unlike}.`);
  }

  /** The tree sheds the edges that it does not need. */
  async #warm(): Promise<void> {
    this.#stage('first messages, not measured');
    await this.#order('warm-up');
    await this.#delivered(this.#warmUp, this.#plan.warmUp, this.#early - 1);
    await delay(this.#pauses.warmedUp);
  }

  /** How many are there before anything is written. */
  get #early(): number {
    return this.#plan.peers.filter(({ late }) => !late).length;
  }

  // Writing

  async #write(invitation: Invitation): Promise<void> {
    const { messages, peers } = this.#plan;
    this.#stage(`${messages.length} messages at ${this.#options.rate} a second`);
    this.#firstMessageAtMs = await this.#order('measured');
    const half = messages[Math.floor(messages.length / 2)]?.atMs ?? 0;
    const lateOnes = async () => {
      const late = peers.filter((peer) => peer.late);
      await delay(this.#firstMessageAtMs + half - machineMs());
      await Promise.all(late.map((peer) => this.#join(peer, invitation)));
    };
    await Promise.all([lateOnes(), this.#delivered(this.#ledger, messages, peers.length - 1)]);
  }

  /** @returns when the first is written */
  async #order(writing: Writing): Promise<number> {
    const startMs = machineMs() + LEAD_MS;
    await this.#company.write(writing, startMs);
    return startMs;
  }

  /** Until each message has come to so many, or nothing more comes. */
  async #delivered(
    ledger: Ledger,
    messages: readonly PlannedMessage[],
    each: number,
  ): Promise<void> {
    const wanted = messages.length * each;
    const writtenAtMs = machineMs() + (messages.at(-1)?.atMs ?? 0);
    let before = -1;
    let changedAtMs = 0;
    while (ledger.delivered < wanted) {
      if (ledger.delivered !== before) changedAtMs = machineMs();
      before = ledger.delivered;
      if (machineMs() > Math.max(changedAtMs, writtenAtMs) + LOST_AFTER_MS) return;
      this.#progress.within(`${ledger.delivered} of ${wanted} deliveries`);
      await delay(LOOK_MS);
    }
  }

  #ledgerOf(message: number): Ledger {
    return message < this.#plan.messages.length ? this.#ledger : this.#warmUp;
  }

  #wrongInWarmUp(): readonly string[] {
    if (this.#mode !== 'mesh') return [];
    const { delivered, deliveries, repeated } = this.#warmUp;
    const wrong: string[] = [];
    if (delivered < deliveries)
      wrong.push(`${deliveries - delivered} of ${deliveries} first deliveries were lost.`);
    if (repeated > 0) wrong.push(`${repeated} of the first messages were shown twice.`);
    return wrong;
  }

  #stage(text: string): void {
    this.#progress.stage(`${this.#mode}: ${text}`);
  }
}

function writersOf(messages: readonly PlannedMessage[]): ReadonlyMap<number, number> {
  return new Map(messages.map(({ number, writer }) => [number, writer]));
}

/**
 * Chaos: real devices, links and server, of which something is always failing, while everybody writes; then all is mended
 * and everybody must show the same, all of it, once.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Result } from '@snug/client/engine/view.ts';
import type { NodePeer } from '@snug/client/headless/node-peer.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { Disturber, inMinutes } from './disturber.ts';
import { Network } from './network.ts';
import { planChaos } from './schedule.ts';
import { ServerProcess } from './server-process.ts';
import { UnstableDevice } from './unstable-device.ts';
import { isGood, judge, type Seen, type Verdict, type Written } from './verdict.ts';
import { delay, until } from './waiting.ts';

export interface ChaosOptions {
  readonly peers: number;
  /** How long things go wrong, ms. */
  readonly ms: number;
  readonly messages: number;
  readonly seed: number;
  /** How long after the mending a good verdict is waited for, ms. */
  readonly patienceMs: number;
  readonly log: (line: string) => void;
}

export interface ChaosResult {
  readonly verdict: Verdict;
  /** From the mending until everybody showed the same, s; until patience ended if they never did. */
  readonly healS: number;
  readonly messages: number;
  /** Written while the device crashed: stored or not, nobody can say. */
  readonly uncertain: number;
  /** How often each thing went wrong; a disturbance that met nothing to disturb is not counted. */
  readonly happened: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  /** Most links that one device held at the end. */
  readonly mostLinks: number;
  /** Frames sent since each device was last started, by what they were for. */
  readonly frames: Readonly<Record<string, number>>;
  /** How late this one process was for its timers, ms: at the 99th percentile, and at most. */
  readonly lateMs: { readonly p99: number; readonly most: number };
}

/** For devices to meet, on a busy machine. */
const SETTING_UP_MS = 120_000;
/** One device of so many keeps its data in a file. Each of its writes waits for the disk, and all devices of the process with it. */
const ON_DISK = 8;
const LOOK_MS = 100;
const TELL_MS = 3_000;
const MOST_SHOWN = 5_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const directory = await mkdtemp(path.join(tmpdir(), 'snug-chaos-'));
  const chaos = new Chaos(options, directory);
  try {
    return await chaos.run();
  } finally {
    await chaos.close();
    await rm(directory, { recursive: true, force: true });
  }
}

class Chaos {
  readonly #o: ChaosOptions;
  readonly #network = new Network();
  readonly #server = new ServerProcess();
  readonly #devices: readonly UnstableDevice[];
  readonly #written: Written[] = [];
  readonly #disturber: Disturber;
  readonly #underWay = new Set<Promise<void>>();
  readonly #trouble: string[] = [];
  #space: SpaceId | undefined;
  #channel: ChannelId | undefined;

  constructor(options: ChaosOptions, directory: string) {
    this.#o = options;
    this.#devices = Array.from(
      { length: options.peers },
      (_, number) =>
        new UnstableDevice({
          number,
          network: this.#network,
          server: this.#server,
          directory: number % ON_DISK === 1 ? directory : undefined,
        }),
    );
    this.#disturber = new Disturber({
      network: this.#network,
      server: this.#server,
      devices: this.#devices,
      log: options.log,
    });
  }

  async run(): Promise<ChaosResult> {
    const { peers, ms, messages, seed, log } = this.#o;
    const schedule = planChaos({ seed, devices: peers, ms, messages });
    await this.#server.start();
    await this.#meet(schedule.clocks);
    log(`${peers} devices are in one space. It begins.`);
    const lateness = monitorEventLoopDelay({ resolution: 10 });
    lateness.enable();
    await this.#play(
      [
        ...schedule.disturbances.map((one) => ({
          at: one.at,
          run: () => this.#disturber.disturb(one),
        })),
        ...schedule.writes.map(({ at, device }) => ({ at, run: () => this.#write(device) })),
      ],
      ms,
    );
    const { verdict, healS } = await this.#heal();
    lateness.disable();
    return {
      verdict,
      healS,
      messages: this.#written.length,
      uncertain: this.#written.filter(({ stored }) => !stored).length,
      happened: Object.fromEntries(this.#disturber.happened),
      problems: [
        ...this.#trouble,
        ...this.#devices.flatMap(({ name, problems }) => problems.map((one) => `${name}: ${one}`)),
      ],
      mostLinks: Math.max(
        ...this.#devices.map(({ peer }) => peer?.links.status().links.length ?? 0),
      ),
      frames: this.#frames(),
      lateMs: { p99: lateness.percentile(99) / 1e6, most: lateness.max / 1e6 },
    };
  }

  #frames(): Readonly<Record<string, number>> {
    const sums = new Map<string, number>();
    for (const { peer } of this.#devices)
      for (const [kind, { sent }] of Object.entries(peer?.engine.traffic ?? {}))
        sums.set(kind, (sums.get(kind) ?? 0) + sent.frames);
    return Object.fromEntries(sums);
  }

  async close(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.close()));
    this.#network.close();
    await this.#server.kill();
  }

  /** Everybody enters one space, and knows everybody. */
  async #meet(clocks: readonly number[]): Promise<void> {
    const [host, ...guests] = this.#devices;
    if (host === undefined) throw new Error('Chaos takes at least two devices.');
    for (const device of this.#devices) device.offMs = clocks[device.number] ?? 0;
    const first = await this.#named(host);
    const { space, channel } = must(await first.engine.commands.createSpace({ name: 'Chaos' }));
    this.#space = space;
    this.#channel = channel;
    const { link } = must(await first.engine.commands.invite({ space }));
    await until('the first device is connected', SETTING_UP_MS, () =>
      first.links.status().servers.some(({ state }) => state === 'connected'),
    );
    for (const guest of guests) {
      const peer = await this.#named(guest);
      must(await peer.engine.commands.joinSpace({ invite: link }));
      await until(`${guest.name} is let in`, SETTING_UP_MS, () =>
        peer.engine.view().spaces.some(({ state, channels }) => state === 'open' && channels[0]),
      );
      this.#o.log(`${guest.name}, whose clock is ${inMinutes(guest.offMs)} off, is let in.`);
    }
    await until('everybody knows everybody', SETTING_UP_MS, () =>
      this.#devices.every(
        ({ peer }) => peer?.engine.view().spaces[0]?.members.length === this.#devices.length,
      ),
    );
  }

  async #named(device: UnstableDevice): Promise<NodePeer> {
    const peer = await device.start();
    must(await peer.engine.commands.setName({ name: device.name }));
    return peer;
  }

  /** Starts each at its time, whether or not those before are done; resolves when the time is over and all are. */
  async #play(
    acts: readonly { readonly at: number; readonly run: () => Promise<void> }[],
    ms: number,
  ): Promise<void> {
    const begun = performance.now();
    const wait = (at: number) => delay(Math.max(0, begun + at - performance.now()));
    for (const { at, run } of acts.toSorted((a, b) => a.at - b.at)) {
      await wait(at);
      this.#do(run());
    }
    await wait(ms);
    this.#o.log('The time is over: everything is mended.');
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #do(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => {
        this.#trouble.push(error instanceof Error ? `${error.stack}` : String(error));
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  /** The device writes, or the next that is up. */
  async #write(number: number): Promise<void> {
    const { length } = this.#devices;
    const order = Array.from({ length }, (_, i) => this.#devices[(number + i) % length]);
    const device = order.find((one) => one?.peer !== undefined);
    const [space, channel] = [this.#space, this.#channel];
    if (device?.peer === undefined || space === undefined || channel === undefined) return;
    const count = this.#written.length;
    const text = `Message ${count} of the run, and by ${device.name}, of ordinary length`;
    const message = { author: device.name, number: count, text, stored: false };
    this.#written.push(message);
    const { commands } = device.peer.engine;
    // Never answered when the device crashes meanwhile: nobody waits for it.
    void commands.say({ space, channel, text }).then((said) => {
      if (said.ok) message.stored = true;
      else this.#trouble.push(`${device.name} could not write: ${said.trouble.message}`);
    });
  }

  /** Everything works again, clocks included; until everybody shows the same. */
  async #heal(): Promise<{ readonly verdict: Verdict; readonly healS: number }> {
    const begun = performance.now();
    for (const device of this.#devices) device.offMs = 0;
    let verdict: Verdict | undefined;
    let toldAt = begun;
    let told = '';
    for (;;) {
      const waited = performance.now() - begun;
      const late = waited > this.#o.patienceMs;
      if (late || this.#holdTheSame()) verdict = judge(this.#written, await this.#views());
      if (verdict && (isGood(verdict) || late)) return { verdict, healS: waited / 1000 };
      if (performance.now() - toldAt > TELL_MS) {
        toldAt = performance.now();
        const state = this.#state();
        if (state !== told) this.#o.log(`Not yet the same. Held (links, servers): ${state}`);
        told = state;
      }
      await delay(LOOK_MS);
    }
  }

  #state(): string {
    const each = this.#devices.map((device) => {
      const { links = [], servers = [] } = device.peer?.links.status() ?? {};
      const connected = servers.filter(({ state }) => state === 'connected').length;
      return `${device.number}: ${this.#held(device)} (${links.length}, ${connected})`;
    });
    return each.join(', ');
  }

  /** Cheaper than to look at what is shown. */
  #holdTheSame(): boolean {
    const stored = this.#written.filter((message) => message.stored).length;
    const counts = this.#devices.map((device) => this.#held(device));
    return counts.every((count) => count === counts[0] && count >= stored);
  }

  #held({ peer }: UnstableDevice): number {
    const [space, channel] = [this.#space, this.#channel];
    if (peer === undefined || space === undefined || channel === undefined) return 0;
    let sum = 0;
    for (let number = 0; ; number++) {
      const log = peer.engine.log({ kind: 'segment', space, channel, number });
      if (log === undefined || log.count === 0) return sum;
      sum += log.count;
    }
  }

  async #views(): Promise<readonly Seen[]> {
    const views: Seen[] = [];
    const [space, channel] = [this.#space, this.#channel];
    if (space === undefined || channel === undefined) return views;
    for (const { name, peer } of this.#devices) {
      if (peer === undefined) {
        views.push({ who: name, texts: [] });
        continue;
      }
      const { commands } = peer.engine;
      must(await commands.watch({ space, channel, newest: MOST_SHOWN }));
      const messages = peer.engine.view().timeline?.messages ?? [];
      views.push({ who: name, texts: messages.map(({ text }) => text) });
      must(await commands.watch(null));
    }
    return views;
  }
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.trouble.message);
  return result.value;
}

/**
 * P1: a link under load whose path goes. A thousand messages each way between two real links, while the channel is closed,
 * the server that relays dies, or the network falls silent without telling anybody.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createLinks, type Links } from '@snug/client/mesh/device/links.ts';
import type { LinksEvent, Path, TopicSpec } from '@snug/client/mesh/links-port.ts';
import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import type * as ids from '@snug/shared/protocol/ids.ts';
import { readCounters } from '../browser/stage/server-counters.ts';
import { Network } from '../chaos/network.ts';
import { ServerProcess } from '../chaos/server-process.ts';
import { delay, until } from '../chaos/waiting.ts';
import type { Measures } from './measure.ts';
import { newTopic } from './new-topic.ts';
import { measured } from './targets.ts';

const MESSAGES = 1_000;
/** A message as it weighs on the wire, about. */
const MESSAGE_BYTES = 220;
/** Between two messages, ms: a lively transfer where the gap is short, so that it shows; slower where it is long. */
const FAST_MS = 4;
const SLOW_MS = 20;
const PATIENCE_MS = 60_000;

interface Outcome {
  readonly lost: number;
  readonly repeated: number;
  readonly misordered: number;
  /** Longest time in which nothing came, at either end, ms. */
  readonly gapMs: number;
  /** How late this process was for its timers, at most, ms: a busy machine makes gaps of its own. */
  readonly lateMs: number;
  readonly downs: number;
  readonly paths: readonly string[];
}

class Talker {
  readonly events: LinksEvent[] = [];
  readonly came: { readonly number: number; readonly at: number }[] = [];
  readonly links: Links;
  readonly peer: ids.PeerId;
  /** The number of its link, of which it has one at a time. */
  #link = 0;

  private constructor(options: Omit<Parameters<typeof createLinks>[0], 'emit'>) {
    this.peer = options.device.peerId;
    this.links = createLinks({ ...options, emit: (event) => this.#on(event) });
  }

  static async make(network: Network, host: string, relayOnly: boolean): Promise<Talker> {
    const device = await openDeviceKey(await generateDeviceKey());
    return new Talker({ device, rtc: { wrtc: network.webrtcOf(host) }, ice: { relayOnly } });
  }

  get path(): Path | undefined {
    return this.links.status().links[0]?.path;
  }

  say(to: Talker, number: number): void {
    const frame = new Uint8Array(MESSAGE_BYTES);
    new DataView(frame.buffer).setUint32(0, number);
    const name = { peer: to.peer, link: this.#link };
    this.links.command({ ...name, do: 'send', frame, priority: 'chat' });
  }

  #on(event: LinksEvent): void {
    this.events.push(event);
    if (event.is === 'up') this.#link = event.link;
    if (event.is !== 'frame') return;
    const { buffer, byteOffset } = event.frame;
    const number = new DataView(buffer, byteOffset).getUint32(0);
    this.came.push({ number, at: performance.now() });
  }
}

interface Scene {
  readonly network: Network;
  readonly servers: readonly ServerProcess[];
}

/** Two links talk, and after a quarter of the messages something happens to what is between them. */
async function underLoad(options: {
  readonly relayOnly: boolean;
  readonly everyMs: number;
  readonly happens: (scene: Scene) => unknown;
}): Promise<Outcome> {
  const { relayOnly, everyMs, happens } = options;
  const network = new Network();
  const servers = [new ServerProcess(), new ServerProcess()];
  await Promise.all(servers.map((server) => server.start()));
  const a = await Talker.make(network, 'a', relayOnly);
  const b = await Talker.make(network, 'b', relayOnly);
  try {
    const spec: TopicSpec = {
      topic: newTopic(),
      signalKey: randomBytes(32),
      servers: servers.map(({ url }) => url),
      initiate: 'listed',
      allowed: [a.peer, b.peer],
    };
    for (const talker of [a, b]) talker.links.command({ do: 'join', spec });
    const wanted: Path = relayOnly ? 'relayed' : 'direct';
    await until(`a ${wanted} link`, PATIENCE_MS, () => a.path === wanted && b.path === wanted);
    // Both know each other at both servers, as peers do that have been linked for a while.
    await until('both servers', PATIENCE_MS, () =>
      [a, b].every(({ links }) => links.status().servers.every((one) => one.state === 'connected')),
    );
    await delay(500);
    const lateness = monitorEventLoopDelay({ resolution: 5 });
    lateness.enable();
    const begun = performance.now();
    for (let number = 0; number < MESSAGES; number++) {
      if (number === MESSAGES / 4) await happens({ network, servers });
      a.say(b, number);
      b.say(a, number);
      const ahead = begun + (number + 1) * everyMs - performance.now();
      if (ahead > 0) await delay(ahead);
    }
    const done = () => [a, b].every(({ came }) => came.length >= MESSAGES);
    await until('every message', PATIENCE_MS, done).catch(() => undefined);
    lateness.disable();
    return outcomeOf([a, b], lateness.max / 1e6);
  } finally {
    await Promise.all([a.links.close(), b.links.close()]);
    network.close();
    await Promise.all(servers.map((server) => server.kill()));
  }
}

/** The server by which the link goes. */
async function busiest(servers: readonly ServerProcess[]): Promise<ServerProcess | undefined> {
  const relayed = await Promise.all(
    servers.map(async (server) => ({
      server,
      bytes: (await readCounters(server.url)).relayedBytes,
    })),
  );
  return relayed.toSorted((a, b) => b.bytes - a.bytes)[0]?.server;
}

function outcomeOf(talkers: readonly Talker[], lateMs: number): Outcome {
  let [lost, repeated, misordered, gapMs] = [0, 0, 0, 0];
  for (const { came } of talkers) {
    const numbers = new Set(came.map(({ number }) => number));
    lost += MESSAGES - numbers.size;
    repeated += came.length - numbers.size;
    for (const [i, { number, at }] of came.entries()) {
      const before = came[i - 1];
      if (before === undefined) continue;
      if (number < before.number) misordered++;
      gapMs = Math.max(gapMs, at - before.at);
    }
  }
  const events = talkers.flatMap((talker) => talker.events);
  const downs = events.filter(({ is }) => is === 'down').length;
  const paths = events.flatMap((event) => (event.is === 'path' ? [event.path] : []));
  return { lost, repeated, misordered, gapMs, lateMs, downs, paths };
}

export async function pathSwitch(): Promise<Measures> {
  const channel = await underLoad({
    relayOnly: false,
    everyMs: FAST_MS,
    happens: ({ network }) => network.reset('a', 'b'),
  });
  const relay = await underLoad({
    relayOnly: true,
    everyMs: FAST_MS,
    happens: async ({ servers }) => (await busiest(servers))?.kill(),
  });
  const silence = await underLoad({
    relayOnly: false,
    everyMs: SLOW_MS,
    happens: ({ network }) => {
      network.part((x, y) => x !== y);
    },
  });
  const all = [channel, relay, silence];
  const wrong = all.map(({ lost, repeated, misordered }) => lost + repeated + misordered);
  const detail = { messages: `${MESSAGES} each way`, channel, relay, silence };
  return {
    P1closed_gap_ms: measured('P1closed_gap_ms', Math.max(channel.gapMs, relay.gapMs), {
      compared: {
        'channel closed': channel.gapMs,
        'relay killed': relay.gapMs,
        'timers late by at most, ms': Math.max(channel.lateMs, relay.lateMs),
      },
      detail,
    }),
    P1blackhole_gap_s: measured('P1blackhole_gap_s', silence.gapMs / 1000),
    P1lost: measured(
      'P1lost',
      wrong.reduce((sum, n) => sum + n, 0),
      { compared: { messages: 2 * MESSAGES * all.length } },
    ),
  };
}

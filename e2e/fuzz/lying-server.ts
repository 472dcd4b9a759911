/** Pairs of honest peers who know each other, at a server that lies: they link, if it lets anything through, and to nobody else. */
import { createLinks, type Links } from '@snug/client/mesh/device/links.ts';
import type { LinksEvent, TopicSpec } from '@snug/client/mesh/links-port.ts';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import {
  type DeviceKey,
  generateDeviceKey,
  openDeviceKey,
} from '@snug/shared/crypto/device-key.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import { createSignalingServer } from '@snug/signaling/server.ts';
import * as v from 'valibot';
import type { Family, Run } from './family.ts';
import { HostileServer } from './hostile-server.ts';
import { heartbeat } from './tally.ts';

const PAIRS = 4;
/** Generous: a third of what they say is lost, and each loss costs seconds. */
const LINK_MS = 180_000;
/** So long it loses what it is given and answers with lies; then it only does the rest. */
const WORST_MS = 8_000;
const LOOK_MS = 100;
/** How many things a server says of its own accord between two looks. */
const SAID = 8;

class Peer {
  readonly device: DeviceKey;
  readonly links: Links;
  readonly events: LinksEvent[] = [];
  /** The number of its link, of which it has one at a time. */
  #link = 0;

  constructor(device: DeviceKey, server: HostileServer) {
    this.device = device;
    this.links = createLinks({
      device,
      connect: server.connect,
      ice: { relayOnly: true },
      directDeadlineMs: 500,
      emit: (event) => {
        this.events.push(event);
        if (event.is === 'up') this.#link = event.link;
        if (event.is === 'authorise')
          this.links.command({ do: 'authorised', request: event.request, allow: false });
      },
    });
  }

  join(spec: TopicSpec, other: DeviceKey): void {
    this.links.command({ do: 'join', spec: { ...spec, allowed: [other.peerId] } });
  }

  say(to: DeviceKey, text: string): void {
    this.links.command({
      do: 'send',
      peer: to.peerId,
      link: this.#link,
      frame: new TextEncoder().encode(text),
      priority: 'chat',
    });
  }

  get heard(): readonly string[] {
    return this.events.flatMap((event) =>
      event.is === 'frame' ? [new TextDecoder().decode(event.frame)] : [],
    );
  }
}

interface Pair {
  readonly spec: TopicSpec;
  readonly ends: readonly [Peer, Peer];
}

async function devices(count: number): Promise<DeviceKey[]> {
  return Promise.all(
    Array.from({ length: count }, async () => openDeviceKey(await generateDeviceKey())),
  );
}

async function startServer() {
  const server = createSignalingServer(
    {
      port: 0,
      host: '127.0.0.1',
      stun: null,
      origins: [],
      publicHosts: [],
      trustProxy: false,
      ice: { urls: [], turnSecret: null, turnSeconds: 600 },
      maxPeers: 1_000,
      maxPeersPerAddress: 1_000,
      pageDir: null,
    },
    { log: () => undefined, random: Math.random, now: Date.now },
  );
  const { port } = await server.listen();
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function round(run: Run, url: string): Promise<void> {
  const { random, tally } = run;
  const keys = await devices(2 * PAIRS);
  const specs = Array.from(
    { length: PAIRS },
    (): TopicSpec => ({
      topic: v.parse(Topic, toBase64url(random.bytes(32))),
      signalKey: random.bytes(32),
      servers: [url],
      initiate: 'listed',
      allowed: [],
    }),
  );
  const server = new HostileServer(
    random,
    keys.map(({ peerId }) => peerId),
    specs.map(({ topic }) => topic),
  );
  const pairs = specs.flatMap((spec, i): Pair[] => {
    const [one, other] = [keys[2 * i], keys[2 * i + 1]];
    if (!one || !other) return [];
    const ends = [new Peer(one, server), new Peer(other, server)] as const;
    ends[0].join(spec, other);
    ends[1].join(spec, one);
    return [{ spec, ends }];
  });
  const begun = performance.now();
  let counted = 0;
  let waiting = pairs;
  for (let n = 0; waiting.length > 0 && performance.now() - begun < LINK_MS; n++) {
    await pause(LOOK_MS);
    server.mild = performance.now() - begun > WORST_MS;
    for (let i = 0; i < SAID; i++)
      tally.watch(
        () => 'what the server says',
        () => server.speak(),
      );
    tally.cases += server.tampered - counted;
    counted = server.tampered;
    for (const {
      ends: [a, b],
    } of waiting) {
      a.say(b.device, `a ${n}`);
      b.say(a.device, `b ${n}`);
    }
    waiting = waiting.filter(({ ends: [a, b] }) => a.heard.length === 0 || b.heard.length === 0);
  }
  for (const pair of waiting) {
    const states = pair.ends.map((end) =>
      end.links
        .status()
        .servers.map(({ state }) => state)
        .join(),
    );
    tally.fail('crash', `two honest peers do not link; their servers are ${states.join(' and ')}`);
  }
  for (const { ends } of pairs) {
    const [a, b] = ends;
    look(run, a, b, 'b');
    look(run, b, a, 'a');
  }
  await Promise.all(pairs.flatMap(({ ends }) => ends.map(({ links }) => links.close())));
  server.close();
}

/** Linked to nobody but the other, heard nothing but what the other said, in order. */
function look({ tally }: Run, me: Peer, other: Peer, name: string): void {
  for (const event of me.events) {
    if ((event.is === 'up' || event.is === 'frame') && event.peer !== other.device.peerId)
      tally.fail('unauthorised', 'a link with somebody whom no topic lists');
    if (event.is !== 'down') continue;
    tally.drop(event.reason);
    if (event.reason.includes('error in the program')) tally.fail('crash', event.reason);
  }
  const numbers = me.heard.map((text) =>
    text.startsWith(`${name} `) ? Number(text.slice(2)) : Number.NaN,
  );
  if (numbers.some((number, i) => !(number > (numbers[i - 1] ?? -1))))
    tally.fail(
      'unauthorised',
      `heard what nobody said, or said once: ${me.heard.slice(0, 9).join()}`,
    );
}

async function attack(run: Run): Promise<void> {
  const server = await startServer();
  const stop = heartbeat(run.tally);
  do await round(run, server.url);
  while (run.tally.cases < run.cases);
  stop();
  await server.close();
}

export const lyingServer: Family = { name: 'a server that lies', share: 0.03, run: attack };

import { describe, expect, it } from 'vitest';
import { met, report } from '../bench/measure.ts';
import type { WireReading } from '../bench/wire-meter.ts';
import { DEFAULTS } from './arguments.ts';
import { allOf } from './byte-sums.ts';
import { modeResult, wrongIn } from './figures.ts';
import { Ledger } from './ledger.ts';
import { loadMeasures } from './load-measures.ts';
import type { Mode } from './modes.ts';
import type { MeshObservations, Observations } from './observations.ts';
import type { Options } from './options.ts';
import type { LoadtestResult } from './result.ts';
import type { ServerReading } from './server-traffic.ts';

type Kinds = readonly [setUp: number, heartbeat: number, chat: number, stun?: number];

/** As much goes out as comes in. */
function reading(atMs: number, kinds: Kinds): ServerReading {
  const [setUp, heartbeat, chat, stun = 0] = kinds;
  const each = { setUp, heartbeat, chat, stun };
  const whole = setUp + heartbeat + chat;
  return {
    atMs,
    bytes: { in: each, out: each },
    socketIn: whole,
    socketOut: whole,
    cpuMs: atMs / 10,
    memoryBytes: 1_000 + atMs,
  };
}

function wire(atMs: number, entries: number, change: Partial<WireReading> = {}): WireReading {
  const none = { frames: 0, bytes: 0 };
  return {
    classes: {
      entries: { frames: entries, bytes: entries * 200 },
      tree: { frames: entries, bytes: entries * 8 },
      receipts: none,
      presence: none,
      repair: none,
    },
    // Two bytes of framing for each frame.
    direct: { in: entries * 212, out: entries * 212 },
    relayed: { in: 0, out: 0 },
    overheadIn: 0,
    arrivals: { pushed: entries, repaired: 0, again: 0 },
    mostLinks: 2,
    atMs,
    ...change,
  };
}

/** Three peers; each of ten messages of peer 0 has come to the two others after `latencyMs`. */
function ledgerOf(latencyMs: number, lost = 0): Ledger {
  const ledger = new Ledger([0, 1, 2], new Map(Array.from({ length: 10 }, (_, i) => [i, 0])));
  for (const peer of [0, 1, 2]) ledger.here(peer, 0);
  for (let message = 0; message < 10; message++) {
    ledger.written(message, 10_000 + message);
    for (const peer of [1, 2])
      if (peer === 1 || message >= lost) ledger.seen(peer, message, 10_000 + message + latencyMs);
  }
  return ledger;
}

const MESH: MeshObservations = {
  setUp: wire(10_000, 0),
  written: wire(20_000, 20),
  idled: wire(30_000, 20),
  metered: new Set([0, 1, 2]),
  directLinks: 3,
  relayedLinks: 0,
  firstLinks: [4_000, 5_000],
};

function observations(mode: Mode, change: Partial<Observations> = {}): Observations {
  const started = reading(1_000, [0, 0, 0]);
  const setUp = reading(10_000, [6_000, 0, 0]);
  const written = reading(20_000, [6_000, 0, mode === 'mesh' ? 0 : 30_000]);
  const idled = reading(40_000, [6_000, 30, mode === 'mesh' ? 0 : 30_000]);
  return {
    mode,
    ledger: ledgerOf(5),
    firstMessageAtMs: 10_000,
    allInAtMs: 9_000,
    joinMs: [100, 200, 300],
    series: [reading(500, [0, 0, 0]), started, setUp, written, idled],
    server: { started, setUp, written, idled },
    peersJoined: {
      direct: { in: 1, out: 2 },
      relayed: { in: 30, out: 40 },
      signaling: { in: 500, out: 600 },
    },
    peers: {
      direct: { in: 1, out: 1 },
      relayed: { in: 0, out: 0 },
      signaling: { in: 9, out: 9 },
    },
    browsers: undefined,
    shown: [],
    mesh: mode === 'mesh' ? MESH : undefined,
    troubles: [],
    ...change,
  };
}

function resultOf(options: Partial<Options>, ...seen: readonly Observations[]): LoadtestResult {
  return {
    options: { ...DEFAULTS, idle: 30, peers: 3, messages: 500, ...options },
    startedAt: '2026-01-01T00:00:00.000Z',
    machine: { node: 'v24', platform: 'linux', processors: 2, model: 'any', memoryGiB: 4 },
    commit: 'abc',
    modes: seen.map(modeResult),
    wrong: [],
  };
}

describe('A mode’s figures', () => {
  it('are sums of phases, in times since the first peer started', () => {
    const { server, latencyMs, joinMs, delivered, lost } = modeResult(observations('router'));
    expect([delivered, lost]).toEqual([20, 0]);
    expect(latencyMs).toEqual({ n: 20, p50: 5, p95: 5, p99: 5, max: 5 });
    expect(joinMs.p50).toBe(200);
    expect(server.setUp.in).toEqual({ setUp: 6_000, heartbeat: 0, chat: 0, stun: 0 });
    expect(server.writing.out).toEqual({ setUp: 0, heartbeat: 0, chat: 30_000, stun: 0 });
    expect(server.idle.in).toEqual({ setUp: 0, heartbeat: 30, chat: 0, stun: 0 });
    expect(server.series.map(({ atMs }) => atMs)).toEqual([0, 9_000, 19_000, 39_000]);
    expect([server.firstMessageAtMs, server.idleBeganAtMs, server.idleEndedAtMs]).toEqual([
      9_000, 19_000, 39_000,
    ]);
    expect([server.cpuMs, server.mostMemoryBytes]).toEqual([3_900, 41_000]);
  });

  it('have what the peers carried while they joined, over all paths', () => {
    const { peers } = modeResult(observations('mesh'));
    expect(peers.joining).toEqual({ in: 531, out: 642 });
    expect(peers.signaling).toEqual({ in: 9, out: 9 });
  });

  it('count keep-alives over whole intervals where idling was short', () => {
    // One interval of 25 s since all were in: 60 bytes in the 30 s from the reading before it.
    const { server } = modeResult(observations('mesh'));
    expect(server.idleBytesPerSecond).toBeCloseTo(60 / 3 / 30);
    const hasty = modeResult(observations('mesh', { allInAtMs: 16_000 }));
    expect(hasty.server.idleBytesPerSecond).toBeUndefined();
    const long = reading(90_000, [6_000, 105, 0]);
    const { server: seen } = observations('mesh');
    const patient = modeResult(observations('mesh', { server: { ...seen, idled: long } }));
    expect(patient.server.idleBytesPerSecond).toBeCloseTo(1);
  });

  it('of the mesh count what links add, and duplicates', () => {
    const { mesh } = modeResult(observations('mesh'));
    expect(mesh?.deliveries).toBe(20);
    expect(mesh?.bytesPerDelivery).toBeCloseTo(212);
    expect(mesh?.duplicatesPerDelivery).toBe(0);
    expect(mesh?.firstLinkBytes).toMatchObject({ n: 2, p50: 4_000 });
    const arrivals = { pushed: 20, repaired: 0, again: 3 };
    const twice = { ...MESH, written: wire(20_000, 23, { arrivals }), idled: wire(30_000, 23) };
    const { mesh: doubled } = modeResult(observations('mesh', { mesh: twice }));
    expect(doubled?.duplicatesPerDelivery).toBeCloseTo(3 / 20);
  });

  it('charge a delivery with the acknowledgements that it brought about, not with heartbeats', () => {
    const busy = {
      ...MESH,
      setUp: wire(10_000, 0, { overheadIn: 0 }),
      written: wire(20_000, 20, { overheadIn: 300, direct: { in: 4_540, out: 4_540 } }),
      idled: wire(30_000, 20, { overheadIn: 400, direct: { in: 4_640, out: 4_640 } }),
    };
    const { mesh } = modeResult(observations('mesh', { mesh: busy }));
    expect(mesh?.bytesPerDelivery).toBeCloseTo(212 + (300 - 100) / 20);
    expect(mesh?.writing.overhead).toBe(300);
  });

  it('count every frame of who idles', () => {
    const quiet = wire(0, 0);
    const classes = { ...quiet.classes, presence: { frames: 12, bytes: 360 } };
    const seen = {
      ...MESH,
      written: wire(20_000, 0, { classes }),
      idled: wire(60_000, 0, {
        classes: { ...classes, repair: { frames: 6, bytes: 60 }, tree: { frames: 6, bytes: 60 } },
      }),
    };
    const { mesh } = modeResult(observations('mesh', { mesh: seen }));
    expect(mesh?.idleFramesPerSecond).toBeCloseTo(12 / 40 / 3);
    expect(mesh?.idleFramesByKind?.presence).toBe(0);
    expect(mesh?.idleFramesByKind?.repair).toBeCloseTo(6 / 40 / 3);
  });

  it('of the mesh cannot be met by repair: what a repair brought is no delivery of the tree, nor hides a copy too many', () => {
    const arrivals = { pushed: 10, repaired: 10, again: 4 };
    const repaired = { ...MESH, written: wire(20_000, 14, { arrivals }) };
    const { mesh } = modeResult(observations('mesh', { mesh: repaired }));
    expect(mesh?.bytesPerDelivery).toBeCloseTo((14 * 212) / 10);
    expect(mesh?.duplicatesPerDelivery).toBeCloseTo(4 / 20);
    const nothing = { pushed: 0, repaired: 20, again: 0 };
    const all = { ...MESH, written: wire(20_000, 0, { arrivals: nothing }) };
    expect(modeResult(observations('mesh', { mesh: all })).mesh).not.toHaveProperty(
      'bytesPerDelivery',
    );
  });

  it('have no first links where these cannot be told apart', () => {
    const together = observations('mesh', { mesh: { ...MESH, firstLinks: [] } });
    expect(modeResult(together).mesh).not.toHaveProperty('firstLinkBytes');
    expect(loadMeasures(resultOf({ join: 'at-once' }, together))).not.toHaveProperty('R3');
  });

  it('have STUN in the session and in a second of idling, apart from the rest', () => {
    const seen = observations('mesh');
    const written = reading(20_000, [6_000, 0, 0, 700]);
    const idled = reading(40_000, [6_000, 30, 0, 1_000]);
    const server = { ...seen.server, written, idled };
    const { server: figures } = modeResult(observations('mesh', { server }));
    expect(allOf(figures.session)).toBe(2 * 6_700);
    expect(allOf(figures.session, ['stun'])).toBe(1_400);
    expect(figures.idleBytesPerSecond).toBeCloseTo(60 / 3 / 30 + 600 / 3 / 20);
  });

  it('leave idling out of the session', () => {
    const { session, setUp, writing, idle } = modeResult(observations('router')).server;
    expect(allOf(session)).toBe(allOf(setUp) + allOf(writing));
    expect(allOf(idle, ['heartbeat'])).toBe(60);
    expect(allOf(session, ['heartbeat'])).toBe(0);
  });
});

describe('What is wrong with a run', () => {
  const wrong = (change: Partial<Observations>) => {
    const seen = observations('router', change);
    return wrongIn(seen, modeResult(seen));
  };

  it('is nothing where all came once and every byte is accounted for', () => {
    expect(wrong({})).toEqual([]);
  });

  it('is said: lost', () => {
    expect(wrong({ ledger: ledgerOf(5, 2) })).toEqual([
      'router: 2 of 20 deliveries were lost.',
      'router: Peer 0 lacks 10 of 10 messages: 0, 1, 2, 3, 4, 5, 6, 7….',
      'router: Peer 2 lacks 2 of 10 messages: 0, 1.',
    ]);
  });

  it('is said: repeated', () => {
    const ledger = ledgerOf(5);
    ledger.seen(2, 3, 20_000);
    expect(wrong({ ledger })).toEqual(['router: 1 messages were shown twice to somebody.']);
  });

  it('is said: bytes that no kind has', () => {
    const { server } = observations('router');
    const idled = { ...server.idled, socketOut: server.idled.socketOut + 7 };
    expect(wrong({ server: { ...server, idled } })).toEqual([
      'router: the server’s sockets say 36037 bytes out, but what they were for adds up to 36030.',
    ]);
  });

  it('is said: what is shown twice in the end, or is gone again, though it came once', () => {
    const shown = [
      { peer: 1, repeated: 2, lacking: 0, strange: 0 },
      { peer: 2, repeated: 0, lacking: 1, strange: 3 },
    ];
    expect(wrong({ shown })).toEqual([
      'router: 2 messages were shown twice to somebody.',
      'router: Peer 2 shows 3 texts in the end that nobody wrote, and lacks 1 of those that came.',
    ]);
  });

  it('is said: what a peer complained of', () => {
    expect(wrong({ troubles: ['Peer 1: no.'] })).toEqual(['router: Peer 1: no.']);
  });
});

describe('The measures of a run', () => {
  it('stand beside the other modes and have the targets of the measures', () => {
    const measures = loadMeasures(
      resultOf({ peers: 12 }, observations('mesh'), observations('router'), observations('star')),
    );
    expect(Object.keys(measures)).toEqual([
      ...['R1', 'R2@500', 'R3', 'R3idle', 'W1@12', 'W3@12', 'A1@12', 'W4@12', 'Q1'],
    ]);
    expect(measures.R1).toMatchObject({ value: 0, compared: { router: 3_000, star: 3_000 } });
    expect(measures['R2@500']).toMatchObject({
      value: 12_000 / 72_000,
      target: { op: '<=', value: 0.1 },
    });
    expect(measures.R3?.value).toBe(4_000);
  });

  it('leave out what was not measured', () => {
    const alone = loadMeasures(resultOf({ relayed: 0.5 }, observations('mesh')));
    expect(Object.keys(alone)).toEqual(['R3', 'W1@3', 'W3@3', 'A1@3', 'W4@3', 'Q1']);
    expect(loadMeasures(resultOf({}, observations('router')))).toEqual({});
    const hasty = loadMeasures(resultOf({ idle: 10 }, observations('mesh')));
    expect(hasty).not.toHaveProperty('Q1');
  });

  it('have a target only where they were measured as it is defined', () => {
    const aims = (options: Partial<Options>, id: string) =>
      loadMeasures(resultOf(options, observations('mesh'), observations('router')))[id]?.target;
    const as = { peers: 30, size: 60, writers: 1, rate: 1 } as const;
    expect(aims(as, 'W1@30')).toEqual({ op: '<=', value: 260 });
    expect(aims({ ...as, size: 'mixed' }, 'W1@30')).toBeUndefined();
    expect(aims({ ...as, peers: 8 }, 'W1@8')).toBeUndefined();
    expect(aims({ peers: 12, relayed: 0.2 }, 'R2@500')).toBeUndefined();
    expect(aims({ peers: 12, messages: 700 }, 'R2@700')).toBeUndefined();
  });

  it('are judged by nobody where something is wrong, and there are none where nothing was delivered', () => {
    const result = { ...resultOf({}, observations('mesh')), wrong: ['mesh: no.'] };
    for (const measure of Object.values(loadMeasures(result))) {
      expect(met(measure)).toBeUndefined();
    }
    expect(JSON.stringify(report('', {}, loadMeasures(result), result))).not.toContain('"met"');
    expect(JSON.stringify(report('', {}, loadMeasures(result), result))).toContain('mesh: no.');
    const ledger = new Ledger([0, 1, 2], new Map([[0, 0]]));
    expect(loadMeasures(resultOf({}, observations('mesh', { ledger })))).toEqual({});
  });

  it('count introductions while others write as bytes of the deliveries', () => {
    const { server } = observations('mesh');
    const written = reading(20_000, [6_500, 0, 0]);
    const seen = observations('mesh', { server: { ...server, written } });
    expect(loadMeasures(resultOf({}, seen)).R1?.value).toBe(50);
  });

  it('tell the STUN of links that come up while others write beside R1', () => {
    const { server } = observations('mesh');
    const written = reading(20_000, [6_500, 0, 0, 7_000_000]);
    const seen = observations('mesh', { server: { ...server, written } });
    const { value, compared } = loadMeasures(resultOf({}, seen)).R1 ?? {};
    expect(value).toBe(50);
    expect(compared?.['STUN of new links meanwhile, B']).toBeGreaterThan(1_000_000);
  });
});

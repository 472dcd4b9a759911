/** What a mode's run comes to, from what was seen of it. */

import { percentiles } from '../bench/quantiles.ts';
import {
  bytesPerDelivery,
  duplicatesPerDelivery,
  idleFramesPerSecond,
  type RoomWire,
  receiptsAndPresencePerEntryByte,
} from '../bench/wire-figures.ts';
import { type Wire, wireBetween } from '../bench/wire-meter.ts';
import { allOf, allPathsOf, minus } from './byte-sums.ts';
import { histogram } from './ledger.ts';
import { MODE_TRAITS } from './modes.ts';
import type { MeshObservations, Observations } from './observations.ts';
import type { MeshFigures, MeshWire, ModeResult } from './result.ts';
import { SOCKET_KINDS } from './server-traffic.ts';

export function modeResult(seen: Observations): ModeResult {
  const { ledger, server } = seen;
  const startedAtMs = server.started.atMs;
  const latencies = ledger.latencies;
  const sinceStart = (atMs: number) => Math.max(0, atMs - startedAtMs);
  return {
    mode: seen.mode,
    deliveries: ledger.deliveries,
    delivered: ledger.delivered,
    lost: ledger.deliveries - ledger.delivered,
    repeated: Math.max(ledger.repeated, shownTwice(seen)),
    latencyMs: percentiles(latencies),
    latencyHistogram: histogram(latencies),
    joinMs: percentiles(seen.joinMs),
    server: {
      series: [...seen.series]
        .filter(({ atMs }) => atMs >= startedAtMs && atMs <= server.idled.atMs)
        .sort((a, b) => a.atMs - b.atMs)
        .map((reading) => ({ ...reading, atMs: sinceStart(reading.atMs) })),
      firstMessageAtMs: sinceStart(seen.firstMessageAtMs),
      lastDeliveryAtMs: sinceStart(ledger.lastDeliveryAtMs),
      idleBeganAtMs: sinceStart(server.written.atMs),
      idleEndedAtMs: sinceStart(server.idled.atMs),
      setUp: server.setUp.bytes,
      writing: minus(server.written.bytes, server.setUp.bytes),
      session: server.written.bytes,
      idle: minus(server.idled.bytes, server.written.bytes),
      ...idleRate(seen),
      cpuMs: server.idled.cpuMs - server.started.cpuMs,
      mostMemoryBytes: Math.max(...seen.series.map(({ memoryBytes }) => memoryBytes)),
    },
    peers: { ...seen.peers, joining: allPathsOf(seen.peersJoined) },
    ...(seen.browsers ? { browsers: seen.browsers } : {}),
    ...(seen.mesh ? { mesh: meshFigures(seen, seen.mesh) } : {}),
  };
}

/** An idle phase so long is taken as it is. */
const LONG_IDLE_MS = 60_000;

function shownTwice({ shown }: Observations): number {
  return shown.reduce((sum, { repeated }) => sum + repeated, 0);
}

function idleRate(
  seen: Observations,
): Pick<ModeResult['server'], 'idleBytesPerSecond'> | Record<string, never> {
  const { written, idled } = seen.server;
  const peers = seen.joinMs.length;
  const idle = minus(idled.bytes, written.bytes);
  const idleS = (idled.atMs - written.atMs) / 1000;
  if (idleS * 1000 >= LONG_IDLE_MS) return { idleBytesPerSecond: allOf(idle) / peers / idleS };
  const every = MODE_TRAITS[seen.mode].keepAliveMs;
  const intervals = Math.floor((idled.atMs - seen.allInAtMs) / every);
  const from = idled.atMs - intervals * every;
  const before = seen.series.findLast(({ atMs }) => atMs <= from);
  if (intervals === 0 || before === undefined) return {};
  const keepAlives = allOf(minus(idled.bytes, before.bytes), ['heartbeat']);
  const overS = (idled.atMs - before.atMs) / 1000;
  const rest = allOf(idle, ['setUp', 'chat', 'stun']);
  return { idleBytesPerSecond: keepAlives / peers / overS + rest / peers / idleS };
}

function meshFigures({ ledger }: Observations, mesh: MeshObservations): MeshFigures {
  const { metered } = mesh;
  const writing = wireBetween(mesh.setUp, mesh.written);
  const idle = wireBetween(mesh.written, mesh.idled);
  const room: RoomWire = {
    writing,
    idle,
    deliveries: ledger.deliveredTo(metered),
    peers: metered.size,
  };
  return {
    deliveries: room.deliveries,
    writing: meshWire(writing),
    idle: meshWire(idle),
    arrivals: writing.arrivals,
    ...finite({
      bytesPerDelivery: bytesPerDelivery(room),
      duplicatesPerDelivery: duplicatesPerDelivery(room),
      receiptsAndPresencePerEntryByte: receiptsAndPresencePerEntryByte(room),
    }),
    idleFramesPerSecond: idleFramesPerSecond(room),
    idleFramesByKind: Object.fromEntries(
      Object.entries(idle.classes).map(([kind, { frames }]) => [
        kind,
        frames / (idle.ms / 1000) / metered.size,
      ]),
    ),
    mostLinks: Math.max(writing.mostLinks, idle.mostLinks),
    directLinks: mesh.directLinks,
    relayedLinks: mesh.relayedLinks,
    ...(mesh.firstLinks.length > 0 && { firstLinkBytes: percentiles(mesh.firstLinks) }),
  };
}

/** Without what could not be divided: JSON has no NaN, and 0 would be an answer. */
function finite<K extends string>(
  figures: Readonly<Record<K, number>>,
): Partial<Record<K, number>> {
  const all: Partial<Record<K, number>> = { ...figures };
  for (const name in figures) if (!Number.isFinite(figures[name])) delete all[name];
  return all;
}

function meshWire({ classes, overheadBytes }: Wire): MeshWire {
  return {
    entries: classes.entries.bytes,
    tree: classes.tree.bytes,
    receipts: classes.receipts.bytes,
    presence: classes.presence.bytes,
    repair: classes.repair.bytes,
    overhead: overheadBytes,
  };
}

/** Sentences about what is lost, repeated, or does not add up; none where all is as it should be. */
export function wrongIn(seen: Observations, result: ModeResult): readonly string[] {
  const { idled } = seen.server;
  const wrong: string[] = [];
  const say = (sentence: string) => wrong.push(`${seen.mode}: ${sentence}`);
  for (const trouble of seen.troubles) say(trouble);
  if (result.lost > 0) {
    say(`${result.lost} of ${result.deliveries} deliveries were lost.`);
    for (const sentence of seen.ledger.missing(3)) say(sentence);
  }
  if (result.repeated > 0) say(`${result.repeated} messages were shown twice to somebody.`);
  for (const sentence of unlikePlan(seen)) say(sentence);
  for (const [direction, whole] of [
    ['in', idled.socketIn],
    ['out', idled.socketOut],
  ] as const) {
    const parts = SOCKET_KINDS.reduce((sum, kind) => sum + idled.bytes[direction][kind], 0);
    if (parts !== whole)
      say(
        `the server’s sockets say ${whole} bytes ${direction}, but what they were for adds up to ${parts}.`,
      );
  }
  return wrong;
}

/** Who shows something else in the end than what was written, though it was told to have come; the first few. */
function unlikePlan({ shown }: Observations): readonly string[] {
  return shown
    .filter(({ lacking, strange }) => lacking > 0 || strange > 0)
    .slice(0, 3)
    .map(
      ({ peer, lacking, strange }) =>
        `Peer ${peer} shows ${strange} texts in the end that nobody wrote, and lacks ${lacking} of those that came.`,
    );
}

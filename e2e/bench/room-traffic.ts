/**
 * W1, W2, W3, A1, Q1, W4: what a room says over its links while one person writes a message a second, and while nobody does.
 * Real peers, real engines, real direct links; every byte that comes out of a data channel is counted.
 */
import { delay, until } from '../chaos/waiting.ts';
import type { Measures } from './measure.ts';
import { gather, must, PATIENCE_MS, startServer } from './room.ts';
import {
  bytesPerDelivery,
  duplicatesPerDelivery,
  idleFramesPerSecond,
  type RoomWire,
  receiptsAndPresencePerEntryByte,
} from './wire-figures.ts';
import { WireMeter, wireBetween } from './wire-meter.ts';

const TEXT = 'The beans by the south wall are done; I pulled them all out.';
const MESSAGES = 40;
/** Before it is measured: by then the tree has shed the edges that it does not need. */
const WARM_UP = 15;
const EVERY_MS = 1_000;
/** Time for what follows a message: announcements, receipts. */
const AFTER_MS = 5_000;
/** After the last newcomer: links change, everybody compares. */
const SETTLE_MS = 20_000;
const IDLE_MS = 60_000;
/** automerge-repo over a full mesh of 30, unsigned and unsealed: bytes a delivery. */
const AUTOMERGE_REPO_AT_30 = 13_310;

interface Figures extends RoomWire {
  readonly size: number;
}

async function measure(size: number): Promise<Figures> {
  const { server, url } = await startServer();
  const { peers, space, channel } = await gather(url, size);
  const [writer] = peers;
  if (writer === undefined) throw new Error('A room has at least one peer.');
  const held = (peer: (typeof peers)[number]) =>
    peer.engine.log({ kind: 'segment', space, channel, number: 0 })?.count ?? 0;
  const write = async (count: number) => {
    const before = held(writer);
    for (let i = 0; i < count; i++) {
      must(await writer.engine.commands.say({ space, channel, text: TEXT }));
      await delay(EVERY_MS);
    }
    await until('all messages', PATIENCE_MS, () =>
      peers.every((peer) => held(peer) === before + count),
    );
  };
  await delay(SETTLE_MS);
  await write(WARM_UP);
  await delay(AFTER_MS);
  const meter = new WireMeter(peers);
  const before = meter.read();
  await write(MESSAGES);
  await delay(AFTER_MS);
  const written = meter.read();
  await delay(IDLE_MS);
  const after = meter.read();
  meter.stop();
  for (const peer of peers) await peer.close();
  await server.close();
  return {
    size,
    peers: size,
    writing: wireBetween(before, written),
    idle: wireBetween(written, after),
    deliveries: MESSAGES * (size - 1),
  };
}

function each(figures: Figures): Readonly<Record<string, number>> {
  const { classes, overheadBytes } = figures.writing;
  const per = (bytes: number) => bytes / figures.deliveries;
  return {
    entries: per(classes.entries.bytes),
    tree: per(classes.tree.bytes),
    receipts: per(classes.receipts.bytes),
    presence: per(classes.presence.bytes),
    repair: per(classes.repair.bytes),
    'heartbeats, acknowledgements': per(overheadBytes),
  };
}

/** @param sizes of rooms, the one that the figures are of last */
export async function roomTraffic(...sizes: readonly number[]): Promise<Measures> {
  const all: Figures[] = [];
  for (const size of sizes) all.push(await measure(size));
  const measures: Record<string, Measures[string]> = {};
  const smallest = all[0];
  for (const figures of all) {
    const { size, writing, idle, deliveries } = figures;
    const { entries, receipts, presence } = writing.classes;
    const w1 = bytesPerDelivery(figures);
    const detail = { figures, perDelivery: each(figures), messages: MESSAGES, everyMs: EVERY_MS };
    measures[`W1@${size}`] = {
      value: w1,
      unit: 'B a delivery',
      target: { op: '<=', value: 260 },
      compared: {
        ...(size === 30 ? { 'automerge-repo mesh': AUTOMERGE_REPO_AT_30 } : {}),
        ...each(figures),
      },
      detail,
    };
    if (size === 100 && smallest)
      measures.W2 = {
        value: w1 / bytesPerDelivery(smallest),
        unit: `÷ a room of ${smallest.size}`,
        target: { op: '<=', value: 1.15 },
      };
    measures[`W3@${size}`] = {
      value: duplicatesPerDelivery(figures),
      unit: 'duplicates a delivery',
      target: { op: '<=', value: 0.05 },
      compared: { 'flooding a full mesh': size - 2, deliveries },
    };
    measures[`A1@${size}`] = {
      value: receiptsAndPresencePerEntryByte(figures),
      unit: '÷ entry bytes',
      target: { op: '<=', value: 0.5 },
      compared: {
        'receipts alone': receipts.bytes / entries.bytes,
        'presence alone': presence.bytes / entries.bytes,
      },
    };
    measures[size === sizes.at(-1) ? 'Q1' : `Q1@${size}`] = {
      value: idleFramesPerSecond(figures),
      unit: 'frames/s a peer',
      target: { op: '<=', value: 0.5 },
      compared: {
        'stock sync after a loss': 170,
        'heartbeats and such, B/s a peer': idle.overheadBytes / (idle.ms / 1000) / size,
      },
    };
    measures[`W4@${size}`] = {
      value: Math.max(writing.mostLinks, idle.mostLinks),
      unit: 'links at most',
      target: { op: '<=', value: 8 },
      compared: { 'full mesh': size - 1 },
    };
  }
  return measures;
}

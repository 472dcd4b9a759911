/**
 * W1, W2, W3, A1, Q1, W4: what a room says over its links while one person writes a message a second, and while nobody does.
 * Real peers, real engines, real direct links; every byte that comes out of a data channel is counted.
 */
import { delay, until } from '../chaos/waiting.ts';
import type { Measures } from './measure.ts';
import { gather, must, PATIENCE_MS, startServer, TEXT_OF_60 } from './room.ts';
import { measured } from './targets.ts';
import {
  AUTOMERGE_REPO_AT_30,
  bytesPerDelivery,
  duplicatesPerDelivery,
  idleFramesPerSecond,
  type RoomWire,
  receiptsAndPresencePerEntryByte,
  STOCK_SYNC_AFTER_LOSS,
} from './wire-figures.ts';
import { WireMeter, wireBetween } from './wire-meter.ts';

const MESSAGES = 40;
/** Before it is measured: by then the tree has shed the edges that it does not need. */
const WARM_UP = 15;
const EVERY_MS = 1_000;
/** Time for what follows a message: announcements, receipts. */
const AFTER_MS = 5_000;
/** After the last newcomer: links change, everybody compares. */
const SETTLE_MS = 20_000;
const IDLE_MS = 60_000;

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
      must(await writer.engine.commands.say({ space, channel, text: TEXT_OF_60 }));
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

/** Each figure under an id with the size of its room. */
export async function roomTraffic(...sizes: readonly number[]): Promise<Measures> {
  const all: Figures[] = [];
  for (const size of sizes) all.push(await measure(size));
  return Object.assign({}, growthOf(all), ...all.map(measuresOf));
}

/** W2, where there were rooms of 10 and of 100. */
function growthOf(all: readonly Figures[]): Measures {
  const [small, large] = [10, 100].map((size) => all.find((figures) => figures.size === size));
  if (small === undefined || large === undefined) return {};
  return { W2: measured('W2', bytesPerDelivery(large) / bytesPerDelivery(small)) };
}

function measuresOf(figures: Figures): Measures {
  const { size, writing, idle, deliveries } = figures;
  const { entries, receipts, presence } = writing.classes;
  const of = (id: string, value: number, beside?: Parameters<typeof measured>[2]) => ({
    [`${id}@${size}`]: measured(`${id}@${size}`, value, beside),
  });
  return {
    ...of('W1', bytesPerDelivery(figures), {
      compared: {
        ...(size === 30 ? { 'automerge-repo mesh': AUTOMERGE_REPO_AT_30 } : {}),
        ...each(figures),
      },
      detail: { figures, perDelivery: each(figures), messages: MESSAGES, everyMs: EVERY_MS },
    }),
    ...of('W3', duplicatesPerDelivery(figures), {
      compared: { 'flooding a full mesh': size - 2, deliveries, ...writing.arrivals },
    }),
    ...of('A1', receiptsAndPresencePerEntryByte(figures), {
      compared: {
        'receipts alone': receipts.bytes / entries.bytes,
        'presence alone': presence.bytes / entries.bytes,
      },
    }),
    ...of('Q1', idleFramesPerSecond(figures), {
      compared: {
        'stock sync after a loss': STOCK_SYNC_AFTER_LOSS,
        'heartbeats and such, B/s a peer': idle.overheadBytes / (idle.ms / 1000) / size,
      },
    }),
    ...of('W4', Math.max(writing.mostLinks, idle.mostLinks), {
      compared: { 'full mesh': size - 1 },
    }),
  };
}

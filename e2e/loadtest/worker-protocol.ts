/** What the load test says to its worker processes, each of which drives several peers of one mode, and what they say. */
import * as v from 'valibot';
import { WIRE_KINDS, type WireReading } from '../bench/wire-meter.ts';
import type { Standing } from './mesh-peers.ts';
import { MODES } from './modes.ts';
import type { Shown } from './observations.ts';
import { JOIN_PATTERNS, type Options } from './options.ts';
import type { PeerBytes } from './participant.ts';

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const Text = v.pipe(v.string(), v.maxLength(2_000));

const OptionsSchema = v.strictObject({
  peers: Count,
  browsers: Count,
  messages: Count,
  rate: Amount,
  size: v.union([v.literal('mixed'), Count]),
  writers: v.union([v.literal('all'), Count]),
  modes: v.pipe(v.array(v.picklist(MODES)), v.readonly()),
  join: v.picklist(JOIN_PATTERNS),
  relayed: Amount,
  late: Count,
  idle: Amount,
  seed: Count,
}) satisfies v.GenericSchema<unknown, Options>;

/** Which of the plan's messages. */
export const WRITINGS = ['warm-up', 'measured'] as const;
export type Writing = (typeof WRITINGS)[number];

/** Orders that are answered once they are carried out. */
export const Order = v.variant('do', [
  /** First of all. The worker makes the same plan of the options. */
  v.strictObject({
    do: v.literal('begin'),
    mode: v.picklist(MODES),
    options: OptionsSchema,
    server: Text,
  }),
  v.strictObject({ do: v.literal('found'), peer: Count }),
  v.strictObject({ do: v.literal('join'), peer: Count, invitation: Text }),
  /** Each of its peers writes what is its to write, from `startMs` of the machine's clock on; answered at once. */
  v.strictObject({ do: v.literal('write'), writing: v.picklist(WRITINGS), startMs: Amount }),
  v.strictObject({ do: v.literal('standings') }),
  v.strictObject({ do: v.literal('wire') }),
  v.strictObject({ do: v.literal('bytes') }),
  /** What stands in each peer's channel, held to the plan. */
  v.strictObject({ do: v.literal('shown') }),
  /** Closes all peers. */
  v.strictObject({ do: v.literal('close') }),
]);
export type Order = v.InferOutput<typeof Order>;

export const NumberedOrder = v.strictObject({ request: Count, order: Order });

const Share = v.strictObject({ frames: Amount, bytes: Amount });
const InAndOut = v.strictObject({ in: Amount, out: Amount });

export const Answers = {
  begin: v.null(),
  found: v.strictObject({ invitation: Text, tookMs: Amount }),
  join: v.strictObject({ tookMs: Amount }),
  write: v.null(),
  standings: v.array(
    v.strictObject({
      index: Count,
      peer: Text,
      direct: v.boolean(),
      members: Count,
      here: Count,
      links: v.array(
        v.strictObject({
          peer: Text,
          path: v.picklist(['direct', 'relayed']),
          upSinceMs: v.number(),
        }),
      ),
    }),
  ) satisfies v.GenericSchema<unknown, readonly Standing[]>,
  wire: v.strictObject({
    classes: v.strictObject(v.entriesFromList(WIRE_KINDS, Share)),
    direct: InAndOut,
    relayed: InAndOut,
    overheadIn: Amount,
    arrivals: v.strictObject({ pushed: Count, repaired: Count, again: Count }),
    mostLinks: Count,
    atMs: Amount,
  }) satisfies v.GenericSchema<unknown, WireReading>,
  bytes: v.strictObject({
    direct: InAndOut,
    relayed: InAndOut,
    signaling: InAndOut,
  }) satisfies v.GenericSchema<unknown, PeerBytes>,
  shown: v.array(
    v.strictObject({ peer: Count, repeated: Count, lacking: Count, strange: Count }),
  ) satisfies v.GenericSchema<unknown, readonly Shown[]>,
  close: v.null(),
} as const satisfies Record<Order['do'], v.GenericSchema>;
export type Answer<D extends Order['do']> = v.InferOutput<(typeof Answers)[D]>;

/** Times are of the machine's clock, ms. */
export const Said = v.variant('is', [
  v.strictObject({ is: v.literal('answer'), request: Count, value: v.unknown() }),
  v.strictObject({ is: v.literal('failed'), request: Count, why: v.string() }),
  /** Texts that came into view: peer, message number, time. */
  v.strictObject({
    is: v.literal('seen'),
    seen: v.array(v.strictTuple([Count, Count, Amount])),
  }),
  /** Before `say` is called: message number, time. */
  v.strictObject({ is: v.literal('writes'), message: Count, atMs: Amount }),
  v.strictObject({ is: v.literal('first-link'), peer: Count }),
  /** Something that the run cannot be believed after. */
  v.strictObject({ is: v.literal('trouble'), peer: Count, what: v.string() }),
]);
export type Said = v.InferOutput<typeof Said>;

/**
 * A space as one file: everything that this device holds of it and anybody needs to read it, and nothing that makes whoever
 * has the file somebody else: no key of a device, no invite's secret, not what one has read.
 *
 * Records (`record-stream.ts`): first `["space", 1, id, name, lobby, servers, epochs]`, an epoch being `[number, rendezvous, content]`, of
 * which its id follows; then `["entries", address, [[deps, entry], …]]` again and again, documents in an order in which each can be
 * judged by what came before: the space's, the epochs', each channel's segments ascending, every document in causal order.
 * What a later version adds are records of other names, which are passed over.
 */
import { fromBase64url, fromHex, toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import type { CborValue } from '@snug/shared/entries/canonical-cbor.ts';
import { epochId } from '@snug/shared/entries/epoch.ts';
import { bytesOf } from '@snug/shared/entries/fields.ts';
import { MAX_SPACE_SERVERS, ServerUrl } from '@snug/shared/entries/server-url.ts';
import { SpaceName } from '@snug/shared/entries/text.ts';
import { ChangeHash, SpaceId } from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import { type Address, encodeAddress, parseAddress } from '../address.ts';
import type { Arrival } from '../admission.ts';
import type { Space } from '../space.ts';
import type { HeldEpoch, SpaceRecord } from '../space-record.ts';
import type { StoredEntry } from '../store.ts';
import { type Chunks, RecordReader, recordBytes } from './record-stream.ts';

const FORMAT = 1;
/** Most entries of a record, and about how many bytes of them. */
const ENTRIES = 512;
const ENTRIES_BYTES = 128 * 1024;
/** Most epochs that a file may name. */
const MAX_EPOCHS = 10_000;
/** Longest entry: its head and body. */
const MAX_ENTRY_BYTES = ENTRY_LIMITS.bodyBytes + 256;

/** An entry and what it was built on. */
type Written = Pick<StoredEntry, 'deps' | 'bytes'>;

/** What is written of a space, and where its documents are read: all of them need not be in memory at once. */
export interface ArchivedSpace {
  readonly record: Pick<SpaceRecord, 'id' | 'name' | 'lobby' | 'servers' | 'epochs'>;
  readonly documents: Iterable<Address>;
  /** In causal order. */
  entriesOf(address: Address): Iterable<Written> | Promise<Iterable<Written>>;
}

/** What a device holds of a space in memory. */
export function heldOf(space: Pick<Space, 'record' | 'logs' | 'log'>): ArchivedSpace {
  return {
    record: space.record,
    documents: [...space.logs].map(({ address }) => address),
    entriesOf: (address) => space.log(address).entries,
  };
}

/** The records of a space, as the bytes that are to be sealed. Rejects where its documents cannot be read. */
export async function* archiveOf(space: ArchivedSpace): AsyncGenerator<Uint8Array> {
  const { id, name, lobby, servers, epochs } = space.record;
  const secrets = epochs.map(({ number, rendezvous, content }) => [number, rendezvous, content]);
  yield recordBytes(['space', FORMAT, fromBase64url(id), name, lobby, servers, secrets]);
  for (const address of [...space.documents].sort(compareAddresses))
    yield* entryRecords(address, await space.entriesOf(address));
}

function* entryRecords(address: Address, entries: Iterable<Written>): Generator<Uint8Array> {
  let batch: CborValue[] = [];
  let size = 0;
  for (const { deps, bytes } of entries) {
    batch.push([deps.map(fromHex), bytes]);
    size += bytes.length + deps.length * 34;
    if (batch.length < ENTRIES && size < ENTRIES_BYTES) continue;
    yield recordBytes(['entries', encodeAddress(address), batch]);
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield recordBytes(['entries', encodeAddress(address), batch]);
}

const KINDS: readonly Address['kind'][] = ['space', 'epoch', 'segment'];

function compareAddresses(a: Address, b: Address): number {
  const number = (address: Address) => (address.kind === 'segment' ? address.number : 0);
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || number(a) - number(b);
}

const HeldEpochs = v.pipe(
  v.array(
    v.strictTuple([
      v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
      bytesOf(32),
      bytesOf(32),
    ]),
  ),
  v.maxLength(MAX_EPOCHS),
);
const SpaceLine = v.strictTuple([
  v.literal('space'),
  v.literal(FORMAT),
  bytesOf(32),
  SpaceName,
  bytesOf(32),
  v.pipe(v.array(ServerUrl), v.maxLength(MAX_SPACE_SERVERS)),
  HeldEpochs,
]);
const EntriesLine = v.strictTuple([
  v.literal('entries'),
  v.instance(Uint8Array),
  v.pipe(
    v.array(
      v.strictTuple([
        v.pipe(v.array(bytesOf(32)), v.maxLength(ENTRY_LIMITS.deps)),
        v.pipe(
          v.instance(Uint8Array),
          v.check((bytes) => bytes.length <= MAX_ENTRY_BYTES, 'expected an entry'),
        ),
      ]),
    ),
    v.maxLength(ENTRIES),
  ),
]);

/** What a file says of its space. An epoch's id commits to its secrets: of those that the space has had they are the right ones. */
export interface ArchiveHead {
  readonly id: SpaceId;
  readonly name: string;
  readonly lobby: Uint8Array;
  readonly servers: readonly string[];
  readonly epochs: readonly HeldEpoch[];
}

/** Entries of one document, as they were written down; nobody has judged them. */
export interface ArchivedEntries {
  readonly address: Address;
  readonly arrivals: readonly Arrival[];
}

export class ArchiveReader {
  readonly head: ArchiveHead;
  readonly #records: RecordReader;
  #passedOver = 0;

  constructor(head: ArchiveHead, records: RecordReader) {
    this.head = head;
    this.#records = records;
  }

  /** Records that this version does not know. */
  get passedOver(): number {
    return this.#passedOver;
  }

  /** The next entries of this space. Once damaged it stays so. Never rejects. */
  async next(): Promise<ArchivedEntries | 'end' | 'damaged'> {
    for (;;) {
      const record = await this.#records.next();
      if (typeof record === 'string') return record;
      const entries = entriesIn(record.value, this.head.id);
      if (entries) return entries;
      this.#passedOver++;
    }
  }
}

/** Reads what a file is of. `undefined` where it does not begin as an archive of this version does. Never rejects. */
export async function openArchive(chunks: Chunks): Promise<ArchiveReader | undefined> {
  const records = new RecordReader(chunks);
  const first = await records.next();
  const line = typeof first === 'string' ? undefined : v.safeParse(SpaceLine, first.value);
  if (!line?.success) return undefined;
  const [, , idBytes, name, lobby, servers, epochs] = line.output;
  const id = v.parse(SpaceId, toBase64url(idBytes));
  const held = epochs.map(([number, rendezvous, content]) => ({
    id: epochId(id, number, rendezvous, content),
    number,
    rendezvous,
    content,
  }));
  return new ArchiveReader({ id, name, lobby, servers, epochs: held }, records);
}

function entriesIn(value: CborValue, space: SpaceId): ArchivedEntries | undefined {
  const line = v.safeParse(EntriesLine, value);
  if (!line.success) return undefined;
  const [, addressBytes, entries] = line.output;
  const address = parseAddress(addressBytes);
  if (address?.space !== space) return undefined;
  const arrivals = entries.map(([deps, bytes]) => ({
    bytes,
    deps: deps.map((dep) => v.parse(ChangeHash, toHex(dep))),
  }));
  return { address, arrivals };
}

/**
 * A channel's long history, written straight into a store: every entry signed and sealed as its author's device would have
 * written it, with no engine in between, so that a hundred thousand take seconds.
 */

import { tipOf } from '@snug/client/space/chain.ts';
import { DocumentLog, logged } from '@snug/client/space/document-log.ts';
import type { HeldEpoch } from '@snug/client/space/space-record.ts';
import type { Store, StoredEntry } from '@snug/client/space/store.ts';
import { type Bytes, fromHex } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { type Body, sealBody } from '@snug/shared/entries/body.ts';
import { NO_HINT, SORT, signEntry } from '@snug/shared/entries/entry.ts';
import type { ChangeHash, ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';

/** Between two messages, ms: a hundred thousand go back some two months. */
const APART_MS = 50_000;

export interface HistoryOptions {
  readonly store: Store;
  readonly device: DeviceKey;
  readonly epoch: HeldEpoch;
  readonly space: SpaceId;
  readonly channel: ChannelId;
  /** How many there will be at most; the last of so many is said at `until`, ms since 1970. */
  readonly messages: number;
  readonly until: number;
}

/** The text of the nth message, counted from 1, about as long as people write them. */
export function textOf(n: number): string {
  return `Message ${n} of this channel, about as long as people write them.`;
}

/** One author's messages in one channel, written on where the last call ended. */
export class History {
  readonly #o: HistoryOptions;
  #segment: DocumentLog;
  #fresh: StoredEntry[] = [];
  #tip: Bytes | undefined;
  #written = 0;

  constructor(options: HistoryOptions) {
    this.#o = options;
    this.#segment = this.#numbered(0);
  }

  /** How many messages there are. */
  get written(): number {
    return this.#written;
  }

  /** Writes until there are so many, and stores them. */
  async writeUpTo(count: number): Promise<void> {
    while (this.#written < count) {
      if (this.#segment.count >= ENTRY_LIMITS.segmentEntries) await this.#rollOver();
      await this.#say();
    }
    await this.#keep();
  }

  #numbered(number: number): DocumentLog {
    const { space, channel } = this.#o;
    return new DocumentLog({ kind: 'segment', space, channel, number });
  }

  async #rollOver(): Promise<void> {
    await this.#keep();
    const { address, heads } = this.#segment;
    const [named] = heads;
    if (address.kind !== 'segment' || named === undefined)
      throw new Error('An empty segment is full.');
    this.#segment = this.#numbered(address.number + 1);
    const { deps, id } = this.#segment;
    const sort = SORT.opening;
    const { device } = this.#o;
    const body = fromHex(named);
    this.#add(deps, await signEntry({ device, documentId: id, deps, sort, hint: NO_HINT, body }));
  }

  async #say(): Promise<void> {
    const { device, epoch, until, messages } = this.#o;
    const { deps, id: documentId } = this.#segment;
    const n = this.#written + 1;
    const body: Body = {
      kind: 'message',
      hlc: until - (messages - n) * APART_MS,
      n,
      prev: this.#tip ? [this.#tip] : [],
      refs: [],
      content: { text: textOf(n) },
    };
    const place = { contentSecret: epoch.content, documentId, device: device.publicKey, deps };
    const { hint, sealed } = sealBody({ ...place, epochId: epoch.id, body });
    const signed = { device, documentId, deps, sort: SORT.body, hint, body: sealed };
    this.#tip = this.#add(deps, await signEntry(signed));
    this.#written = n;
  }

  #add(deps: readonly ChangeHash[], bytes: Uint8Array): Bytes {
    const startOp = this.#segment.startOp(deps);
    const entry = startOp === undefined ? undefined : logged(bytes, deps, startOp);
    if (!entry) throw new Error('An entry of the history has the wrong shape.');
    this.#segment.add(entry);
    this.#fresh.push({ hash: entry.hash, deps, startOp: entry.startOp, bytes });
    return tipOf(entry.id);
  }

  async #keep(): Promise<void> {
    await this.#o.store.append(this.#segment.id, this.#fresh);
    this.#fresh = [];
  }
}

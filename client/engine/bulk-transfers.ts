/**
 * The giving side of bulk: all of a document in causal order, a few frames at a time. The next is sent when the taker
 * has judged one, so that a slow taker is not flooded and what people say meanwhile does not wait behind it.
 */
import type { DocumentId, PeerId } from '@snug/shared/protocol/ids.ts';
import { BULK_BYTES, BULK_ENTRIES, type SentFrame } from '../mesh/frames/frames.ts';
import { encodeAddress } from '../space/address.ts';
import { type DocumentLog, joinHashes } from '../space/document-log.ts';

/** Most frames of one transfer that the taker has not taken in. */
export const BULK_WINDOW = 8;
/** Most transfers to one neighbour at a time. Whoever asks for more may ask again. */
const TRANSFERS = 8;
/** A neighbour begins one transfer of a document in this time, ms. */
const AGAIN_MS = 1_000;
/** A taker who is silent for so long, ms, has given the transfer up. */
const SILENT_MS = 30_000;
/** Whoever has taken something in for so long, ms, is about to take more. */
const BUSY_MS = 1_000;

interface Transfer {
  readonly log: DocumentLog;
  /** Entries sent. */
  sent: number;
  /** Of each frame that has not been taken in: how many entries were sent with it. */
  underWay: number[];
  at: number;
}

export class BulkTransfers {
  readonly #send: (peer: PeerId, frame: SentFrame) => void;
  readonly #transfers = new Map<PeerId, Map<DocumentId, Transfer>>();
  readonly #begunAt = new Map<PeerId, Map<DocumentId, number>>();

  constructor(send: (peer: PeerId, frame: SentFrame) => void) {
    this.#send = send;
  }

  /** The neighbour wants a document, or has taken in so many entries of it. */
  wanted(peer: PeerId, log: DocumentLog, taken: number, now: number): void {
    const transfers = this.#transfers.get(peer) ?? new Map<DocumentId, Transfer>();
    this.#transfers.set(peer, transfers);
    if (taken === 0) {
      for (const [id, { at }] of transfers) if (now - at >= SILENT_MS) transfers.delete(id);
      if (this.#again(peer, log, now)) return;
      if (transfers.size >= TRANSFERS && !transfers.has(log.id)) return;
      transfers.set(log.id, { log, sent: 0, underWay: [], at: now });
    }
    const transfer = transfers.get(log.id);
    if (!transfer || taken > transfer.sent) return;
    const underWay = transfer.underWay.filter((upTo) => upTo > taken);
    if (taken > 0 && underWay.length === transfer.underWay.length) return;
    transfer.underWay = underWay;
    transfer.at = now;
    while (transfer.underWay.length < BULK_WINDOW)
      if (this.#sendNext(peer, transfer)) return void transfers.delete(log.id);
  }

  /** Whether much is being given just now. */
  isGiving(now: number): boolean {
    for (const transfers of this.#transfers.values())
      for (const { at } of transfers.values()) if (Math.abs(now - at) < BUSY_MS) return true;
    return false;
  }

  linkDown(peer: PeerId): void {
    this.#transfers.delete(peer);
    this.#begunAt.delete(peer);
  }

  #again(peer: PeerId, log: DocumentLog, now: number): boolean {
    const begunAt = this.#begunAt.get(peer) ?? new Map<DocumentId, number>();
    this.#begunAt.set(peer, begunAt);
    const before = begunAt.get(log.id);
    if (before !== undefined && now - before < AGAIN_MS) return true;
    begunAt.set(log.id, now);
    return false;
  }

  /** True when that was the last. */
  #sendNext(peer: PeerId, transfer: Transfer): boolean {
    const { log } = transfer;
    const entries: { deps: Uint8Array; entry: Uint8Array }[] = [];
    let bytes = 0;
    while (entries.length < BULK_ENTRIES && bytes < BULK_BYTES) {
      const entry = log.entries[transfer.sent];
      if (!entry) break;
      entries.push({ deps: joinHashes(entry.deps), entry: entry.bytes });
      bytes += entry.bytes.length + 32 * entry.deps.length;
      transfer.sent++;
    }
    const upTo = transfer.sent;
    const last = upTo >= log.count;
    transfer.underWay.push(upTo);
    this.#send(peer, { type: 'bulk', address: encodeAddress(log.address), entries, upTo, last });
    return last;
  }
}

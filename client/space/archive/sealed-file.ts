/**
 * A file that a passphrase opens: an exported space, or a recovery file. Whoever has not the passphrase learns its size and
 * what it is for; whoever changes a bit of it, cuts it off or puts two together makes a file that does not open.
 *
 * Header, 75 bytes: `SNUGFILE`, version 1, purpose 1, cost (KiB of memory 4, passes 1, lanes 1), salt 16, nonce prefix 19; 16
 * bytes by which a wrong passphrase is told from damage, which cost whoever guesses as much as the file itself does; and 8 of
 * SHA-256 over all that, against slips. Then chunks of 64 KiB, sealed one by one (`ChunkCipher`), the last one perhaps
 * shorter. The keys follow from the passphrase's (Argon2id) and the whole header.
 */
import { concatBytes, equalBytes, randomBytes, sha256, utf8 } from '@snug/shared/crypto/bytes.ts';
import {
  CHUNK_TAG_BYTES,
  ChunkCipher,
  NONCE_PREFIX_BYTES,
} from '@snug/shared/crypto/chunk-cipher.ts';
import { derive } from '@snug/shared/crypto/hkdf.ts';
import { LABELS } from '@snug/shared/crypto/labels.ts';
import {
  isPayable,
  PASSPHRASE_COST,
  type PassphraseCost,
  passphraseKey,
  SALT_BYTES,
} from '@snug/shared/crypto/passphrase.ts';
import type { FileBytes } from './file-bytes.ts';

/** What a file is for: one that was made for one thing is not taken for another. */
export const PURPOSES = { space: 1, recovery: 2 } as const;
export type Purpose = keyof typeof PURPOSES;

/** Shortest passphrase that a file is sealed with, UTF-16 code units. */
export const MIN_PASSPHRASE = 8;

const MAGIC = utf8('SNUGFILE');
const VERSION = 1;
/** Nothing, sealed under a key of its own. */
const CHECK_BYTES = CHUNK_TAG_BYTES;
const NOTHING = new Uint8Array(0);
const WHOLE = { number: 0, last: true };
const SUM_BYTES = 8;
/** What is decided before the keys are. */
const PLAIN_HEADER = MAGIC.length + 2 + 6 + SALT_BYTES + NONCE_PREFIX_BYTES;
export const HEADER_BYTES = PLAIN_HEADER + CHECK_BYTES + SUM_BYTES;
/** Of what is sealed, a chunk. */
export const CHUNK_BYTES = 64 * 1024;
const SEALED_CHUNK = CHUNK_BYTES + CHUNK_TAG_BYTES;

export interface Sealing {
  readonly purpose: Purpose;
  readonly passphrase: string;
  readonly cost?: PassphraseCost;
  /** How far the passphrase's key is, from 0 to 1: that takes the longest. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Seals what comes, in pieces of any length, into the bytes of a file.
 * @throws RangeError for a passphrase shorter than 8 characters, or a cost that no reader would pay
 */
export async function* sealFile(
  { purpose, passphrase, cost = PASSPHRASE_COST, ...rest }: Sealing,
  plain: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (passphrase.length < MIN_PASSPHRASE)
    throw new RangeError(`Expected a passphrase of at least ${MIN_PASSPHRASE} characters.`);
  const header = plainHeader(purpose, cost);
  const { salt, prefix } = partsOf(header);
  const keys = keysOf(await passphraseKey({ passphrase, salt, cost, ...rest }), header);
  const checked = concatBytes(header, new ChunkCipher(keys.check, prefix).seal(NOTHING, WHOLE));
  yield concatBytes(checked, sha256(checked).subarray(0, SUM_BYTES));
  const cipher = new ChunkCipher(keys.file, prefix);
  let number = 0;
  let gathered = new Uint8Array(0);
  for await (const piece of plain) {
    gathered = concatBytes(gathered, piece);
    let at = 0;
    // What may be the last chunk waits until there is more.
    for (; gathered.length - at > CHUNK_BYTES; at += CHUNK_BYTES)
      yield cipher.seal(gathered.subarray(at, at + CHUNK_BYTES), { number: number++, last: false });
    gathered = gathered.subarray(at);
  }
  yield cipher.seal(gathered, { number, last: true });
}

function plainHeader(purpose: Purpose, { memory, passes, lanes }: PassphraseCost): Uint8Array {
  const cost = new DataView(new ArrayBuffer(6));
  cost.setUint32(0, memory);
  cost.setUint8(4, passes);
  cost.setUint8(5, lanes);
  return concatBytes(
    MAGIC,
    Uint8Array.of(VERSION, PURPOSES[purpose]),
    new Uint8Array(cost.buffer),
    randomBytes(SALT_BYTES),
    randomBytes(NONCE_PREFIX_BYTES),
  );
}

function partsOf(header: Uint8Array) {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const at = MAGIC.length;
  const salt = header.slice(at + 8, at + 8 + SALT_BYTES);
  return {
    version: header[at],
    purpose: header[at + 1],
    cost: {
      memory: view.getUint32(at + 2),
      passes: view.getUint8(at + 6),
      lanes: view.getUint8(at + 7),
    },
    salt,
    prefix: header.slice(at + 8 + SALT_BYTES, PLAIN_HEADER),
  };
}

function keysOf(secret: Uint8Array, header: Uint8Array) {
  return {
    file: derive(secret, LABELS.sealedFileKey, header),
    check: derive(secret, LABELS.sealedFileCheck, header),
  };
}

/** Why a file does not open, in a word and a sentence for the person who picked it. */
export interface Unopened {
  readonly ok: false;
  readonly reason:
    | 'not-ours'
    | 'version'
    | 'purpose'
    | 'too-costly'
    | 'damaged'
    | 'wrong-passphrase';
  readonly message: string;
}

const MESSAGES: Readonly<Record<Unopened['reason'], string>> = {
  'not-ours': 'This is no file of Snug’s. Choose one that Snug has made.',
  version: 'This file was made by a later version of Snug. Reload the page, and try again.',
  purpose: 'This file of Snug’s is for something else.',
  'too-costly': 'This file asks for more work than Snug’s own files do. It was left alone.',
  damaged: 'This file is damaged. Fetch it again from where it is kept.',
  'wrong-passphrase': 'This is not the passphrase of this file.',
};

export function unopened(reason: Unopened['reason']): Unopened {
  return { ok: false, reason, message: MESSAGES[reason] };
}

/**
 * Opens a file as far as its first chunk. Nothing is spent on a passphrase's key unless the header is whole and its cost is
 * payable. Never rejects.
 */
export async function openSealedFile(
  file: FileBytes,
  { purpose, passphrase, ...rest }: Omit<Sealing, 'cost'>,
): Promise<{ readonly ok: true; readonly reader: SealedReader } | Unopened> {
  const head = await file.read(0, HEADER_BYTES).catch(() => undefined);
  if (head === undefined) return unopened('damaged');
  if (!equalBytes(head.subarray(0, MAGIC.length), MAGIC)) return unopened('not-ours');
  if (head.length < HEADER_BYTES) return unopened('damaged');
  const header = head.slice(0, PLAIN_HEADER);
  const { version, cost, salt, prefix, ...found } = partsOf(header);
  if (version !== VERSION) return unopened('version');
  const checked = head.subarray(0, HEADER_BYTES - SUM_BYTES);
  if (!equalBytes(sha256(checked).subarray(0, SUM_BYTES), head.subarray(checked.length)))
    return unopened('damaged');
  if (found.purpose !== PURPOSES[purpose]) return unopened('purpose');
  if (!isPayable(cost)) return unopened('too-costly');
  // A machine may not have the memory.
  const secret = await passphraseKey({ passphrase, salt, cost, ...rest }).catch(() => undefined);
  if (secret === undefined) return unopened('too-costly');
  const keys = keysOf(secret, header);
  if (!new ChunkCipher(keys.check, prefix).open(checked.subarray(PLAIN_HEADER), WHOLE))
    return unopened('wrong-passphrase');
  return { ok: true, reader: new SealedReader(file, new ChunkCipher(keys.file, prefix)) };
}

/** What is in a file, chunk by chunk: each is authentic, and in its place. */
export class SealedReader {
  readonly #file: FileBytes;
  readonly #cipher: ChunkCipher;
  readonly #count: number;
  #next = 0;
  #damaged = false;

  constructor(file: FileBytes, cipher: ChunkCipher) {
    this.#file = file;
    this.#cipher = cipher;
    this.#count = Math.max(1, Math.ceil((file.size - HEADER_BYTES) / SEALED_CHUNK));
  }

  /** How much has been read, from 0 to 1. */
  get progress(): number {
    return this.#next / this.#count;
  }

  /** The next chunk; `end` only when the last one was whole. Once damaged it stays so. Never rejects. */
  async next(): Promise<Uint8Array | 'end' | 'damaged'> {
    if (this.#damaged) return 'damaged';
    if (this.#next === this.#count) return 'end';
    const number = this.#next++;
    const from = HEADER_BYTES + number * SEALED_CHUNK;
    const sealed = await this.#file.read(from, from + SEALED_CHUNK).catch(() => undefined);
    const last = number === this.#count - 1;
    const plain = sealed && this.#cipher.open(sealed, { number, last });
    if (plain) return plain;
    this.#damaged = true;
    return 'damaged';
  }
}

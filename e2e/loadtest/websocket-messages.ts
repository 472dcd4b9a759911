/** Reads one direction of a WebSocket connection as bytes pass by, to tell what each of them was for (RFC 6455, section 5). */

/** Most bytes of a message that are kept to tell what it is; all of them are counted. */
export const KEPT_BYTES = 64 * 1024;

/** Something whole that has passed, with all its bytes on the wire: headers, masks and every fragment. */
export type WebSocketUnit =
  | {
      readonly is: 'message';
      readonly binary: boolean;
      /** Unmasked, the first {@link KEPT_BYTES} at most; as sent where an extension compresses. */
      readonly content: Uint8Array;
      readonly wireBytes: number;
    }
  | { readonly is: 'ping' | 'pong' | 'close'; readonly wireBytes: number }
  /** No WebSocket frames: nothing after it can be read either. */
  | { readonly is: 'unreadable'; readonly wireBytes: number };

const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const MASK_BYTES = 4;
const LONGEST_HEADER = 2 + 8 + MASK_BYTES;
/** Of a ping, pong or close. */
const CONTROL_BYTES = 125;

interface Header {
  readonly final: boolean;
  readonly opcode: number;
  readonly length: number;
  readonly mask: Uint8Array | undefined;
  readonly bytes: number;
}

interface Frame {
  readonly header: Header;
  /** Payload bytes that have passed. */
  passed: number;
}

interface Message {
  readonly binary: boolean;
  readonly kept: Uint8Array[];
  keptBytes: number;
  wireBytes: number;
}

export class WebSocketMessages {
  readonly #header = new Uint8Array(LONGEST_HEADER);
  #headerBytes = 0;
  #frame: Frame | undefined;
  #message: Message | undefined;
  #unreadable = false;

  /** Takes the next bytes; gives what ended in them. */
  take(chunk: Uint8Array): readonly WebSocketUnit[] {
    const ended: WebSocketUnit[] = [];
    let at = 0;
    while (at < chunk.length && !this.#unreadable) {
      if (this.#frame) at = this.#payload(this.#frame, chunk, at);
      else at = this.#headerByte(chunk, at);
      const unit = this.#unreadable ? this.#giveUp() : this.#endFrame();
      if (unit) ended.push(unit);
    }
    if (at < chunk.length) ended.push({ is: 'unreadable', wireBytes: chunk.length - at });
    return ended;
  }

  /** The connection was cut: what has begun counts as what came of it. Nothing may be taken after. */
  end(): readonly WebSocketUnit[] {
    const ended: WebSocketUnit[] = [];
    const { header, passed } = this.#frame ?? { header: undefined, passed: 0 };
    const frameBytes = header ? header.bytes + passed : this.#headerBytes;
    if (header && isControl(header.opcode))
      ended.push({ is: controlOf(header.opcode), wireBytes: frameBytes });
    else if (!this.#message && frameBytes > 0)
      ended.push({ is: 'unreadable', wireBytes: frameBytes });
    else if (this.#message) this.#message.wireBytes += frameBytes;
    if (this.#message) ended.push(whole(this.#message));
    this.#frame = undefined;
    this.#message = undefined;
    this.#headerBytes = 0;
    return ended;
  }

  #headerByte(chunk: Uint8Array, at: number): number {
    this.#header[this.#headerBytes] = chunk[at] ?? 0;
    this.#headerBytes++;
    const header = readHeader(this.#header.subarray(0, this.#headerBytes));
    if (header === 'short') return at + 1;
    if (header === 'wrong' || !this.#begins(header)) this.#unreadable = true;
    else this.#frame = { header, passed: 0 };
    return at + 1;
  }

  /** False for a fragment of nothing, and for a message inside of another. */
  #begins({ opcode }: Header): boolean {
    if (isControl(opcode)) return true;
    if ((opcode === OPCODE.continuation) !== (this.#message !== undefined)) return false;
    this.#message ??= { binary: opcode === OPCODE.binary, kept: [], keptBytes: 0, wireBytes: 0 };
    return true;
  }

  #payload(frame: Frame, chunk: Uint8Array, at: number): number {
    const { header, passed } = frame;
    const taken = Math.min(chunk.length - at, header.length - passed);
    const message = isControl(header.opcode) ? undefined : this.#message;
    const kept = message ? Math.min(taken, KEPT_BYTES - message.keptBytes) : 0;
    if (message && kept > 0) {
      // A copy, for the chunk is the socket's; a Buffer's own `slice` makes none.
      const piece = new Uint8Array(chunk.subarray(at, at + kept));
      if (header.mask) unmask(piece, header.mask, passed);
      message.kept.push(piece);
      message.keptBytes += kept;
    }
    frame.passed += taken;
    return at + taken;
  }

  /** What has ended with the frame, if the frame has. */
  #endFrame(): WebSocketUnit | undefined {
    if (!this.#frame || this.#frame.passed < this.#frame.header.length) return undefined;
    const { header } = this.#frame;
    const wireBytes = header.bytes + header.length;
    this.#frame = undefined;
    this.#headerBytes = 0;
    if (isControl(header.opcode)) return { is: controlOf(header.opcode), wireBytes };
    if (!this.#message) return undefined;
    this.#message.wireBytes += wireBytes;
    if (!header.final) return undefined;
    const unit = whole(this.#message);
    this.#message = undefined;
    return unit;
  }

  #giveUp(): WebSocketUnit {
    const wireBytes = this.#headerBytes + (this.#message?.wireBytes ?? 0);
    this.#headerBytes = 0;
    this.#message = undefined;
    return { is: 'unreadable', wireBytes };
  }
}

function whole({ binary, kept, wireBytes }: Message): WebSocketUnit {
  const [only] = kept;
  const content = kept.length === 1 && only ? only : Buffer.concat(kept);
  return { is: 'message', binary, content, wireBytes };
}

function readHeader(bytes: Uint8Array): Header | 'short' | 'wrong' {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return 'short';
  const final = (first & 0x80) !== 0;
  const opcode = first & 0x0f;
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  if (!isKnown(opcode) || (isControl(opcode) && (!final || short > CONTROL_BYTES))) return 'wrong';
  const maskAt = 2 + lengthBytes;
  const end = maskAt + (masked ? MASK_BYTES : 0);
  if (bytes.length < end) return 'short';
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length =
    lengthBytes === 8
      ? Number(view.getBigUint64(2))
      : lengthBytes === 2
        ? view.getUint16(2)
        : short;
  if (!Number.isSafeInteger(length)) return 'wrong';
  return { final, opcode, length, mask: masked ? bytes.slice(maskAt, end) : undefined, bytes: end };
}

/** @param from place within its frame's payload of the first of the bytes */
function unmask(bytes: Uint8Array, mask: Uint8Array, from: number): void {
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = (bytes[i] ?? 0) ^ (mask[(from + i) % MASK_BYTES] ?? 0);
}

function isControl(opcode: number): boolean {
  return opcode >= OPCODE.close;
}

function controlOf(opcode: number): 'ping' | 'pong' | 'close' {
  return opcode === OPCODE.ping ? 'ping' : opcode === OPCODE.pong ? 'pong' : 'close';
}

function isKnown(opcode: number): boolean {
  return opcode <= OPCODE.binary || (opcode >= OPCODE.close && opcode <= OPCODE.pong);
}

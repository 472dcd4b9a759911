/**
 * How documents and devices are named on a link: once by their bytes, and by a short handle from then on. The two ends
 * count the same names, so handle n of addresses is the n-th address that was given, and both forget at the same time.
 *
 * Nearly every entry of a large room is the first of its device on a link that lives minutes, so a device is given by the
 * first 8 bytes of its key alone where the sender finds no other that begins so among the members of the space. Where the
 * other end does not know that device, or knows another that begins so, the name means nothing there until it does:
 * it is looked up at each use.
 */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import { DEVICE, DEVICE_PREFIX, MalformedFrame } from './frame-layout.ts';
import type { FrameReader, FrameWriter } from './frame-parts.ts';

/**
 * The key, 32 bytes, of the one device whose key begins so among the members of the space that an address belongs to;
 * `undefined` where there is none, or more than one.
 */
export type ResolveDevice = (address: Uint8Array, prefix: Uint8Array) => Uint8Array | undefined;

/** Handles a link keeps for each direction; a sender begins anew past that. */
const HANDLES = 4096;
const ADDRESS_BYTES = 96;
/** What stands before a name that has no handle yet. Handles begin after these. */
const WHOLE = 0;
const BEGINNING = 1;
const FIRST = { address: WHOLE + 1, device: BEGINNING + 1 };

/** The sender's half. */
export class SentNames {
  readonly #resolve: ResolveDevice;
  readonly #addresses = new Map<string, number>();
  readonly #devices = new Map<string, number>();

  constructor(resolve: ResolveDevice) {
    this.#resolve = resolve;
  }

  address(out: FrameWriter, address: Uint8Array): void {
    if (handled(out, this.#addresses, address, FIRST.address)) return;
    out.varint(WHOLE);
    out.byte(address.length);
    out.bytes(address);
  }

  /** @param address of what the device is named in, which says among whose members it is to be found */
  device(out: FrameWriter, address: Uint8Array, device: Uint8Array): void {
    if (handled(out, this.#devices, device, FIRST.device)) return;
    const prefix = device.subarray(0, DEVICE_PREFIX);
    const found = this.#resolve(address, prefix);
    const isFound = found !== undefined && equalBytes(found, device);
    out.varint(isFound ? BEGINNING : WHOLE);
    out.bytes(isFound ? prefix : device);
  }
}

/** Writes the handle if there is one, and gives one otherwise. */
function handled(
  out: FrameWriter,
  table: Map<string, number>,
  bytes: Uint8Array,
  first: number,
): boolean {
  const name = String.fromCharCode(...bytes);
  const handle = table.get(name);
  if (handle !== undefined) {
    out.varint(handle);
    return true;
  }
  // The other end forgets with us: it counts the same names.
  if (table.size >= HANDLES) table.clear();
  table.set(name, table.size + first);
  return false;
}

/** The receiver's half. */
export class ReceivedNames {
  readonly #resolve: ResolveDevice;
  readonly #addresses: Uint8Array[] = [];
  readonly #devices: Uint8Array[] = [];

  constructor(resolve: ResolveDevice) {
    this.#resolve = resolve;
  }

  address(reader: FrameReader): Uint8Array {
    const handle = reader.varint();
    if (handle !== WHOLE) return given(this.#addresses, handle - FIRST.address);
    const length = reader.byte();
    if (length < 1 || length > ADDRESS_BYTES)
      throw new MalformedFrame(`an address is 1 to ${ADDRESS_BYTES} bytes`);
    const address = reader.take(length);
    give(this.#addresses, address);
    return address;
  }

  /** The device's key, or the 8 bytes that it begins with where no one device is known by them (yet). */
  device(reader: FrameReader, address: Uint8Array): Uint8Array {
    const handle = reader.varint();
    const at =
      handle < FIRST.device
        ? give(this.#devices, reader.take(handle === WHOLE ? DEVICE : DEVICE_PREFIX))
        : handle - FIRST.device;
    const name = given(this.#devices, at);
    const device = name.length === DEVICE ? name : this.#resolve(address, name);
    if (!device) return name;
    this.#devices[at] = device;
    return device;
  }
}

/** Where it stands. */
function give(table: Uint8Array[], name: Uint8Array): number {
  if (table.length >= HANDLES) table.length = 0;
  return table.push(name) - 1;
}

function given(table: readonly Uint8Array[], at: number): Uint8Array {
  const name = table[at];
  if (!name) throw new MalformedFrame('a handle was never given');
  return name;
}

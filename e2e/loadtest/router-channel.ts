/**
 * A channel as a router's member holds it: the same signed and sealed entries as in Snug, made, checked and opened by the same
 * functions, kept in memory.
 */
import { Chain, type Opened } from '@snug/client/space/chain.ts';
import { DocumentLog, type LoggedEntry, logged } from '@snug/client/space/document-log.ts';
import {
  concatBytes,
  fromBase64url,
  fromHex,
  randomBytes,
  sha256,
  toBase64url,
} from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { type Body, openBody, sealBody } from '@snug/shared/entries/body.ts';
import { SORT, signEntry, verifyEntry } from '@snug/shared/entries/entry.ts';
import { epochId, newEpochSecrets } from '@snug/shared/entries/epoch.ts';
import { parseContent } from '@snug/shared/entries/kinds.ts';
import { type ChangeHash, ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Invitation } from './participant.ts';
import { type EntryFrame, entryFrame, TAG_BYTES } from './router-frames.ts';

const EPOCH = 1;
const PARTS = [32, 16, 32, 32] as const;
const DEVICE_BYTES = 32;

/** A new room's names and secrets, for those who are to share it: space, channel, rendezvous and content secret. */
export function newInvitation(): Invitation {
  const { rendezvous, content } = newEpochSecrets(EPOCH);
  return toBase64url(concatBytes(randomBytes(32), randomBytes(16), rendezvous, content));
}

/** Why a frame was not let in. */
export class RefusedEntry extends Error {
  override readonly name = 'RefusedEntry';
}

export class RouterChannel {
  /** What the server knows the channel by, 16 bytes. */
  readonly room: Uint8Array;
  readonly #device: DeviceKey;
  readonly #log: DocumentLog;
  readonly #chain = new Chain();
  readonly #epoch: ReturnType<typeof epochId>;
  readonly #content: Uint8Array;
  readonly #binding: Uint8Array;
  /** Keys of those who have written, by their number. */
  readonly #devices = new Map<number, Uint8Array>();

  /** @throws SyntaxError or RangeError for what is no invitation */
  constructor(device: DeviceKey, invitation: Invitation) {
    const [space, channel, rendezvous, content] = partsOf(fromBase64url(invitation));
    const spaceId = v.parse(SpaceId, toBase64url(space));
    this.room = channel;
    this.#device = device;
    this.#content = content;
    this.#binding = rendezvous;
    this.#epoch = epochId(spaceId, EPOCH, rendezvous, content);
    this.#log = new DocumentLog({
      kind: 'segment',
      space: spaceId,
      channel: v.parse(ChannelId, toBase64url(channel)),
      number: 0,
    });
  }

  /** In the order in which people see them. @param now ms since 1970 */
  texts(now: number): readonly string[] {
    return this.#chain.placed(now).map(({ body }) => textIn(body) ?? '');
  }

  /**
   * Writes a message and takes it in; gives the frame for the others. One at a time, and none while one is taken.
   * @param number of this member; @param now ms since 1970
   */
  async write(number: number, text: string, now: number): Promise<Uint8Array> {
    const log = this.#log;
    const { deps } = log;
    const body: Body = {
      kind: 'message',
      hlc: this.#chain.tick(now),
      ...this.#next(),
      refs: [],
      content: { text },
    };
    const device = this.#device.publicKey;
    const { hint, sealed } = sealBody({ ...this.#place(device, deps), epochId: this.#epoch, body });
    const bytes = await signEntry({
      device: this.#device,
      documentId: log.id,
      deps,
      sort: SORT.body,
      hint,
      body: sealed,
    });
    const startOp = log.startOp(deps);
    const entry = startOp === undefined ? undefined : logged(bytes, deps, startOp);
    if (!entry) throw new Error('An entry of our own has the wrong shape.');
    const first = !this.#devices.has(number);
    this.#devices.set(number, device);
    this.#add(entry, body);
    return entryFrame({
      author: number,
      ...(first && { device }),
      tags: deps.map((dep) => this.#tag(dep)),
      rest: bytes.subarray(DEVICE_BYTES),
    });
  }

  /**
   * Takes what somebody else wrote: checks who signed it, opens it, and gives its text once it stands in the channel; `undefined`
   * for what is there already. Rejects with `RefusedEntry` for what is let in nowhere.
   */
  async take({ author, device: introduced, tags, rest }: EntryFrame): Promise<string | undefined> {
    const log = this.#log;
    const device = this.#devices.get(author) ?? introduced;
    if (!device) throw new RefusedEntry('Its author has not been introduced.');
    const bytes = concatBytes(device, rest);
    const deps = log.resolve(tags, (hash) => this.#tag(hash));
    if (deps === undefined || deps === 'ambiguous')
      throw new RefusedEntry('What it builds on is not here.');
    if (!(await verifyEntry({ documentId: log.id, deps, bytes })))
      throw new RefusedEntry('Its signature is wrong.');
    const startOp = log.startOp(deps);
    const entry = startOp === undefined ? undefined : logged(bytes, deps, startOp);
    if (!entry) throw new RefusedEntry('It is no entry.');
    if (log.byId(entry.id)) return undefined;
    const body = openBody({ ...this.#place(device, deps), sealed: entry.entry.body });
    const text = body && textIn(body);
    if (body === undefined || text === undefined)
      throw new RefusedEntry('It is no message under the secret of the room.');
    this.#devices.set(author, device);
    this.#add(entry, body);
    return text;
  }

  #add(entry: LoggedEntry, body: Body): void {
    const { id, author } = entry;
    this.#log.add(entry);
    this.#chain.add({ id, author, body } satisfies Opened);
  }

  #next(): Pick<Body, 'n' | 'prev'> {
    const { n, prev } = this.#chain.next(this.#device.peerId);
    return { n, prev: [...prev] };
  }

  #place(device: Uint8Array, deps: readonly ChangeHash[]) {
    return { contentSecret: this.#content, documentId: this.#log.id, device, deps };
  }

  #tag(hash: ChangeHash): Uint8Array {
    return sha256(concatBytes(this.#binding, fromHex(hash))).slice(0, TAG_BYTES);
  }
}

function textIn(body: Body): string | undefined {
  const content = parseContent(body.kind, body.content);
  return content.kind === 'message' ? content.text : undefined;
}

function partsOf(bytes: Uint8Array): readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  const [space, channel, rendezvous, content] = PARTS;
  if (bytes.length !== space + channel + rendezvous + content)
    throw new RangeError(`Expected an invitation to a router's room, got ${bytes.length} bytes.`);
  const channelEnd = space + channel;
  const rendezvousEnd = channelEnd + rendezvous;
  return [
    bytes.slice(0, space),
    bytes.slice(space, channelEnd),
    bytes.slice(channelEnd, rendezvousEnd),
    bytes.slice(rendezvousEnd),
  ];
}

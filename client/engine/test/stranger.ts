/**
 * A neighbour without an engine, for tests: holds a key and, once let in, the space; and sends whatever frames the test
 * likes, well-formed or not.
 */

import { fromBase64url, randomBytes } from '@snug/shared/crypto/bytes.ts';
import {
  type DeviceKey,
  generateDeviceKey,
  openDeviceKey,
} from '@snug/shared/crypto/device-key.ts';
import { lobbyTopicFor } from '@snug/shared/crypto/topic.ts';
import { encodeJoinRequest, joinRequest } from '@snug/shared/entries/acts.ts';
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import {
  type Frame,
  FrameDecoder,
  FrameEncoder,
  type SentFrame,
} from '../../mesh/frames/frames.ts';
import { type Address, encodeAddress, parseAddress } from '../../space/address.ts';
import { type LoggedEntry, splitHashes } from '../../space/document-log.ts';
import { Space } from '../../space/space.ts';
import { MemoryStore } from '../../space/store.ts';
import { DeviceNames } from '../device-names.ts';
import { Neighbour } from '../neighbour.ts';
import type { Resident, TestRoom } from './room.ts';

export class Stranger {
  readonly peer: PeerId;
  readonly device: DeviceKey;
  readonly space: Space;
  /** Everything that was sent here since the link came up. */
  readonly frames: Frame[] = [];
  readonly raw: Uint8Array[] = [];
  /** Why the link was closed, if it was. */
  closed: string | undefined;
  readonly #room: TestRoom;
  readonly #to: Resident;
  readonly #lobby: Topic;
  readonly #note: Uint8Array;
  readonly #devices: DeviceNames;
  #encoder: FrameEncoder;
  #decoder: FrameDecoder;
  #binding = randomBytes(32);
  /** The number of the link, while it is up. */
  #link: number | undefined;
  readonly #waiters = new Set<() => void>();

  private constructor(
    room: TestRoom,
    to: Resident,
    device: DeviceKey,
    space: Space,
    lobby: Topic,
    note: Uint8Array,
  ) {
    this.#room = room;
    this.#to = to;
    this.device = device;
    this.peer = device.peerId;
    this.space = space;
    this.#devices = new DeviceNames({ get: () => space });
    this.#encoder = new FrameEncoder(this.#devices.resolve);
    this.#decoder = new FrameDecoder(this.#devices.resolve);
    this.#lobby = lobby;
    this.#note = note;
    room.outsiders.set(this.peer, (command) => {
      if (!('link' in command) || command.link !== this.#link) return;
      if (command.do === 'close') {
        this.closed ??= command.reason;
        this.#down(command.reason);
      } else if (command.do === 'send') {
        this.raw.push(command.frame);
        this.frames.push(this.#decoder.decode(command.frame));
      }
      for (const waiter of this.#waiters) waiter();
    });
  }

  static async with(link: string, room: TestRoom, to: Resident): Promise<Stranger> {
    const parsed = parseInviteLink(link);
    if (!parsed.ok) throw new Error(parsed.message);
    const { invite } = parsed;
    const device = await openDeviceKey(await generateDeviceKey({ extractable: true }));
    const request = await joinRequest({
      inviteSecret: invite.inviteSecret,
      spaceId: invite.space,
      device,
    });
    const record = {
      id: invite.space,
      name: invite.name,
      lobby: invite.lobbySecret,
      servers: [],
      state: 'joining' as const,
      epochs: [],
      read: {},
      unheld: [],
    };
    const space = new Space({ record, device, store: new MemoryStore(), onChange: () => {} });
    const note = encodeJoinRequest(request);
    return new Stranger(room, to, device, space, lobbyTopicFor(invite.lobbySecret), note);
  }

  /** Asks to be let in, and is. */
  async join(): Promise<void> {
    const before = this.#to.view.spaces[0]?.members.length ?? 0;
    this.#to.engine.linksEvent({
      is: 'authorise',
      request: 1_000_000,
      topic: this.#lobby,
      peer: this.peer,
      note: this.#note,
    });
    await this.#to.until(
      'the stranger is let in',
      (v) => v.spaces[0]?.members.length === before + 1,
    );
  }

  link(): void {
    this.closed = undefined;
    this.#encoder = new FrameEncoder(this.#devices.resolve);
    this.#decoder = new FrameDecoder(this.#devices.resolve);
    this.#binding = randomBytes(32);
    this.#link = this.#room.newLink();
    this.frames.length = 0;
    this.#to.engine.linksEvent({
      is: 'up',
      peer: this.peer,
      link: this.#link,
      topic: this.#lobby,
      binding: this.#binding,
      path: 'direct',
    });
  }

  down(): void {
    this.#down('gone');
  }

  #down(reason: string): void {
    this.#link = undefined;
    this.#to.engine.linksEvent({ is: 'down', peer: this.peer, reason });
  }

  send(frame: SentFrame): void {
    this.sendBytes(this.#encoder.encode(frame));
  }

  sendBytes(frame: Uint8Array): void {
    this.#room.inject({ peer: this.peer } as Resident, this.#to, frame);
  }

  /** The first frame, sent here from now on or before, that fits. */
  until(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    return this.#when(what, () => this.frames.find(fits));
  }

  untilClosed(): Promise<string> {
    return this.#when('the link is closed', () => this.closed);
  }

  #when<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(look);
        reject(new Error(`The stranger waited 20 s in vain: ${what}`));
      }, 20_000);
      const look = () => {
        const found = find();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiters.delete(look);
        resolve(found);
      };
      this.#waiters.add(look);
      look();
    });
  }

  /** Everything sent so far has been handled: frames are handled in order, and the last is answered. */
  async handled(): Promise<void> {
    const from = this.frames.length;
    // Of the space document, whose key is its kind, she claims to hold nothing: she is told what there is.
    this.send({
      type: 'digest',
      space: fromBase64url(this.space.record.id),
      level: 'documents',
      within: Uint8Array.of(0),
      after: new Uint8Array(),
      lines: [],
      last: true,
      asks: true,
    });
    await this.#when('an answer', () =>
      this.frames
        .slice(from)
        .find((frame) => frame.type === 'digest' && frame.level !== 'space' && !frame.asks),
    );
  }

  /** Takes a document of the space in bulk, into the copy held here. */
  async take(address: Address): Promise<void> {
    const from = this.frames.length;
    this.send({ type: 'want', address: encodeAddress(address), taken: 0 });
    await this.#when('all of a document', () =>
      this.frames.slice(from).find((frame) => frame.type === 'bulk' && frame.last),
    );
    for (const frame of this.frames.slice(from)) {
      if (frame.type !== 'bulk' || !parseAddress(frame.address)) continue;
      const arrivals = frame.entries.map((e) => ({ bytes: e.entry, deps: splitHashes(e.deps) }));
      await this.space.receive(this.space.log(address), this.#to.peer, () => arrivals);
    }
  }

  /** Takes everything there is, secrets included. */
  async takeAll(): Promise<void> {
    const { id } = this.space.record;
    await this.take({ kind: 'space', space: id });
    for (const epoch of this.space.membership.epochs)
      await this.take({ kind: 'epoch', space: id, epoch: epoch.id });
    for (const channel of this.space.membership.channels)
      await this.take({ kind: 'segment', space: id, channel, number: 0 });
  }

  /** Writes a message in the copy held here; nobody is told. */
  write(text: string, now = Date.now()): Promise<LoggedEntry> {
    const { space } = this;
    const [channel] = space.membership.channels;
    if (!channel) throw new Error('The stranger holds no channel.');
    return space.exclusively(async () =>
      space.writeSealed(
        await space.writingSegment(channel),
        space.channel(channel),
        { kind: 'message', content: { text } },
        now,
      ),
    );
  }

  segment(number = 0): Address {
    const [channel] = this.space.membership.channels;
    if (!channel) throw new Error('The stranger holds no channel.');
    return { kind: 'segment', space: this.space.record.id, channel, number };
  }

  push(address: Address, bytes: Uint8Array, deps: LoggedEntry['deps']): void {
    const to = { peer: this.#to.peer, link: 0 };
    const link = new Neighbour(to, this.#binding, 'direct', () => undefined);
    this.send({
      type: 'entry',
      address: encodeAddress(address),
      tags: deps.map((dep) => link.tag(dep)),
      entry: bytes,
    });
  }
}

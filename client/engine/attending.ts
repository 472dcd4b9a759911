/**
 * Carries out attendance for the spaces of this device: seals and signs what it says of itself, opens and judges what others say,
 * and tells the links who can be heard, linked or not.
 */
import { equalBytes, sha256, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import {
  LOST_NAME_BYTES,
  openPresence,
  type PresenceStatement,
  presenceMark,
  sealPresence,
} from '@snug/shared/crypto/sealed-presence.ts';
import {
  type ChannelId,
  type EntryId,
  EntryId as EntryIdSchema,
  type PeerId,
  type SpaceId,
} from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { WallClock } from '../mesh/clock.ts';
import type { Frame, SentFrame } from '../mesh/frames/frames.ts';
import type { LinksCommand } from '../mesh/links-port.ts';
import { Attendance } from '../mesh/presence/attendance.ts';
import type { AttendanceOutput } from '../mesh/presence/attendance-inputs.ts';
import { encodeAddress } from '../space/address.ts';
import type { Space } from '../space/space.ts';
import { Reached } from './reached.ts';
import type { Shelf } from './shelf.ts';
import { topicOf } from './topics.ts';

/** Epochs whose secrets are tried on a message: the one that is written under, and the latest. */
const EPOCHS_TRIED = 4;

export interface AttendingOptions {
  readonly device: DeviceKey;
  readonly clock: WallClock;
  readonly random: () => number;
  readonly shelf: Shelf;
  readonly links: (command: LinksCommand) => void;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  /** Neighbours with whom a space is shared, and those of them that the tree pushes to. */
  readonly neighbours: (space: Space) => readonly PeerId[];
  readonly eager: (space: Space) => readonly PeerId[];
  /** Something came along the tree that it does not carry itself: first by `from`, or (`news` is false) once more. */
  readonly carried: (space: Space, id: EntryId, from: PeerId | undefined, news: boolean) => void;
  /** A device has been heard of by way of a neighbour. */
  readonly heard: (space: Space, peer: PeerId, by: PeerId, run: number) => void;
  readonly onMet: (space: Space, peer: PeerId) => void;
  readonly onLeft: (space: SpaceId) => void;
  readonly onChange: () => void;
  readonly onProblem: (problem: unknown) => void;
}

interface Attended {
  readonly space: Space;
  readonly attendance: Attendance;
  readonly met: Set<PeerId>;
  readonly reached: Reached;
}

export class Attending {
  readonly #o: AttendingOptions;
  readonly #run: number;
  readonly #attended = new Map<SpaceId, Attended>();
  #closed = false;

  constructor(options: AttendingOptions) {
    this.#o = options;
    // A clock that stands before 1970 is no reason not to be heard.
    this.#run = Math.min(Math.max(0, Math.trunc(options.clock.now())), 2 ** 48 - 1);
  }

  /** Messages that were not listened to, over all spaces. */
  get refused(): number {
    return [...this.#attended.values()].reduce(
      (sum, { attendance }) => sum + attendance.refused,
      0,
    );
  }

  isPresent(space: Space, peer: PeerId): boolean {
    return this.#find(space)?.attendance.isPresent(peer, this.#o.clock.now()) ?? false;
  }

  present(space: Space): readonly PeerId[] {
    return this.#find(space)?.attendance.present(this.#o.clock.now()) ?? [];
  }

  /** Devices here, this one included: at least 1. */
  here(space: Space): number {
    return this.#find(space)?.attendance.here(this.#o.clock.now()) ?? 1;
  }

  /** The neighbour by whom the peer was last heard. */
  by(space: Space, peer: PeerId): PeerId | undefined {
    return this.#find(space)?.attendance.by(peer);
  }

  typingIn(space: Space, channel: ChannelId): readonly PeerId[] {
    return this.#find(space)?.attendance.typing(channel, this.#o.clock.now()) ?? [];
  }

  /** A key was touched. To be called as often as that happens. */
  typing(space: Space, channel: ChannelId): void {
    const attended = this.#find(space);
    if (attended) this.#handle(attended, { is: 'typing', channel });
  }

  spoke(space: Space, peer: PeerId, channel: ChannelId): void {
    const attended = this.#find(space);
    if (attended) this.#handle(attended, { is: 'spoke', peer, channel });
  }

  /** @param surplus the link was one too many, which says nothing of the peer */
  down(peer: PeerId, surplus: boolean): void {
    for (const attended of this.#attended.values())
      if (attended.met.delete(peer)) this.#handle(attended, { is: 'down', peer, surplus });
  }

  /** When there is something to say or to pass on, at the earliest. */
  get soonAt(): number | undefined {
    let soonest: number | undefined;
    for (const { attendance } of this.#attended.values()) {
      const at = attendance.soonAt;
      if (at !== undefined && (soonest === undefined || at < soonest)) soonest = at;
    }
    return soonest;
  }

  tick(): void {
    if (this.#closed) return;
    this.#follow();
    const now = this.#o.clock.now();
    for (const attended of this.#attended.values()) {
      const { wakeAt } = attended.attendance;
      if (wakeAt !== undefined && wakeAt <= now) this.#handle(attended, { is: 'tick' });
      const { space, attendance, met, reached } = attended;
      const topic = topicOf(space);
      if (topic !== undefined) reached.tell(topic, () => [...met, ...attendance.present(now)], now);
    }
  }

  /** Says goodbye; settles when that has been handed to the links. Nothing is said after. */
  async farewell(space?: Space): Promise<void> {
    const leaving = [...this.#attended.values()].filter((a) => !space || a.space === space);
    if (!space) this.#closed = true;
    await Promise.all(
      leaving.map((attended) => this.#perform(attended, this.#told(attended, { is: 'leave' }))),
    );
  }

  async frame(from: PeerId, space: Space, frame: Extract<Frame, { type: 'presence' }>) {
    this.#follow();
    const attended = this.#find(space);
    if (!attended?.met.has(from)) return;
    if (frame.asks) this.#handle(attended, { is: 'asked', from });
    for (const { device, bytes } of frame.messages)
      await this.#message(attended, from, device, bytes, frame.answers);
  }

  async #message(
    attended: Attended,
    from: PeerId,
    key: Uint8Array,
    bytes: Uint8Array,
    answers: boolean,
  ): Promise<void> {
    const { space, attendance } = attended;
    const device = peerIdFromPublicKey(key);
    const mark = presenceMark(bytes);
    if (!mark || !space.serves(device)) return attendance.refuse();
    const worth = attendance.admits(from, device, mark, this.#o.clock.now());
    if (worth === 'known' && !answers) this.#o.carried(space, carriedId(bytes), from, false);
    if (worth !== 'news') return;
    const opened = await this.#open(space, key, bytes);
    if (!opened) return attendance.refuse();
    // Another neighbour's copy may have been opened meanwhile.
    const news = !attendance.knows(device, mark);
    if (!answers) this.#o.carried(space, carriedId(bytes), from, news);
    if (!news) return;
    const message = { device, bytes };
    const { lost: names, after, ...statement } = opened;
    const lost = names.flatMap((name) => named(space, name) ?? []);
    this.#handle(attended, { is: 'heard', from, message, mark, statement, lost, after, answers });
    if (attendance.believes(device, mark)) this.#o.heard(space, device, from, mark.run);
  }

  async #open(
    space: Space,
    key: Uint8Array,
    bytes: Uint8Array,
  ): Promise<PresenceStatement | undefined> {
    const writing = space.writingEpoch;
    const others = space.record.epochs
      .filter((epoch) => epoch.id !== writing?.id)
      .toSorted((a, b) => b.number - a.number);
    for (const { content } of [...(writing ? [writing] : []), ...others].slice(0, EPOCHS_TRIED)) {
      const place = { space: space.record.id, contentSecret: content };
      const statement = await openPresence(place, key, bytes);
      if (statement) return statement;
    }
    return undefined;
  }

  /** Spaces that have come or gone, and neighbours with whom one is shared from now on. */
  #follow(): void {
    for (const { space } of this.#attended.values())
      if (this.#o.shelf.get(space.record.id) !== space) {
        this.#attended.delete(space.record.id);
        this.#o.onLeft(space.record.id);
      }
    for (const space of this.#o.shelf) {
      if (space.record.state !== 'open' || !space.writingEpoch) continue;
      const attended = this.#attended.get(space.record.id) ?? this.#begin(space);
      const neighbours = new Set(this.#o.neighbours(space));
      for (const peer of attended.met)
        if (!neighbours.has(peer)) {
          attended.met.delete(peer);
          this.#handle(attended, { is: 'down', peer, surplus: true });
        }
      for (const peer of neighbours) {
        if (attended.met.has(peer)) continue;
        attended.met.add(peer);
        this.#handle(attended, { is: 'neighbour', peer });
        this.#o.onMet(space, peer);
      }
    }
  }

  #begin(space: Space): Attended {
    const attendance = new Attendance({
      me: this.#o.device.peerId,
      random: this.#o.random,
      run: this.#run,
      eager: () => this.#o.eager(space),
    });
    const reached = new Reached(this.#o.links);
    const begun = { space, attendance, met: new Set<PeerId>(), reached };
    this.#attended.set(space.record.id, begun);
    return begun;
  }

  #find(space: Space): Attended | undefined {
    const found = this.#attended.get(space.record.id);
    return found?.space === space ? found : undefined;
  }

  #told(attended: Attended, input: Parameters<Attendance['handle']>[0]) {
    return attended.attendance.handle(input, this.#o.clock.now());
  }

  #handle(attended: Attended, input: Parameters<Attendance['handle']>[0]): void {
    if (this.#closed) return;
    void this.#perform(attended, this.#told(attended, input)).catch(this.#o.onProblem);
  }

  async #perform(attended: Attended, outputs: readonly AttendanceOutput[]): Promise<void> {
    for (const output of outputs) {
      if (output.do === 'changed') this.#o.onChange();
      else if (output.do === 'send') this.#send(attended.space, output);
      else await this.#say(attended, output);
    }
  }

  async #say(
    attended: Attended,
    { mark, statement, lost, after, urgent }: Extract<AttendanceOutput, { do: 'say' }>,
  ): Promise<void> {
    const { space } = attended;
    const { device } = this.#o;
    const epoch = space.writingEpoch;
    if (!epoch) return;
    const place = { space: space.record.id, contentSecret: epoch.content };
    const whole = { ...statement, lost: lost.map(nameOf), after };
    const bytes = await sealPresence(place, device, mark, whole);
    this.#o.carried(space, carriedId(bytes), undefined, true);
    await this.#perform(attended, this.#told(attended, { is: 'said', bytes, urgent }));
  }

  #send(space: Space, output: Extract<AttendanceOutput, { do: 'send' }>): void {
    const { to, asks, answers } = output;
    const messages = output.messages.map(({ device, bytes }) => ({
      device: publicKeyFromPeerId(device),
      bytes,
    }));
    const address = encodeAddress({ kind: 'space', space: space.record.id });
    this.#o.send(to, { type: 'presence', address, asks, answers, messages });
  }
}

function nameOf(peer: PeerId): Uint8Array {
  return publicKeyFromPeerId(peer).slice(0, LOST_NAME_BYTES);
}

/** The member whose key begins so. */
function named(space: Space, name: Uint8Array): PeerId | undefined {
  return [...space.membership.devices.keys()].find((peer) => equalBytes(nameOf(peer), name));
}

/** By which the tree tells apart what it carries. */
function carriedId(bytes: Uint8Array): EntryId {
  return v.parse(EntryIdSchema, toBase64url(sha256(bytes)));
}

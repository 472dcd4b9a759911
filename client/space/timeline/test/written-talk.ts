/** A conversation written by hand, entry by entry, so that tests can also write what honest devices never would. */
import { fromBase64url, sha256, utf8 } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import { ChannelId, type EntryId, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Opened } from '../../chain.ts';
import { person } from '../../test/written-space.ts';
import type { Judge, Rank } from '../judge.ts';
import { Timeline } from '../timeline.ts';

const [ada, gil, ben, phone, cy, mallory] = await Promise.all(
  [1, 2, 3, 4, 5, 6].map(async (seed) => (await person(seed)).peerId),
);
if (!ada || !gil || !ben || !phone || !cy || !mallory) throw new Error('six');

/** Ada is admin, Gil a gardener; Ben has a computer and a phone; Cy is a member; Mallory is nobody here. */
export const people = { ada, gil, ben, phone, cy, mallory };

export const GENERAL: ChannelId = v.parse(ChannelId, 'AAAAAAAAAAAAAAAAAAAAAA');
export const GARDEN: ChannelId = v.parse(ChannelId, 'AAAAAAAAAAAAAAAAAAAAAQ');
/** Nobody opened it. */
export const NOWHERE: ChannelId = v.parse(ChannelId, 'AAAAAAAAAAAAAAAAAAAAAg');

const RANKS = new Map<PeerId, Rank>([
  [ada, 'admin'],
  [gil, 'gardener'],
  [ben, 'member'],
  [phone, 'member'],
  [cy, 'member'],
]);

export const accountOf = (peer: PeerId) => (peer === phone ? ben : peer);

export const judge: Judge = {
  rankOf: ({ author }) => RANKS.get(author),
  accountOf,
  hasChannel: (channel) => channel === GENERAL || channel === GARDEN,
};

export const bytesOfChannel = (channel: ChannelId) => fromBase64url(channel);

/** The viewer's clock, ms since 1970, unless a test has its own. */
export const NOW = 1_000_000;

export interface Written {
  readonly channel: ChannelId;
  readonly entry: Opened;
}

export interface Place {
  readonly channel?: ChannelId;
  readonly hlc?: number;
}

/** Each entry is a little later than the one before. */
export class Talk {
  readonly written: Written[] = [];
  #clock = 1000;
  readonly #name: string;

  constructor(name = 'talk') {
    this.#name = name;
  }

  write(author: PeerId, body: Pick<Body, 'kind' | 'content'> & Partial<Body>, place: Place = {}) {
    const id = entryId(utf8(`${this.#name} ${this.written.length}`));
    this.#clock += 10;
    const hlc = place.hlc ?? this.#clock;
    const entry: Opened = { id, author, body: { n: 1, prev: [], refs: [], hlc, ...body } };
    this.written.push({ channel: place.channel ?? GENERAL, entry });
    return id;
  }

  say(
    author: PeerId,
    text: string,
    more: Place & {
      readonly thread?: EntryId;
      readonly reply?: EntryId;
      readonly mentions?: readonly { account: string; urgent?: boolean }[];
    } = {},
  ): EntryId {
    const refs: EntryId[] = [];
    const content: Record<string, Body['content'][string]> = { text };
    for (const role of ['thread', 'reply'] as const) {
      const named = more[role];
      if (named === undefined) continue;
      content[role] = refs.length;
      refs.push(named);
    }
    if (more.mentions) content.mentions = more.mentions.map((mention) => ({ ...mention }));
    return this.write(author, { kind: 'message', content, refs: refs.map(fromBase64url) }, more);
  }

  does(
    author: PeerId,
    kind: string,
    targets: readonly EntryId[],
    content: Body['content'] = {},
    place: Place = {},
  ): EntryId {
    return this.write(author, { kind, content, refs: targets.map(fromBase64url) }, place);
  }

  moves(author: PeerId, to: EntryId | ChannelId, messages: readonly EntryId[], act?: number) {
    const id = act === undefined ? {} : { act: sha256(Uint8Array.of(act)).slice(0, 8) };
    return to.length === 22
      ? this.does(author, 'move', messages, { to: 'channel', channel: fromBase64url(to), ...id })
      : this.does(author, 'move', [to as EntryId, ...messages], { to: 'thread', ...id });
  }

  read(now = NOW) {
    return timelineOf(this.written).read(judge, now);
  }
}

export function timelineOf(written: readonly Written[]): Timeline {
  const timeline = new Timeline();
  for (const { channel, entry } of written) timeline.add(channel, [entry]);
  return timeline;
}

/** An id under which nothing ever came. */
export const never = (name: string): EntryId => entryId(utf8(`never ${name}`));

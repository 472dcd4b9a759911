/** What there is to see of a space beside its newest messages, from the fold of its entries and acts. Pure. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import type { DocumentLog } from '../space/document-log.ts';
import { historyOf as actsOf } from '../space/membership/fold.ts';
import type { HeldAct } from '../space/membership/held-acts.ts';
import type { HistoryEntry } from '../space/timeline/history.ts';
import type { MessageState } from '../space/timeline/message-state.ts';
import type { Onlooker } from './message-view.ts';
import type {
  ActView,
  DeedView,
  ListedMessageView,
  PlaceView,
  TendedView,
  ThreadIndexView,
} from './overview-view.ts';

/** Of a message that is listed, and of one that something was done to, UTF-16 code units. */
const LISTED = 240;
/** Most messages of one list. */
const MOST = 500;
/** More than what is looked for is shown, so that it stands among what was said around it. */
const AROUND = 25;

/** Who looks, and which account is theirs. */
export type Looking = Pick<Onlooker, 'space' | 'settings' | 'reading' | 'me'>;

function mine({ space, me }: Looking): string | undefined {
  return space.membership.everListed.get(me)?.account;
}

const nameIn = ({ settings }: Looking, account: string | undefined) =>
  (account !== undefined && settings.names.get(account)) || '';

const channelNameIn = ({ settings }: Looking, channel: ChannelId) =>
  settings.channels.get(channel)?.name ?? '';

const beginning = (text: string) => text.slice(0, LISTED).toWellFormed();

/** @param mayUndo whether this person may undo it */
export function deedView(by: Looking, deed: HistoryEntry, mayUndo: boolean): DeedView {
  const { undone, messages } = deed;
  const [first] = messages;
  return {
    byName: nameIn(by, deed.account),
    account: deed.account,
    you: deed.account === mine(by),
    at: deed.at,
    what: whatOf(by, deed),
    excerpt: beginning((first && by.reading.message(first)?.text) ?? ''),
    messages,
    entries: deed.entries,
    mayUndo: mayUndo && undone === undefined,
    ...(undone ? { undone: { byName: nameIn(by, undone.account), at: undone.at } } : {}),
  };
}

function whatOf(by: Looking, { operation }: HistoryEntry): DeedView['what'] {
  switch (operation.is) {
    case 'pin':
      return { is: 'pin', on: operation.on };
    case 'reaction':
      return { is: 'reaction', emoji: operation.emoji, on: operation.on };
    case 'seen':
      return { is: 'seen', level: operation.level };
    case 'tag':
      return { is: 'tag', on: operation.on, off: operation.off };
    case 'promote': {
      const { channel } = operation;
      return { is: 'promote', channel, channelName: channelNameIn(by, channel) };
    }
    case 'move': {
      if ('channel' in operation.to)
        return { is: 'move', channelName: channelNameIn(by, operation.to.channel) };
      const { thread } = operation.to;
      const channel = by.reading.placeOf(thread)?.channel;
      return { is: 'move', channelName: channel ? channelNameIn(by, channel) : '', thread };
    }
    case 'edit':
      return { is: 'edit' };
    case 'delete':
    case 'undo':
      return { is: 'delete' };
  }
}

/** The newest acts of a space, newest first. */
export function actViews(by: Looking, log: DocumentLog, newest: number): readonly ActView[] {
  const { rights } = actsOf(log).whole;
  const told: ActView[] = [];
  for (const held of rights.acts.all.toReversed()) {
    if (told.length === newest) break;
    const view = actView(by, held, rights.counts(held));
    if (view) told.push(view);
  }
  return told;
}

function actView(by: Looking, held: HeldAct, counts: boolean): ActView | undefined {
  const what = actWhat(by, held);
  if (!what) return undefined;
  const account = held.account ?? '';
  const about =
    held.act.act === 'role'
      ? [held.act.account]
      : [...held.accounts, ...(held.subjectAccount === undefined ? [] : [held.subjectAccount])];
  return {
    byName: nameIn(by, account),
    account,
    you: account === mine(by),
    what,
    about,
    ...(counts ? {} : { void: true as const }),
  };
}

/** `undefined` for what nobody has done on purpose. */
function actWhat(by: Looking, held: HeldAct): ActView['what'] | undefined {
  const { act } = held;
  const subject = nameIn(by, held.subjectAccount);
  switch (act.act) {
    case 'genesis':
      return { is: 'founded' };
    case 'invite':
      return { is: 'invite', uses: act.uses };
    case 'revoke':
      return { is: 'revoked' };
    case 'admit':
      return { is: 'admitted', name: subject };
    case 'countersign':
      return { is: 'confirmed', name: nameIn(by, actsOfAdmission(by, act.admission)) };
    case 'device':
      return { is: 'device', name: subject };
    case 'keeper':
      return { is: 'keeper' };
    case 'remove': {
      const devices = held.devices.flatMap(
        (device) => by.space.membership.everListed.get(device)?.account ?? [],
      );
      const names = [...new Set([...held.accounts, ...devices])].map((one) => nameIn(by, one));
      return { is: 'removed', name: names.join(', ') };
    }
    case 'leave':
      return { is: 'left' };
    case 'role':
      return { is: 'role', name: nameIn(by, act.account), role: act.role };
    case 'keep':
      return { is: 'kept' };
    case 'history':
      return { is: 'history' };
    case 'epoch':
      return { is: 'keys' };
    case 'channel': {
      const said = by.settings.channels.get(toBase64url(act.channel));
      return { is: 'channel', name: said?.name ?? '' };
    }
    case 'merge':
      return undefined;
  }
}

function actsOfAdmission({ space }: Looking, admission: Uint8Array): string | undefined {
  return actsOf(space.spaceLog).acts.named(admission)?.subjectAccount;
}

export function listedMessage(by: Looking, message: MessageState): ListedMessageView | undefined {
  const place = by.reading.placeOf(message.id);
  if (!place) return undefined;
  return {
    id: message.id,
    author: message.author,
    authorName: nameIn(by, message.account),
    own: message.author === by.me || message.account === mine(by),
    at: message.at,
    text: beginning(message.text),
    channel: place.channel,
    channelName: channelNameIn(by, place.channel),
    ...(place.thread === undefined ? {} : { thread: place.thread }),
  };
}

/** The threads of a space, newest activity first. */
export function threadIndex(by: Looking): readonly ThreadIndexView[] {
  return by.reading
    .threads()
    .slice(0, MOST)
    .flatMap(({ root, replies, latest }) => {
      const listed = listedMessage(by, root);
      if (!listed) return [];
      const { at, text, account } = latest;
      const last = { at, text: beginning(text), authorName: nameIn(by, account) };
      return [{ root: listed, replies, latest: last }];
    });
}

/** What is pinned and tagged in a channel. */
export function tendedIn(by: Looking, channel: ChannelId): TendedView {
  const list = (messages: readonly MessageState[]) =>
    messages.slice(0, MOST).flatMap((message) => listedMessage(by, message) ?? []);
  const tags = new Set<string>();
  for (const id of by.reading.index.tended('tag'))
    if (by.reading.placeOf(id)?.channel === channel)
      for (const tag of by.reading.message(id)?.tags ?? []) tags.add(tag);
  const tagged = [...tags]
    .map((tag) => ({ tag, messages: list(by.reading.tended({ tag }, channel)) }))
    .filter(({ messages }) => messages.length > 0)
    .sort((a, b) => b.messages.length - a.messages.length || (a.tag < b.tag ? -1 : 1));
  return { pinned: list(by.reading.tended('pin', channel)), tags: tagged };
}

/**
 * Where a message stands, and how far back: looked for among the newest, then further. `undefined` where it is not
 * held, or further back than `most`.
 */
export function placeOfMessage(by: Looking, message: EntryId, most: number): PlaceView | undefined {
  const place = by.reading.placeOf(message);
  if (!place) return undefined;
  const top = place.thread ?? message;
  const newest = farBack(by, place.channel, most, (id) => id === top);
  return newest === undefined ? undefined : { message, ...place, newest: newest.count };
}

/** The first message of a channel that was said at this time, ms since 1970, or after; the newest where none was. */
export function placeOfTime(
  by: Looking,
  channel: ChannelId,
  at: number,
  most: number,
): PlaceView | undefined {
  const { shown } = by.reading.channel(channel, most);
  const messages = shown.flatMap((line) => (line.is === 'message' ? [line.message] : []));
  const found = messages.find((message) => message.at >= at) ?? messages.at(-1);
  if (!found) return undefined;
  const newest = farBack(by, channel, most, (id) => id === found.id);
  return newest && { channel, message: found.id, newest: newest.count };
}

function farBack(
  by: Looking,
  channel: ChannelId,
  most: number,
  is: (id: EntryId) => boolean,
): { readonly count: number } | undefined {
  for (let newest = Math.min(200, most); ; newest = Math.min(most, newest * 5)) {
    const { shown, more } = by.reading.channel(channel, newest);
    const at = shown.findIndex((line) => line.is === 'message' && is(line.message.id));
    if (at >= 0) return { count: Math.min(most, shown.length - at + AROUND) };
    if (!more || newest === most) return undefined;
  }
}

import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import {
  createContext,
  createEffect,
  createMemo,
  createSelector,
  createSignal,
  useContext,
} from 'solid-js';
import type { Done, MessageView, Result } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import type { ShownSpace } from '../shown.ts';
import { draftKey, kept } from '../text-storage.ts';
import { createAttention } from './attention.ts';
import { createSelection, listenForSelecting } from './selection.ts';
import { lastOwn, type Tool, toolsFor } from './tools-for.ts';

/** What the composer is about, beyond saying something new. */
export interface Intent {
  readonly is: 'reply' | 'edit';
  readonly message: EntryId;
  readonly authorName: string;
  /** As it was when the intent arose. */
  readonly text: string;
}

/** Something that was done, in words, and what an undo of it names if it can be taken back. */
export interface Doing {
  readonly words: string;
  readonly done?: Done;
}

/** A dialog about one message, or about those that are selected. */
export interface Asking {
  readonly is: 'tags' | 'history' | 'link' | 'move';
  readonly messages: readonly MessageView[];
}

export type Desk = ReturnType<typeof createDesk>;

/** All that is under way around the messages of one place: whose tools are out, what is answered, changed or deleted. */
export function createDesk(place: {
  readonly space: () => ShownSpace;
  readonly channel: ChannelId;
  /** The message under which these stand; absent: the channel itself. */
  readonly thread?: EntryId;
  /** Oldest first; empty until they are at hand. */
  readonly messages: () => readonly MessageView[];
  readonly openThread?: (message: EntryId) => void;
}) {
  const { ask } = usePeer();
  const key = [draftKey(place.space().id, place.channel), place.thread ?? []].flat().join('.');
  const answering = `${key}.answers`;
  const [intent, setIntent] = createSignal<Intent>();
  const [picking, pick] = createSignal<EntryId>();
  const [deleting, setDeleting] = createSignal<MessageView>();
  const [more, setMore] = createSignal<EntryId>();
  const [asking, setAsking] = createSignal<Asking>();
  const [doing, setDoing] = createSignal<Doing>();
  const [found, setFound] = createSignal<EntryId>();
  const [trouble, setTrouble] = createSignal<{ at: EntryId; message: string }>();
  const attention = createAttention(
    createMemo(() => place.messages().map(({ id }) => id)),
    () =>
      picking() !== undefined ||
      deleting() !== undefined ||
      more() !== undefined ||
      asking() !== undefined,
  );
  const mayTend = (message: MessageView) =>
    place.space().state === 'open' &&
    !message.deleted &&
    (message.own || place.space().you !== 'member');
  const selection = createSelection(place.messages, mayTend);

  const intend = (is: Intent['is'], { id, authorName, text }: MessageView) => {
    setIntent({ is, message: id, authorName, text });
    if (is === 'reply') kept.write(answering, id);
  };
  // What a draft answers is kept with it.
  let wanted = kept.read(answering);
  createEffect(() => {
    const messages = place.messages();
    if (wanted === undefined || messages.length === 0) return;
    const answered = messages.find(({ id }) => id === wanted);
    wanted = undefined;
    if (answered && !answered.deleted && !intent()) intend('reply', answered);
  });

  /** What fails is said at the message. @param words what it is called, where it can be taken back */
  const does = async (
    at: EntryId,
    doing: Promise<Result<Done>>,
    words?: string,
  ): Promise<boolean> => {
    const result = await doing;
    setTrouble(result.ok ? undefined : { at, message: result.trouble.message });
    if (result.ok && words !== undefined) setDoing({ words, done: result.value });
    return result.ok;
  };
  const listen = (log: HTMLElement) => {
    attention.listen(log);
    listenForSelecting(log, selection);
  };
  const space = () => place.space().id;

  return {
    ...attention,
    ...selection,
    listen,
    mayTend,
    /** Whether a box to choose it by is shown at a message. */
    showsBox: (message: MessageView) =>
      (selection.selecting() || attention.isActive(message.id)) && mayTend(message),
    draftKey: key,
    thread: place.thread,
    channel: place.channel,
    space,
    intent,
    /** Whether it is being answered or changed. */
    isMeant: createSelector(() => intent()?.message),
    reply: (message: MessageView) => intend('reply', message),
    edit: (message: MessageView) => intend('edit', message),
    editLast: () => {
      const message = lastOwn(place.messages());
      if (message) intend('edit', message);
      return message !== undefined;
    },
    /** Takes an intent back whose message could not be said. */
    resume: (intent: Intent) => {
      setIntent(intent);
      if (intent.is === 'reply') kept.write(answering, intent.message);
    },
    endIntent: () => {
      if (intent()?.is === 'reply') kept.write(answering, undefined);
      setIntent(undefined);
    },
    toolsOf: (message: MessageView): readonly Tool[] =>
      place.space().state === 'open'
        ? toolsFor(message, { role: place.space().you, inThread: place.thread !== undefined })
        : [],
    openThread: place.openThread,
    picking: createSelector(picking),
    pick,
    react: (message: MessageView, emoji: string) => {
      const on = !message.reactions?.some((one) => one.emoji === emoji && one.you);
      return does(message.id, ask.react({ space: space(), message: message.id, emoji, on }));
    },
    markSeen: (message: MessageView, wanted: 1 | 2) => {
      const now = message.seen?.find(({ you }) => you);
      const level = now && now.answers === (wanted === 2) ? 0 : wanted;
      return does(message.id, ask.markSeen({ space: space(), message: message.id, level }));
    },
    /** Whether its menu is open. */
    showsMore: createSelector(more),
    showMore: setMore,
    asking,
    ask: setAsking,
    pin: (message: MessageView) => {
      const on = message.pinned === undefined;
      const input = { space: space(), message: message.id, on };
      return does(message.id, ask.pin(input), on ? 'Pinned.' : 'Unpinned.');
    },
    /** Says that something was done. */
    did: setDoing,
    /** The message that was looked for. */
    isFound: createSelector(found),
    /** Brings a message that is on the page before the reader's eyes. */
    find: (id: EntryId) => {
      setFound(id);
      attention.reveal(id);
    },
    deleting,
    askToDelete: setDeleting,
    /** Answers what went wrong, if anything did. */
    async delete(message: MessageView): Promise<string | undefined> {
      const result = await ask.delete({ space: space(), message: message.id });
      if (!result.ok) return result.trouble.message;
      if (intent()?.message === message.id) this.endIntent();
      setDeleting(undefined);
      setDoing({ words: 'The message is deleted.', done: result.value });
      return undefined;
    },
    doing,
    undo: (done: Done) => ask.undo({ space: space(), entries: done.entries }),
    letGo: () => setDoing(undefined),
    trouble,
    isTroubled: createSelector(() => trouble()?.at),
  };
}

const context = createContext<Desk>();
export const DeskProvider = context.Provider;

/** Absent where messages are only shown. */
export const useDesk = (): Desk | undefined => useContext(context);

/** A page that is read and written: what others write comes in while one writes, and what is written here goes out soon after. */
import type { EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { createSignal, onCleanup } from 'solid-js';
import type { PageView } from '../../engine/page-view.ts';
import { usePeer } from '../peer-context.ts';
import { merged, placeAfter, spliceBetween } from './draft.ts';

/** How long after the last key what was written goes out; and how long at most while somebody goes on writing, ms. */
const PAUSE_MS = 600;
const LONGEST_MS = 3_000;

export interface PageWriting {
  /** What is held of it; `undefined` until it has been read. */
  page(): PageView | undefined;
  text(): string;
  /** `kept`: all of it is stored on this device. */
  state(): 'kept' | 'changed' | 'keeping';
  trouble(): string | undefined;
  write(text: string): void;
  /** Stores now what is not stored yet. */
  keep(): Promise<void>;
  rename(title: string): Promise<void>;
  putAway(away: boolean): Promise<void>;
  /** Looks whether others have written. */
  refresh(): Promise<void>;
}

/** @param caret told how to bring the caret along when others have written */
export function createPageWriting(
  at: { readonly space: SpaceId; readonly page: EntryId },
  caret: (move: (place: number) => number) => void,
): PageWriting {
  const { ask } = usePeer();
  const [page, setPage] = createSignal<PageView>();
  const [text, setText] = createSignal('');
  const [state, setState] = createSignal<'kept' | 'changed' | 'keeping'>('kept');
  const [trouble, setTrouble] = createSignal<string>();
  let pause: ReturnType<typeof setTimeout> | undefined;
  let longest: ReturnType<typeof setTimeout> | undefined;
  /** One question at a time: each answer is the ground of the next. */
  let asking: Promise<void> = Promise.resolve();
  let looksAgain = false;

  const inTurn = (work: () => Promise<void>) => {
    asking = asking.then(work, work);
    return asking;
  };

  /** @param base from which what is written here now was made */
  const take = (fresh: PageView, base: string) => {
    const mine = text();
    const both = merged(base, mine, fresh.text);
    const change = spliceBetween(mine, both);
    setPage(fresh);
    if (change) {
      setText(both);
      caret((place) => placeAfter(place, change, 'before'));
    }
    setState(both === fresh.text ? 'kept' : 'changed');
    if (both !== fresh.text) soon();
  };

  const read = async () => {
    const result = await ask.readPage(at);
    if (!result.ok) return void setTrouble(result.trouble.message);
    const known = page();
    if (result.value.version !== known?.version || !known)
      take(result.value, known?.text ?? text());
  };

  const send = async (title?: string) => {
    const known = page();
    const sent = text();
    const splice = known && spliceBetween(known.text, sent);
    if (!known || (!splice && title === undefined)) return;
    setState('keeping');
    const result = await ask.editPage({
      ...at,
      version: known.version,
      splices: splice ? [splice] : [],
      ...(title === undefined ? {} : { title }),
    });
    if (result.ok) {
      setTrouble(undefined);
      return take(result.value, sent);
    }
    setState('changed');
    if (result.trouble.code !== 'not-yet') return void setTrouble(result.trouble.message);
    // Another tab leads now, or much has come meanwhile: what is written here is brought to what there is.
    await read();
    soon();
  };

  const stop = () => {
    clearTimeout(pause);
    clearTimeout(longest);
    longest = undefined;
  };
  const keep = () => {
    stop();
    return inTurn(() => send());
  };
  const soon = () => {
    clearTimeout(pause);
    pause = setTimeout(keep, PAUSE_MS);
    longest ??= setTimeout(keep, LONGEST_MS);
  };

  onCleanup(() => {
    stop();
    if (page()?.text !== text()) void keep();
  });
  void inTurn(read);

  return {
    page,
    text,
    state,
    trouble,
    write: (written) => {
      setText(written);
      setState(written === page()?.text ? 'kept' : 'changed');
      soon();
    },
    keep,
    rename: (title) => inTurn(() => send(title)),
    putAway: (away) =>
      inTurn(async () => {
        const result = await ask.putAwayPage({ ...at, away });
        setTrouble(result.ok ? undefined : result.trouble.message);
        await read();
      }),
    refresh: async () => {
      // However much happens meanwhile, it is looked at once more.
      if (looksAgain) return;
      looksAgain = true;
      await inTurn(async () => {
        looksAgain = false;
        await read();
      });
    },
  };
}

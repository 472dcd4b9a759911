import './search-dialog.css';
import '../space/listed.css';
import {
  createEffect,
  createSignal,
  createUniqueId,
  For,
  on,
  onCleanup,
  onMount,
  Show,
} from 'solid-js';
import type { FoundMessageView, SearchView } from '../../engine/search-view.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { nameOf } from '../pieces/names.ts';
import { clockTime, countOf, dayName } from '../pieces/times-and-sizes.ts';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';
import { piecesOf } from './marked-text.ts';

/** After the last key, before it is searched, ms. */
const PAUSE = 120;
/** Messages of one page. */
const PAGE = 30;

/** What narrows a search, with what it means. */
const FILTERS = [
  ['from:', 'By whom'],
  ['in:', 'In which channel'],
  ['before:', 'Before a day, such as 2026-03-01'],
  ['after:', 'After a day'],
  ['has:', 'Has a link, reaction, thread or pin'],
] as const;

/** Over everything this device holds: words, and filters that narrow them. What is found leads to its message. */
export function SearchDialog(props: { space: ShownSpace | undefined; onClose: () => void }) {
  const { view, ask } = usePeer();
  const list = createUniqueId();
  const [query, setQuery] = createSignal('');
  const [here, setHere] = createSignal(false);
  const [found, setFound] = createSignal<SearchView>();
  const [trouble, setTrouble] = createSignal<string>();
  const [active, setActive] = createSignal(0);
  let field: HTMLInputElement | undefined;
  onMount(() => field?.focus());

  let asked = 0;
  const search = async (before?: SearchView) => {
    const mine = ++asked;
    const result = await ask.search({
      query: query(),
      limit: PAGE,
      ...(here() && props.space ? { space: props.space.id } : {}),
      ...(before?.next ? { before: before.next } : {}),
    });
    // What was asked for since then counts.
    if (mine !== asked) return;
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (!result.ok) return;
    if (!before) setActive(0);
    const messages = [...(before?.messages ?? []), ...result.value.messages];
    setFound({ ...result.value, messages });
  };
  createEffect(
    on([query, here], () => {
      if (!query().trim()) {
        asked++;
        setFound(undefined);
        return;
      }
      const pause = setTimeout(() => void search(), PAUSE);
      onCleanup(() => clearTimeout(pause));
    }),
  );
  const messages = () => found()?.messages ?? [];
  const open = (message: FoundMessageView | undefined) => {
    if (!message) return;
    props.onClose();
    const { space, channel, id } = message;
    goTo({ at: 'space', space, channel, message: id });
  };
  const keyDown = (event: KeyboardEvent) => {
    const last = messages().length - 1;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || last < 0) return;
    if (event.key === 'Enter') open(messages()[active()]);
    else if (step === undefined) return;
    else setActive(Math.min(last, Math.max(0, active() + step)));
    event.preventDefault();
    document.getElementById(`${list}-${active()}`)?.scrollIntoView({ block: 'nearest' });
  };
  const narrow = (filter: string) => {
    setQuery(`${query().trim()} ${filter}`.trim());
    field?.focus();
    field?.setSelectionRange(query().length, query().length);
  };
  const told = () => {
    const { total = 0, complete = true } = found() ?? {};
    if (!found()) return 'Words, names of people and channels, days. Only what this device holds.';
    const rest = complete ? '' : ' so far; older ones are still being looked at';
    return total === 0 ? `Nothing found${rest}.` : `${countOf(total, 'message')}${rest}.`;
  };
  return (
    <Dialog title="Search" onClose={props.onClose}>
      <input
        class="search-field"
        type="search"
        role="combobox"
        aria-label="Search messages"
        aria-expanded={messages().length > 0}
        aria-controls={list}
        aria-activedescendant={messages().length > 0 ? `${list}-${active()}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder="Search messages"
        ref={field}
        value={query()}
        onInput={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={keyDown}
      />
      <div class="search-filters">
        <For each={FILTERS}>
          {([filter, means]) => (
            <button type="button" title={means} onClick={() => narrow(filter)}>
              {filter}
            </button>
          )}
        </For>
        <Show when={view.spaces.length > 1 && props.space}>
          {(space) => (
            <label>
              <input
                type="checkbox"
                checked={here()}
                onChange={(event) => setHere(event.currentTarget.checked)}
              />
              {`Only ${space().name}`}
            </label>
          )}
        </Show>
      </div>
      <p class="quiet" role="status">
        {trouble() ?? told()}
      </p>
      <For each={found()?.hints ?? []}>{(hint) => <p class="quiet">{hint.message}</p>}</For>
      <div class="listed search-found" role="listbox" id={list} aria-label="Found">
        <For each={messages()}>
          {(message, index) => (
            <Found
              id={`${list}-${index()}`}
              message={message}
              elsewhere={view.spaces.length > 1}
              active={active() === index()}
              onOpen={() => open(message)}
            />
          )}
        </For>
      </div>
      <Show when={found()?.next}>
        <button type="button" class="button" onClick={() => void search(found())}>
          Show more
        </button>
      </Show>
    </Dialog>
  );
}

function Found(props: {
  id: string;
  message: FoundMessageView;
  elsewhere: boolean;
  active: boolean;
  onOpen: () => void;
}) {
  const where = () => {
    const { channelName, spaceName, thread, at } = props.message;
    const space = props.elsewhere ? ` of ${spaceName}` : '';
    return ` in #${channelName}${space}${thread ? ', in a thread' : ''} · ${dayName(at, Date.now())}, ${clockTime(at)}`;
  };
  return (
    // The field above leads through the options by keyboard.
    <button
      type="button"
      class="search-option"
      role="option"
      id={props.id}
      tabindex={-1}
      aria-selected={props.active}
      onClick={() => props.onOpen()}
    >
      <span class="listed-head">
        <strong>{nameOf(props.message.authorName)}</strong>
        {where()}
      </span>
      <span class="listed-text" dir="auto">
        <For each={piecesOf(props.message.text, props.message.highlights)}>
          {(piece) => (
            <Show when={piece.found} fallback={piece.text}>
              <mark>{piece.text}</mark>
            </Show>
          )}
        </For>
      </span>
    </button>
  );
}

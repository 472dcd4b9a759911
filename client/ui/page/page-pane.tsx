import './page-pane.css';
import { EntryId } from '@snug/shared/protocol/ids.ts';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { createEffect, createSignal, For, on, Show } from 'solid-js';
import * as v from 'valibot';
import { createMedia, NARROW } from '../frame/media.ts';
import { Markdown } from '../markdown/markdown-view.tsx';
import { usePeer } from '../peer-context.ts';
import { later } from '../pieces/later.tsx';
import { nameOf } from '../pieces/names.ts';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { createPageWriting } from './page-writing.ts';

const PageHistory = later(async () => (await import('./page-history.tsx')).PageHistory);

const STATES = {
  kept: 'Kept on this device.',
  changed: 'Writing…',
  keeping: 'Keeping…',
};

/** A text that many write: read, or written in. @param props `page` as the address has it */
export function PagePane(props: { space: ShownSpace; page: string }) {
  const id = () => {
    const named = v.safeParse(EntryId, props.page);
    return named.success ? named.output : undefined;
  };
  return (
    <Show when={id()} keyed fallback={<p class="quiet">This address names no page.</p>}>
      {(page) => <OnePage space={props.space} page={page} />}
    </Show>
  );
}

function OnePage(props: { space: ShownSpace; page: EntryId }) {
  const { view } = usePeer();
  const narrow = createMedia(NARROW);
  let field: HTMLTextAreaElement | undefined;
  const writing = createPageWriting({ space: props.space.id, page: props.page }, (move) => {
    if (!field || document.activeElement !== field) return;
    const [start, end] = [move(field.selectionStart), move(field.selectionEnd)];
    queueMicrotask(() => field?.setSelectionRange(start, end));
  });
  const [edits, setEdits] = createSignal(false);
  const [telling, setTelling] = createSignal(false);
  const [title, setTitle] = createSignal<string>();
  const mayWrite = () => props.space.state === 'open';

  createEffect(
    on(
      () => view.changes,
      () => void writing.refresh(),
      { defer: true },
    ),
  );
  /** The field grows with its text, so that the page scrolls as one. */
  createEffect(() => {
    writing.text();
    if (!edits() || !field) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  });

  const done = async () => {
    await writing.keep();
    setEdits(false);
  };
  const rename = () => {
    const given = title()?.trim();
    setTitle(undefined);
    if (given && given !== writing.page()?.title) void writing.rename(given);
  };

  return (
    <div class="space-page">
      <header class="channel-head">
        <Show when={narrow()}>
          <a
            class="icon-button"
            href={hrefOf({ at: 'threads', space: props.space.id })}
            aria-label="Back"
          >
            <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
          </a>
        </Show>
        <h1 dir="auto">{writing.page()?.title ?? 'Page'}</h1>
        <p class="channel-topic">{`a page of ${props.space.name}`}</p>
      </header>
      <div class="space-page-scroll" tabindex={0}>
        <Show
          when={writing.page()}
          fallback={<TroubleNote message={writing.trouble()} />}
          keyed={false}
        >
          {(page) => (
            <article class="page">
              <Show when={page().away}>
                <p class="page-away">This page is put away. It is kept, and can be brought back.</p>
              </Show>
              <Show when={edits()}>
                <input
                  class="page-title"
                  type="text"
                  aria-label="Page title"
                  dir="auto"
                  maxLength={120}
                  value={title() ?? page().title}
                  onInput={(event) => setTitle(event.currentTarget.value)}
                  onBlur={rename}
                  onKeyDown={(event) => {
                    if (event.key === 'Enter') field?.focus();
                  }}
                />
              </Show>
              <div class="page-tools" role="toolbar" aria-label="Page">
                <Show when={mayWrite()}>
                  <Show
                    when={edits()}
                    fallback={
                      <button
                        type="button"
                        class="button primary"
                        onClick={() => {
                          setEdits(true);
                          queueMicrotask(() => field?.focus());
                        }}
                      >
                        Edit page
                      </button>
                    }
                  >
                    <button type="button" class="button primary" onClick={() => void done()}>
                      Done
                    </button>
                  </Show>
                </Show>
                <button type="button" class="button" onClick={() => setTelling(true)}>
                  History
                </button>
                <Show when={mayWrite() && page().mayPutAway}>
                  <button
                    type="button"
                    class="button"
                    onClick={() => void writing.putAway(!page().away)}
                  >
                    {page().away ? 'Bring back' : 'Put away'}
                  </button>
                </Show>
                <p role="status">
                  {edits()
                    ? STATES[writing.state()]
                    : `Last changed by ${nameOf(page().byName)}, ${dayName(page().at, Date.now())} ${clockTime(page().at)}`}
                </p>
              </div>
              <TroubleNote message={writing.trouble()} />
              <Show
                when={edits()}
                fallback={
                  <div class="page-text">
                    <Show
                      when={writing.text() !== ''}
                      fallback={<p class="quiet">There is nothing on this page yet.</p>}
                    >
                      <Markdown text={writing.text()} />
                    </Show>
                  </div>
                }
              >
                <textarea
                  ref={field}
                  class="page-field"
                  aria-label="Page text"
                  dir="auto"
                  rows={8}
                  value={writing.text()}
                  onInput={(event) => writing.write(event.currentTarget.value)}
                  onBlur={() => void writing.keep()}
                />
                <p class="quiet">
                  Markdown works as it does in messages. Others can write here at the same time.
                </p>
              </Show>
              <Show when={page().from.length > 0}>
                <section class="page-sources" aria-label="Sources">
                  <h2>Grown from</h2>
                  <ol>
                    <For each={page().from}>
                      {(source) => (
                        <li>
                          <a
                            href={hrefOf({
                              at: 'space',
                              space: props.space.id,
                              channel: page().channel,
                              message: source.id,
                            })}
                          >
                            <strong>{nameOf(source.authorName)}</strong>
                            <span dir="auto">
                              {source.text || 'A message that is deleted or has not arrived'}
                            </span>
                          </a>
                        </li>
                      )}
                    </For>
                  </ol>
                </section>
              </Show>
            </article>
          )}
        </Show>
      </div>
      <Show when={telling()}>
        <PageHistory
          space={props.space.id}
          page={props.page}
          mayBringBack={mayWrite()}
          onBringBack={async (text) => {
            writing.write(text);
            await writing.keep();
            setTelling(false);
          }}
          onClose={() => setTelling(false)}
        />
      </Show>
    </div>
  );
}

import FileText from 'lucide-solid/icons/file-text';
import { createEffect, createResource, createSignal, For, on, Show } from 'solid-js';
import type { PageSummary } from '../../engine/page-view.ts';
import { usePeer } from '../peer-context.ts';
import { later } from '../pieces/later.tsx';
import { nameOf } from '../pieces/names.ts';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';

const NewPageDialog = later(async () => (await import('./new-page-dialog.tsx')).NewPageDialog);

/** A space's pages, the one changed last first; those put away stand behind the others. */
export function PageList(props: { space: ShownSpace }) {
  const { ask, view } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [making, setMaking] = createSignal(false);
  const [pages, { refetch }] = createResource(
    () => props.space.id,
    async (space): Promise<readonly PageSummary[]> => {
      const result = await ask.pages({ space });
      if (!result.ok) setTrouble(result.trouble.message);
      return result.ok ? result.value : [];
    },
  );
  createEffect(
    on(
      () => view.changes,
      () => void refetch(),
      { defer: true },
    ),
  );
  const ordered = () => {
    const all = pages.latest ?? [];
    return [...all.filter(({ away }) => !away), ...all.filter(({ away }) => away)];
  };
  /** Where a page that grows from nothing is kept: its place among the channels is not shown. */
  const home = () => props.space.channels[0]?.id;
  return (
    <section class="space-section" aria-label="Pages">
      <h2>Pages</h2>
      <TroubleNote message={trouble()} />
      <Show
        when={ordered().length > 0}
        fallback={
          <p class="quiet">
            There are no pages yet. A thread can be grown into one, or one begun by itself.
          </p>
        }
      >
        <ul class="listed">
          <For each={ordered()}>
            {(page) => (
              <li>
                <a href={hrefOf({ at: 'page', space: props.space.id, page: page.id })}>
                  <span class="listed-text" dir="auto">
                    <strong>{page.title}</strong>
                  </span>
                  <span class="listed-foot">
                    <FileText size={14} stroke-width={1.7} aria-hidden="true" />
                    {`${page.away ? 'Put away. ' : ''}Last changed by ${nameOf(page.byName)}, ${dayName(page.at, Date.now())} ${clockTime(page.at)}`}
                  </span>
                </a>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={props.space.state === 'open' && home()}>
        <button type="button" class="button" onClick={() => setMaking(true)}>
          New page
        </button>
      </Show>
      <Show when={making() && home()}>
        {(channel) => (
          <NewPageDialog space={props.space} channel={channel()} onClose={() => setMaking(false)} />
        )}
      </Show>
    </section>
  );
}

import { createSignal, For, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { initials } from '../pieces/names.ts';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { isReadable, standingIn } from '../space-standing.ts';
import { ExportDialog } from './export-dialog.tsx';
import { ImportFile } from './import-file.tsx';

/** Spaces into files, and back. */
export function Files() {
  const { view } = usePeer();
  const [exported, setExported] = createSignal<ShownSpace>();
  const spaces = () => view.spaces.filter(({ state }) => isReadable(state));
  return (
    <>
      <section class="space-section" aria-label="Export">
        <h2>Export</h2>
        <p class="quiet">
          Everything that this device holds of a space, in a file of your own to keep somewhere
          safe.
        </p>
        <Show
          when={spaces().length > 0}
          fallback={<p class="quiet">There is no space here to be exported yet.</p>}
        >
          <ul class="rows">
            <For each={spaces()}>
              {(space) => (
                <li class="row">
                  <span class="space-initials" aria-hidden="true">
                    {initials(space.name)}
                  </span>
                  <span class="row-words">
                    <a href={hrefOf({ at: 'space', space: space.id })}>
                      {space.name || 'A space without a name yet'}
                    </a>
                    <small>{space.direct ? 'direct messages' : standingIn(space)}</small>
                  </span>
                  <button
                    type="button"
                    class="button small"
                    aria-label={`Export ${space.name}`}
                    onClick={() => setExported(space)}
                  >
                    Export
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={exported()} keyed>
          {(space) => <ExportDialog space={space} onClose={() => setExported(undefined)} />}
        </Show>
      </section>
      <ImportFile />
    </>
  );
}

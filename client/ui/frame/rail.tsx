import Plus from 'lucide-solid/icons/plus';
import { For } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { Mark } from '../pieces/mark.tsx';
import { initials } from '../pieces/names.ts';
import { hrefOf } from '../route.ts';

/** One's spaces, one tile each. */
export function Rail(props: { current: string | undefined }) {
  const { view } = usePeer();
  return (
    <nav class="rail" aria-label="Spaces">
      <a class="rail-mark" href="#/" aria-label="Home">
        <Mark size={30} />
      </a>
      <ul>
        <For each={view.spaces.filter((space) => !space.direct)}>
          {(space) => (
            <li>
              <a
                class="tile"
                href={hrefOf({ at: 'space', space: space.id })}
                title={space.name}
                aria-current={props.current === space.id ? 'true' : undefined}
              >
                <span aria-hidden="true">{initials(space.name)}</span>
                <span class="heard-only">{space.name || 'A space without a name yet'}</span>
              </a>
            </li>
          )}
        </For>
      </ul>
      <a class="tile another" href="#/" title="Another space">
        <Plus size={18} stroke-width={1.7} aria-hidden="true" />
        <span class="heard-only">Another space</span>
      </a>
    </nav>
  );
}

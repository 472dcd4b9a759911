import './members-panel.css';
import X from 'lucide-solid/icons/x';
import { createMemo, createUniqueId, For, onMount, Show } from 'solid-js';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { namesakeMarks } from '../pieces/names.ts';
import { PersonName } from '../pieces/person-name.tsx';
import { Thread } from '../pieces/thread.tsx';
import type { ShownSpace } from '../shown.ts';
import { inOrder, underName } from './member-order.ts';

/** Who belongs to the space, and by what thread each is tied to this device just now. */
export function MembersPanel(props: { space: ShownSpace; onClose: () => void; over: boolean }) {
  const heading = createUniqueId();
  const members = createMemo(() => inOrder(props.space.members));
  const marks = createMemo(() => namesakeMarks(props.space.members));
  let close: HTMLButtonElement | undefined;
  onMount(() => {
    if (props.over) close?.focus();
  });
  return (
    <>
      <Show when={props.over}>
        <div class="panel-shade" onPointerDown={() => props.onClose()} />
      </Show>
      <aside
        class="panel"
        aria-labelledby={heading}
        onKeyDown={(event) => event.key === 'Escape' && props.over && props.onClose()}
      >
        <header class="panel-head">
          <h2 id={heading}>Members</h2>
          <Show when={props.over}>
            <button
              type="button"
              class="icon-button"
              aria-label="Close"
              ref={close}
              onClick={() => props.onClose()}
            >
              <X size={18} stroke-width={1.7} aria-hidden="true" />
            </button>
          </Show>
        </header>
        <ul class="members" aria-label="Members">
          <For each={members()}>
            {(member) => (
              <li>
                <KnitAvatar of={member.account} size={30} />
                <span class="member-name">
                  <PersonName name={member.name} mark={marks().get(member.account)} />
                  <Show when={underName(member)}>{(under) => <small>{under()}</small>}</Show>
                </span>
                <Show when={!member.you}>
                  <span class="member-tie">
                    {member.tie}
                    <Thread tie={member.tie} />
                  </span>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </aside>
    </>
  );
}

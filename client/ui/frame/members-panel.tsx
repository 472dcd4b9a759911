import './members-panel.css';
import X from 'lucide-solid/icons/x';
import { createMemo, createSignal, createUniqueId, For, onMount, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { later } from '../pieces/later.tsx';
import { nameOf, namesakeMarks } from '../pieces/names.ts';
import { PersonName } from '../pieces/person-name.tsx';
import { Thread } from '../pieces/thread.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';
import { AdminsNote } from '../space/admins-note.tsx';
import { inOrder, underName } from './member-order.ts';

const MemberDialog = later(async () => (await import('../space/member-dialog.tsx')).MemberDialog);

/** Who belongs to the space, and by what thread each is tied to this device just now. */
export function MembersPanel(props: { space: ShownSpace; onClose: () => void; over: boolean }) {
  const heading = createUniqueId();
  const members = createMemo(() => inOrder(props.space.members));
  const marks = createMemo(() => namesakeMarks(props.space.members));
  const [chosen, choose] = createSignal<string>();
  const member = () => props.space.members.find(({ account }) => account === chosen());
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
        onKeyDown={(event) => event.key === 'Escape' && props.over && !chosen() && props.onClose()}
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
        <div class="members-scroll">
          <Show when={!props.space.direct}>
            <AdminsNote space={props.space} />
          </Show>
          <ul class="members" aria-label="Members">
            <For each={members()}>
              {(member) => (
                <li>
                  <button
                    type="button"
                    class="member"
                    aria-haspopup="dialog"
                    onClick={() => choose(member.account)}
                  >
                    <KnitAvatar of={member.account} size={30} />
                    <span class="member-name">
                      <PersonName
                        name={member.name}
                        account={member.account}
                        mark={marks().get(member.account)}
                      />
                      <Show when={underName(member)}>{(under) => <small>{under()}</small>}</Show>
                    </span>
                    <Show when={!member.you}>
                      <span class="member-tie">
                        {member.tie}
                        <Thread tie={member.tie} />
                      </span>
                    </Show>
                  </button>
                </li>
              )}
            </For>
          </ul>
          <Show when={props.space.provisional?.length}>
            <Provisional space={props.space} />
          </Show>
        </div>
        <Show when={member()}>
          {(one) => (
            <MemberDialog
              space={props.space}
              member={one()}
              mark={marks().get(one().account)}
              onClose={() => choose(undefined)}
            />
          )}
        </Show>
      </aside>
    </>
  );
}

/** Who was let in while their invite was taken away, and the way to make it good. */
function Provisional(props: { space: ShownSpace }) {
  const { ask } = usePeer();
  const heading = createUniqueId();
  const [trouble, setTrouble] = createSignal<string>();
  const confirm = async (account: string) => {
    const result = await ask.confirmMember({ space: props.space.id, account });
    setTrouble(result.ok ? undefined : result.trouble.message);
  };
  return (
    <section class="provisional" aria-labelledby={heading}>
      <h3 id={heading}>Waiting to be confirmed</h3>
      <p class="quiet">
        Their invite was taken back while they were let in. Until somebody confirms them they read
        and write nothing.
      </p>
      <ul>
        <For each={props.space.provisional ?? []}>
          {(one) => (
            <li>
              <KnitAvatar of={one.account} size={30} />
              <span class="member-name">{nameOf(one.name)}</span>
              <button
                type="button"
                class="button small"
                aria-label={`Confirm ${nameOf(one.name)}`}
                onClick={() => void confirm(one.account)}
              >
                Confirm
              </button>
            </li>
          )}
        </For>
      </ul>
      <TroubleNote message={trouble()} />
    </section>
  );
}

import './member-dialog.css';
import { createEffect, createSignal, createUniqueId, For, Show } from 'solid-js';
import type { MemberView, Role } from '../../engine/view.ts';
import { MessageButton } from '../contacts/message-button.tsx';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { nameOf } from '../pieces/names.ts';
import { PersonName } from '../pieces/person-name.tsx';
import { Thread } from '../pieces/thread.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { ROLES } from './roles.ts';
import { SpaceHistory } from './space-history.tsx';

/** One person of a space: what they are here, and what one may change about it. */
export function MemberDialog(props: {
  space: ShownSpace;
  member: MemberView;
  mark: string | undefined;
  onClose: () => void;
}) {
  const { ask } = usePeer();
  const group = createUniqueId();
  const [wanted, setWanted] = createSignal<Role>(props.member.role);
  const [trouble, setTrouble] = createSignal<string>();
  const [told, setTold] = createSignal('');
  const [over, setOver] = createSignal<'history' | 'removing'>();
  const name = () => nameOf(props.member.name);
  const mayChange = () => props.space.you === 'admin' && props.space.state === 'open';
  const role = () => ROLES.find((one) => one.role === props.member.role);
  createEffect(() => setWanted(props.member.role));

  const save = async () => {
    const { account } = props.member;
    const result = await ask.setRole({ space: props.space.id, account, role: wanted() });
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (!result.ok) setWanted(props.member.role);
    else setTold(`${name()} is ${wanted() === 'admin' ? 'an' : 'a'} ${wanted()} now.`);
  };
  return (
    <Dialog title={name()} onClose={props.onClose}>
      <div class="member-card">
        <KnitAvatar of={props.member.account} size={56} />
        <p>
          <PersonName name={props.member.name} account={props.member.account} mark={props.mark} />
          <small>
            {`${role()?.name ?? ''}${props.member.you ? ', you' : ''}`}
            <Show when={!props.member.you}>
              {' · '}
              {props.member.tie}
              <Thread tie={props.member.tie} />
            </Show>
          </small>
        </p>
      </div>
      <Show when={mayChange()} fallback={<p class="quiet">{role()?.may}</p>}>
        <fieldset class="roles">
          <legend>Role</legend>
          <For each={ROLES}>
            {(one) => (
              <label class="role">
                <input
                  type="radio"
                  name={group}
                  checked={wanted() === one.role}
                  onChange={() => setWanted(one.role)}
                />
                <span>
                  {one.name}
                  <small>{one.may}</small>
                </span>
              </label>
            )}
          </For>
        </fieldset>
        <Show when={wanted() !== props.member.role}>
          <div class="dialog-actions">
            <button type="button" class="button primary" onClick={() => void save()}>
              Change role
            </button>
          </div>
        </Show>
      </Show>
      <TroubleNote message={trouble()} />
      <p class="quiet" role="status">
        {told()}
      </p>
      <div class="member-actions">
        <Show when={!props.member.you}>
          <Show when={!props.space.direct}>
            <MessageButton account={props.member.account} />
          </Show>
          <a class="button" href={hrefOf({ at: 'contact', account: props.member.account })}>
            Contact
          </a>
        </Show>
        <button type="button" class="button" onClick={() => setOver('history')}>
          See what {props.member.you ? 'you' : 'they'} did
        </button>
        <Show when={mayChange() && !props.member.you}>
          <button type="button" class="button destructive" onClick={() => setOver('removing')}>
            Remove from the space
          </button>
        </Show>
      </div>
      <Show when={over() === 'history'}>
        <SpaceHistory
          space={props.space.id}
          title={props.member.you ? 'What you did' : `What ${name()} did`}
          account={props.member.account}
          onClose={() => setOver(undefined)}
        />
      </Show>
      <Show when={over() === 'removing'}>
        <ConfirmDialog
          title={`Remove ${name()}?`}
          keep="Keep"
          confirm="Remove"
          ask={() => ask.removeMember({ space: props.space.id, account: props.member.account })}
          onDone={() => props.onClose()}
          onClose={() => setOver(undefined)}
        >
          <p>
            From then on they can read and write nothing new here, on none of their devices: the
            keys are changed. Invites that they made or came by, and everybody’s reusable ones, end.
          </p>
          <p>
            What they have read they keep, and what they wrote stays. Whoever has not heard of it
            yet may still talk to them for a while.
          </p>
        </ConfirmDialog>
      </Show>
    </Dialog>
  );
}

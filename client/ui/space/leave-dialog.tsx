import { Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';

/** Says what it means to leave, to the last admin and the last person more. */
export function LeaveDialog(props: { space: ShownSpace; onClose: () => void }) {
  const { ask } = usePeer();
  const others = () => props.space.members.filter(({ you }) => !you);
  const lastAdmin = () =>
    props.space.you === 'admin' && !others().some(({ role }) => role === 'admin');
  const belongs = () => props.space.state === 'open';
  return (
    <ConfirmDialog
      title={`Leave ${props.space.name || 'this space'}?`}
      keep="Stay"
      confirm="Leave"
      ask={() => ask.leaveSpace({ space: props.space.id })}
      onDone={() => {
        props.onClose();
        goTo({ at: 'home' }, 'replace');
      }}
      onClose={props.onClose}
    >
      <p>
        Everything of it is erased from this device
        {belongs() ? ', and your other devices are taken out of it with this one' : ''}.
      </p>
      <Show when={belongs() && others().length > 0}>
        <p>The others keep what you wrote. To come back you need a new invite.</p>
      </Show>
      <Show when={belongs() && others().length > 0 && lastAdmin()}>
        <p class="trouble">
          You are the only admin, and nobody takes your place: after you nobody can remove people,
          give roles or name the space. Make somebody else an admin first.
        </p>
      </Show>
      <Show when={belongs() && others().length === 0}>
        <p class="trouble">
          Nobody else is a member. What was said here is then gone for good, unless you have
          exported it.
        </p>
      </Show>
    </ConfirmDialog>
  );
}

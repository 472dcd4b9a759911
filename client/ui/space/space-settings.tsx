import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createSignal, For, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { TextField } from '../pieces/text-field.tsx';
import { countOf } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';
import { AdminsNote } from './admins-note.tsx';
import { ChannelDialog } from './channel-dialog.tsx';
import { InviteList } from './invite-list.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { SpaceHistory } from './space-history.tsx';
import { SpacePage } from './space-page.tsx';

/** Everything that is to be settled of a space, in one place. */
export function SpaceSettings(props: { space: ShownSpace }) {
  const [over, setOver] = createSignal<'history' | 'leaving'>();
  const [channel, setChannel] = createSignal<string>();
  const chosen = () => props.space.channels.find(({ id }) => id === channel());
  const admin = () => props.space.you === 'admin';
  const open = () => props.space.state === 'open';
  return (
    <SpacePage space={props.space} title="Manage space" under={props.space.name}>
      <Show when={open()}>
        <AdminsNote space={props.space} />
        <Show when={admin()}>
          <SpaceName space={props.space} />
        </Show>
        <section class="space-section" aria-label="Invites">
          <h2>Invites</h2>
          <p class="quiet">
            Up to 20 members everybody may invite, beyond that admins. Removing somebody ends every
            reusable invite.
          </p>
          <InviteList space={props.space} />
        </section>
        <section class="space-section" aria-label="Channels of the space">
          <h2>Channels</h2>
          <ul class="rows">
            <For each={props.space.channels}>
              {(one) => (
                <li class="row">
                  <span class="row-words">
                    {one.name || 'name under way'}
                    <small>
                      {[one.archived ? 'archived' : '', one.topic].filter(Boolean).join(' · ')}
                    </small>
                  </span>
                  <button
                    type="button"
                    class="button small"
                    aria-label={`Edit channel ${one.name}`}
                    onClick={() => setChannel(one.id)}
                  >
                    Edit
                  </button>
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
      <section class="space-section" aria-label="Who did what">
        <h2>Who did what</h2>
        <p class="quiet">
          What was moved, edited, deleted, pinned and tagged, and who let whom in or removed them.
        </p>
        <button type="button" class="button" onClick={() => setOver('history')}>
          See who did what
        </button>
      </section>
      <Show when={open() && admin()}>
        <Keys space={props.space} />
      </Show>
      <section class="space-section" aria-label="Leave">
        <h2>Leave</h2>
        <p class="quiet">
          {open()
            ? `The ${countOf(Math.max(0, props.space.members.length - 1), 'other member')} are told, and this device forgets it.`
            : 'This device forgets it.'}
        </p>
        <button type="button" class="button destructive" onClick={() => setOver('leaving')}>
          Leave the space
        </button>
      </section>
      <Show when={chosen()}>
        {(one) => (
          <ChannelDialog
            space={props.space}
            channel={one()}
            onClose={() => setChannel(undefined)}
          />
        )}
      </Show>
      <Show when={over() === 'history'}>
        <SpaceHistory
          space={props.space.id}
          title="Who did what"
          onClose={() => setOver(undefined)}
        />
      </Show>
      <Show when={over() === 'leaving'}>
        <LeaveDialog space={props.space} onClose={() => setOver(undefined)} />
      </Show>
    </SpacePage>
  );
}

function SpaceName(props: { space: ShownSpace }) {
  const { ask } = usePeer();
  const [name, setName] = createSignal(props.space.name);
  const [trouble, setTrouble] = createSignal<string>();
  const [told, setTold] = createSignal('');
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setTold('');
    const given = name().trim();
    if (!given) {
      setTrouble('A space has a name.');
      return;
    }
    const result = await ask.renameSpace({ space: props.space.id, name: given });
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) setTold('Saved. The others see it as soon as they are reached.');
  };
  return (
    <section class="space-section" aria-label="Name">
      <h2>Name</h2>
      <form onSubmit={(event) => void save(event)}>
        <div class="with-button">
          <TextField
            label="Space name"
            value={name()}
            onInput={setName}
            maxLength={TEXT_LIMITS.spaceName}
          />
          <button type="submit" class="button">
            Save
          </button>
        </div>
        <TroubleNote message={trouble()} />
      </form>
      <p class="quiet" role="status">
        {told()}
      </p>
    </section>
  );
}

function Keys(props: { space: ShownSpace }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [told, setTold] = createSignal('');
  const renew = async () => {
    setTold('');
    const result = await ask.renewKeys({ space: props.space.id });
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) setTold('Changed. What is written from now on is sealed under new keys.');
  };
  return (
    <section class="space-section" aria-label="Keys">
      <h2>Keys</h2>
      <p class="quiet">
        Change them when a member’s device may have been in other hands. A removal does it by
        itself. What was written before stays readable to whoever has the old ones.
      </p>
      <button type="button" class="button" onClick={() => void renew()}>
        Change the keys
      </button>
      <TroubleNote message={trouble()} />
      <p class="quiet" role="status">
        {told()}
      </p>
    </section>
  );
}

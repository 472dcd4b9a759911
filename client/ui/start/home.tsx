import './start.css';
import './home.css';
import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createSignal, For, Show } from 'solid-js';
import { ConnectionStatus } from '../frame/connection-status.tsx';
import { Notices } from '../frame/notices.tsx';
import { usePeer } from '../peer-context.ts';
import { Mark } from '../pieces/mark.tsx';
import { initials } from '../pieces/names.ts';
import { OneLineForm } from '../pieces/one-line-form.tsx';
import { hrefOf } from '../route.ts';
import { goTo } from '../router.ts';
import { standingIn } from '../space-standing.ts';

/** One's spaces, and the two ways to another. */
export function Home() {
  const { view } = usePeer();
  const spaces = () => view.spaces.filter((space) => !space.direct);
  return (
    <div class="start home">
      <div class="start-sheet">
        <Mark size={52} />
        <h1>{view.device?.name ? `Hello, ${view.device.name}` : 'Hello'}</h1>
        <Notices />
        <Show when={spaces().length > 0}>
          <ul class="spaces" aria-label="Your spaces">
            <For each={spaces()}>
              {(space) => (
                <li>
                  <a href={hrefOf({ at: 'space', space: space.id })}>
                    <span class="space-tile" aria-hidden="true">
                      {initials(space.name)}
                    </span>
                    <span>
                      <strong>{space.name || 'A space without a name yet'}</strong>
                      <small>{standingIn(space)}</small>
                    </span>
                  </a>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={spaces().length === 0}>
          <p>Start a space of your own, or paste the link that somebody gave you.</p>
        </Show>
        <CreateSpace />
        <JoinSpace />
        <div class="home-foot">
          <a href="#/catch-up">Catch up</a>
          <a href="#/connections">Connections</a>
          <a href="#/contacts">Contacts</a>
          <a href="#/settings">Settings</a>
          <ConnectionStatus />
        </div>
      </div>
    </div>
  );
}

function CreateSpace() {
  const { ask } = usePeer();
  const [open, setOpen] = createSignal(false);
  let opener: HTMLButtonElement | undefined;
  return (
    <Show
      when={open()}
      fallback={
        <button type="button" class="button primary" ref={opener} onClick={() => setOpen(true)}>
          Create space
        </button>
      }
    >
      <OneLineForm
        label="Space name"
        button="Create"
        missing="Give the space a name first."
        maxLength={TEXT_LIMITS.spaceName}
        autofocus
        ask={(name) => ask.createSpace({ name })}
        onDone={(made) => goTo({ at: 'space', ...made })}
        onEscape={() => {
          setOpen(false);
          opener?.focus();
        }}
      />
    </Show>
  );
}

function JoinSpace() {
  const { ask } = usePeer();
  return (
    <OneLineForm
      label="Invite link"
      button="Join"
      quiet
      missing="Paste an invite link first. Somebody in the space can make one."
      ask={(invite) => ask.joinSpace({ invite })}
      onDone={({ space }) => goTo({ at: 'space', space })}
    />
  );
}

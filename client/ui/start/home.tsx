import './start.css';
import './home.css';
import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createSignal, For, Show } from 'solid-js';
import { ConnectionStatus } from '../frame/connection-status.tsx';
import { Notices } from '../frame/notices.tsx';
import { usePeer } from '../peer-context.ts';
import { Mark } from '../pieces/mark.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { initials } from '../pieces/names.ts';
import { countOf } from '../pieces/times-and-sizes.ts';
import { hrefOf } from '../route.ts';
import { goTo } from '../router.ts';

/** One's spaces, and the two ways to another. */
export function Home() {
  const { view } = usePeer();
  return (
    <div class="start home">
      <div class="start-sheet">
        <Mark size={52} />
        <h1>{view.device?.name ? `Hello, ${view.device.name}` : 'Hello'}</h1>
        <Notices />
        <Show when={view.spaces.length > 0}>
          <ul class="spaces" aria-label="Your spaces">
            <For each={view.spaces}>
              {(space) => (
                <li>
                  <a href={hrefOf({ at: 'space', space: space.id })}>
                    <span class="space-tile" aria-hidden="true">
                      {initials(space.name)}
                    </span>
                    <span>
                      <strong>{space.name || 'A space without a name yet'}</strong>
                      <small>
                        {space.state === 'joining'
                          ? 'waiting to be let in'
                          : space.state === 'refused'
                            ? 'not let in'
                            : `${countOf(space.members.length, 'member')}, ${space.here} here`}
                      </small>
                    </span>
                  </a>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={view.spaces.length === 0}>
          <p>Start a space of your own, or paste the link that somebody gave you.</p>
        </Show>
        <CreateSpace />
        <JoinSpace />
        <div class="home-foot">
          <a href="#/connections">Connections</a>
          <ConnectionStatus />
        </div>
      </div>
    </div>
  );
}

function CreateSpace() {
  const { ask } = usePeer();
  const [open, setOpen] = createSignal(false);
  const [name, setName] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  let opener: HTMLButtonElement | undefined;

  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    if (!name().trim()) {
      setTrouble('Give the space a name first.');
      return;
    }
    setBusy(true);
    setTrouble(undefined);
    const result = await ask.createSpace({ name: name().trim() });
    setBusy(false);
    if (result.ok) goTo({ at: 'space', ...result.value });
    else setTrouble(result.trouble.message);
  };

  return (
    <Show
      when={open()}
      fallback={
        <button type="button" class="button primary" ref={opener} onClick={() => setOpen(true)}>
          Create space
        </button>
      }
    >
      <form
        onSubmit={create}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          setOpen(false);
          opener?.focus();
        }}
      >
        <div class="with-button">
          <TextField
            label="Space name"
            value={name()}
            onInput={setName}
            maxLength={TEXT_LIMITS.spaceName}
            autofocus
          />
          <button type="submit" class="button primary" aria-disabled={busy()}>
            Create
          </button>
        </div>
        <TroubleNote message={trouble()} />
      </form>
    </Show>
  );
}

function JoinSpace() {
  const { ask } = usePeer();
  const [invite, setInvite] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);

  const join = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    if (!invite().trim()) {
      setTrouble('Paste an invite link first. Somebody in the space can make one.');
      return;
    }
    setBusy(true);
    setTrouble(undefined);
    const result = await ask.joinSpace({ invite: invite().trim() });
    setBusy(false);
    if (result.ok) goTo({ at: 'space', space: result.value.space });
    else setTrouble(result.trouble.message);
  };

  return (
    <form onSubmit={join}>
      <div class="with-button">
        <TextField label="Invite link" value={invite()} onInput={setInvite} />
        <button type="submit" class="button" aria-disabled={busy()}>
          Join
        </button>
      </div>
      <TroubleNote message={trouble()} />
    </form>
  );
}

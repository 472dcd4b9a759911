import './start.css';
import { createEffect, createResource, createSignal, Match, on, Switch } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { Mark } from '../pieces/mark.tsx';
import { goTo, hideInvite } from '../router.ts';
import { newServers, previewInvite } from './invite-preview.ts';
import { NewServersNote } from './new-servers-note.tsx';

/**
 * Takes the invite of the address, once. One that leads to servers which this device does not use yet is only taken when the
 * person says so, unless they have been told of them at first run (`agreed`). Taken or bad, it leaves the address.
 */
export function Joining(props: { token: string; agreed: boolean }) {
  const { view, ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [asked, setAsked] = createSignal<readonly string[]>([]);
  const [invite] = createResource(() => props.token, previewInvite);
  const name = () => {
    const seen = invite();
    return seen?.ok ? seen.name : undefined;
  };
  document.title = 'Snug';

  const join = async () => {
    setAsked([]);
    hideInvite();
    const result = await ask.joinSpace({ invite: props.token });
    if (result.ok) goTo({ at: 'space', space: result.value.space }, 'replace');
    else setTrouble(result.trouble.message);
  };

  createEffect(
    on(invite, (seen) => {
      if (!seen) return;
      if (!seen.ok) {
        if (!seen.unread) hideInvite();
        setTrouble(seen.message);
        return;
      }
      const known = [
        ...view.links.servers.map((server) => server.url),
        ...(view.device?.server === undefined ? [] : [view.device.server]),
      ];
      const inIt = view.spaces.some((space) => space.id === seen.space && space.state === 'open');
      const strange = props.agreed || inIt ? [] : newServers(seen, location.origin, known);
      if (strange.length > 0) setAsked(strange);
      else void join();
    }),
  );

  return (
    <main class="start">
      <div class="start-sheet">
        <Mark size={52} />
        <Switch
          fallback={
            <>
              <h1>{name() ?? 'An invite'}</h1>
              <p>Taking the invite.</p>
            </>
          }
        >
          <Match when={trouble()}>
            {(message) => (
              <>
                <h1>This invite does not work</h1>
                <p role="alert" class="trouble">
                  {message()}
                </p>
                <button
                  type="button"
                  class="button"
                  onClick={() => goTo({ at: 'home' }, 'replace')}
                >
                  Go to your spaces
                </button>
              </>
            )}
          </Match>
          <Match when={asked().length > 0}>
            <h1>{name()}</h1>
            <p class="invited">
              You are invited to <strong>{name()}</strong>.
            </p>
            <NewServersNote servers={asked()} />
            <div class="start-choice">
              <button type="button" class="button primary" onClick={() => void join()}>
                Join
              </button>
              <button type="button" class="button" onClick={() => goTo({ at: 'home' }, 'replace')}>
                Not now
              </button>
            </div>
          </Match>
        </Switch>
      </div>
    </main>
  );
}

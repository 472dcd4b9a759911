import './start.css';
import { createResource, createSignal, onMount, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { Mark } from '../pieces/mark.tsx';
import { goTo } from '../router.ts';
import { previewInvite } from './invite-preview.ts';

/** Takes the invite of the address, once, and takes it out of the address: whoever sees it could use it. */
export function Joining(props: { token: string }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [invite] = createResource(() => props.token, previewInvite);
  const name = () => {
    const seen = invite();
    return seen?.ok ? seen.name : undefined;
  };

  onMount(async () => {
    const result = await ask.joinSpace({ invite: props.token });
    if (result.ok) goTo({ at: 'space', space: result.value.space }, 'replace');
    else setTrouble(result.trouble.message);
  });

  return (
    <main class="start">
      <div class="start-sheet">
        <Mark size={52} />
        <Show
          when={trouble()}
          fallback={
            <>
              <h1>{name() ?? 'An invite'}</h1>
              <p>Taking the invite.</p>
            </>
          }
        >
          {(message) => (
            <>
              <h1>This invite does not work</h1>
              <p role="alert" class="trouble">
                {message()}
              </p>
              <button type="button" class="button" onClick={() => goTo({ at: 'home' }, 'replace')}>
                Go to your spaces
              </button>
            </>
          )}
        </Show>
      </div>
    </main>
  );
}

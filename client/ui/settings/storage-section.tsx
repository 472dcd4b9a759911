import { createResource, createSignal, Show } from 'solid-js';
import { NOT_PROMISED } from '../frame/notices-for.ts';
import { usePeer } from '../peer-context.ts';
import { STANDING, usedRoom } from './storage-words.ts';

/** How much is kept here, how safely, and a way to have it safer. */
export function StorageSection() {
  const { view, ask } = usePeer();
  const [told, setTold] = createSignal('');
  // Neither on plain http nor in every browser.
  const [room] = createResource(async () => navigator.storage?.estimate?.().catch(() => undefined));
  const state = () => view.device?.storage ?? 'kept';
  const keep = async () => {
    setTold('');
    if (await ask.keepForGood()) return;
    setTold(NOT_PROMISED);
  };
  return (
    <section class="space-section" aria-label="Storage">
      <h2>Storage</h2>
      <p>{STANDING[state()]}</p>
      <Show when={usedRoom(room())}>{(words) => <p class="quiet">{words()}</p>}</Show>
      <Show when={state() === 'best-effort'}>
        <button type="button" class="button" onClick={() => void keep()}>
          Ask the browser to keep it
        </button>
      </Show>
      <p class="quiet" role="status">
        {told()}
      </p>
    </section>
  );
}

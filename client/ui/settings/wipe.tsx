import { createSignal, Show } from 'solid-js';
import type { Peer } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import { ConfirmDialog } from '../space/confirm-dialog.tsx';
import { setWipeTrouble } from './wipe-trouble.ts';

/** Erases, and starts the page as if it were opened for the first time. What is left is told by whoever draws the page then. */
async function wiped(ask: Pick<Peer, 'wipe'>) {
  const result = await ask.wipe();
  if (result.ok) {
    // The address may name a space.
    history.replaceState(null, '', location.pathname + location.search);
    location.reload();
  } else setWipeTrouble(result.trouble);
  return result;
}

export function Wipe() {
  const { view, ask } = usePeer();
  const [asked, setAsked] = createSignal(false);
  return (
    <section class="space-section" aria-label="Wipe">
      <h2>Wipe</h2>
      <p class="quiet">Erases everything that this page keeps on this device, your key among it.</p>
      <button type="button" class="button destructive" onClick={() => setAsked(true)}>
        Wipe this device
      </button>
      <Show when={asked()}>
        <ConfirmDialog
          title="Wipe this device?"
          keep="Keep everything"
          confirm="Wipe this device"
          ask={() => wiped(ask)}
          onDone={() => setAsked(false)}
          onClose={() => setAsked(false)}
        >
          <p>
            Gone from this device for good: your key and your name, every space with its messages,
            your contacts, drafts and settings.
          </p>
          <p>
            Not gone: what others hold of what you wrote, files you have exported, and your other
            devices. The others go on listing this device until somebody removes it; to leave a
            space properly, leave it first.
          </p>
          <Show when={!view.devices?.length && view.spaces.length > 0}>
            <p class="trouble">
              This is your only device. Afterwards you need new invites and are new to everybody. An
              exported file brings back what was said, not who you were.
            </p>
          </Show>
        </ConfirmDialog>
      </Show>
    </section>
  );
}

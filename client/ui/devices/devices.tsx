import './devices.css';
import { createSignal, For, onCleanup, Show } from 'solid-js';
import type { OwnDeviceView } from '../../engine/device-view.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { LinkDevice } from './link-device.tsx';

/** A section of the settings: this person's devices, and how to add one. */
export function Devices() {
  const { view } = usePeer();
  const [linking, setLinking] = createSignal(false);
  const [unlinking, setUnlinking] = createSignal<OwnDeviceView>();
  const [now, setNow] = createSignal(Date.now());
  const tick = setInterval(() => setNow(Date.now()), 30_000);
  onCleanup(() => clearInterval(tick));
  return (
    <section class="space-section devices" aria-label="Devices">
      <h2>Devices</h2>
      <p class="quiet">
        Linked devices hold the same spaces and contacts and speak as the same person. They talk to
        each other as members do: one that is away catches up when both are here.
      </p>
      <Show when={view.devices.length > 0} fallback={<p>This is your only device.</p>}>
        <ul class="device-list" aria-label="Your devices">
          <For each={view.devices}>
            {(device) => (
              <li>
                <span>
                  <strong>{device.name || 'A device without a name yet'}</strong>
                  <small>{standingOf(device, now())}</small>
                </span>
                <Show when={!device.you}>
                  <button
                    type="button"
                    class="button small"
                    onClick={() => setUnlinking(device)}
                    aria-label={`Unlink ${device.name}`}
                  >
                    Unlink
                  </button>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <button type="button" class="button primary" onClick={() => setLinking(true)}>
        Link a device
      </button>
      <Show when={linking()}>
        <LinkDevice onClose={() => setLinking(false)} />
      </Show>
      <Show when={unlinking()} keyed>
        {(device) => <Unlink device={device} onClose={() => setUnlinking(undefined)} />}
      </Show>
    </section>
  );
}

function standingOf(device: OwnDeviceView, now: number): string {
  if (device.you) return 'This device';
  if (device.here) return 'Here now';
  if (device.lastSeen === undefined) return 'Not seen yet';
  return `Last seen ${dayName(device.lastSeen, now)}, ${clockTime(device.lastSeen)}`;
}

function Unlink(props: { device: OwnDeviceView; onClose: () => void }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const unlink = async () => {
    const result = await ask.unlinkDevice({ device: props.device.peer });
    if (result.ok) props.onClose();
    else setTrouble(result.trouble.message);
  };
  return (
    <Dialog title={`Unlink ${props.device.name || 'this device'}?`} onClose={props.onClose}>
      <p>
        It is taken out of every space, and new keys follow: it reads and writes nothing more. What
        it holds by now it keeps until somebody wipes it there.
      </p>
      <TroubleNote message={trouble()} />
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => props.onClose()}>
          Cancel
        </button>
        <button type="button" class="button destructive" onClick={() => void unlink()}>
          Unlink
        </button>
      </div>
    </Dialog>
  );
}

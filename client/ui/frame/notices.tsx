import './notices.css';
import X from 'lucide-solid/icons/x';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { kept } from '../text-storage.ts';
import { noticesFor } from './notices-for.ts';

/**
 * What does not work as it should just now, a line each. Where people read and write, only what matters to that: the rest
 * is said on the pages of one's spaces and connections.
 */
export function Notices(props: { pressingOnly?: boolean }) {
  const { view } = usePeer();
  const [dismissed, setDismissed] = createSignal(kept.read('dismissed')?.split(' ') ?? []);
  const notices = createMemo(() =>
    noticesFor({
      storage: view.device?.storage ?? 'kept',
      servers: view.links.servers,
      secure: globalThis.isSecureContext,
    }).filter(
      (notice) => !notice.dismissible || !(props.pressingOnly || dismissed().includes(notice.id)),
    ),
  );
  const dismiss = (id: string) => {
    setDismissed([...dismissed(), id]);
    kept.write('dismissed', dismissed().join(' '));
  };
  return (
    <Show when={notices().length > 0}>
      <div class="notices">
        <For each={notices()}>
          {(notice) => (
            <p class="notice" classList={{ grave: notice.grave }}>
              <span>{notice.text}</span>
              <Show when={notice.dismissible}>
                <button type="button" aria-label="Dismiss" onClick={() => dismiss(notice.id)}>
                  <X size={16} stroke-width={1.7} aria-hidden="true" />
                </button>
              </Show>
            </p>
          )}
        </For>
      </div>
    </Show>
  );
}

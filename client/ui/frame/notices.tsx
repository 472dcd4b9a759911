import './notices.css';
import X from 'lucide-solid/icons/x';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { kept } from '../text-storage.ts';
import { NOT_PROMISED, noticesFor } from './notices-for.ts';

/**
 * What does not work as it should just now, a line each. Where people read and write, only what matters to that: the rest
 * is said on the pages of one's spaces and connections.
 */
export function Notices(props: { pressingOnly?: boolean }) {
  const { view, ask } = usePeer();
  const [answer, setAnswer] = createSignal('');
  const [dismissed, setDismissed] = createSignal(kept.read('dismissed')?.split(' ') ?? []);
  const notices = createMemo(() =>
    noticesFor({
      storage: view.device?.storage ?? 'kept',
      servers: view.links.servers,
      secure: globalThis.isSecureContext,
      holds: view.spaces.length > 0,
    }).filter(
      ({ id, dismissible, askable }) =>
        !dismissible || !((props.pressingOnly && !askable) || dismissed().includes(id)),
    ),
  );
  const dismiss = (id: string) => {
    setDismissed([...dismissed(), id]);
    kept.write('dismissed', dismissed().join(' '));
  };
  const keep = async () => {
    if (!(await ask.keepForGood())) setAnswer(NOT_PROMISED);
  };
  return (
    <Show when={notices().length > 0}>
      <div class="notices">
        <For each={notices()}>
          {(notice) => (
            <p class="notice" classList={{ grave: notice.grave }}>
              <span role={notice.askable ? 'status' : undefined}>
                {(notice.askable && answer()) || notice.text}
              </span>
              <Show when={notice.askable && !answer()}>
                <button type="button" class="notice-ask" onClick={() => void keep()}>
                  Ask it
                </button>
              </Show>
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

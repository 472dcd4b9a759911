import '../space/listed.css';
import './catch-up.css';
import Check from 'lucide-solid/icons/check';
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  on,
  onCleanup,
  onMount,
  Show,
} from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { WaitingView } from '../../engine/catch-up-view.ts';
import type { Result } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import { Page } from '../pieces/page.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';
import { isReadable } from '../space-standing.ts';
import { HEADINGS } from './catch-up-words.ts';
import { UnreadIn } from './unread-in.tsx';
import { Waiting } from './waiting.tsx';

/** After a change so long until it is asked what waits, ms: what comes in bursts is asked about once. */
const SETTLE_MS = 400;

type Shown = WaitingView & { readonly id: string };

/** Everything that waits for this person, on one page that has an end. */
export function CatchUpPage(props: { space: ShownSpace | undefined }) {
  const { view, ask } = usePeer();
  const [state, setState] = createStore<{ known: boolean; more: boolean; waiting: Shown[] }>({
    known: false,
    more: false,
    waiting: [],
  });
  const [trouble, setTrouble] = createSignal<string>();
  let heading: HTMLDivElement | undefined;

  const look = async () => {
    const result = await ask.catchUp({});
    if (!result.ok) {
      setTrouble(result.trouble.message);
      return;
    }
    const { waiting, more } = result.value;
    setState('waiting', reconcile(waiting.map((one) => ({ ...one, id: one.message.id }))));
    setState({ known: true, more });
  };
  onMount(() => void look());
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(
    on(
      () => view.changes,
      () => {
        timer ??= setTimeout(() => {
          timer = undefined;
          void look();
        }, SETTLE_MS);
      },
      { defer: true },
    ),
  );
  onCleanup(() => clearTimeout(timer));

  const unread = createMemo(() =>
    view.spaces
      .filter(({ state, channels }) => isReadable(state) && channels.some((c) => c.unread))
      .map(({ id }) => id),
  );
  const done = async (work: () => Promise<Result<null>>) => {
    const result = await work();
    setTrouble(result.ok ? undefined : result.trouble.message);
    await look();
    // The button that was pressed may be gone.
    if (document.activeElement === document.body) heading?.focus({ preventScroll: true });
  };
  const caughtUp = () => state.known && state.waiting.length === 0 && unread().length === 0;

  return (
    <Page
      title="Catch up"
      under="What waits for you, and then no more"
      beside={props.space}
      tools={
        <Show when={state.known && !caughtUp()}>
          <button
            type="button"
            class="button small all-read"
            onClick={() => void done(() => ask.caughtUp({ everything: true }))}
          >
            Mark all as read
          </button>
        </Show>
      }
    >
      <div class="catch-up" tabindex={-1} ref={heading}>
        <TroubleNote message={trouble()} />
        <For each={HEADINGS}>
          {([because, title]) => {
            const those = () => state.waiting.filter((one) => one.because === because);
            return (
              <Show when={those().length > 0}>
                <section class="space-section" aria-label={title}>
                  <h2>{title}</h2>
                  <ul class="waiting">
                    <For each={those()}>
                      {(one) => (
                        <Waiting
                          of={one}
                          onRead={() =>
                            void done(() =>
                              ask.caughtUp({ space: one.space, messages: [...one.messages] }),
                            )
                          }
                        />
                      )}
                    </For>
                  </ul>
                </section>
              </Show>
            );
          }}
        </For>
        <Show when={state.more}>
          <p class="quiet">More waits than is shown here. It moves up as you go on.</p>
        </Show>
        <For each={unread()}>
          {(id) => (
            <UnreadIn
              space={id}
              onRead={(space, channel) => void done(() => ask.markRead({ space, channel }))}
            />
          )}
        </For>
        <div role="status">
          <Show when={caughtUp()}>
            <p class="caught-up">
              <Check size={22} stroke-width={1.7} aria-hidden="true" />
              You are caught up
            </p>
          </Show>
        </div>
      </div>
    </Page>
  );
}

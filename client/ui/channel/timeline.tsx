import './timeline.css';
import type { EntryId } from '@snug/shared/protocol/ids.ts';
import ArrowDown from 'lucide-solid/icons/arrow-down';
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
import { nameOf, possessive } from '../pieces/names.ts';
import { countOf, dayName } from '../pieces/times-and-sizes.ts';
import type { ShownSpace, ShownTimeline } from '../shown.ts';
import { type Desk, DeskProvider } from './desk.ts';
import { earlierFor, MOST_SHOWN } from './earlier.ts';
import { Message } from './message.tsx';
import { PendingMessage } from './pending-message.tsx';
import { createPeople } from './people.ts';
import { PointerLine } from './pointer-line.tsx';
import { createPortions } from './portions.ts';
import { createStickToEnd } from './stick-to-end.ts';
import { timelineBlocks } from './timeline-blocks.ts';

/** What has been said in a channel, oldest first. */
export function Timeline(props: {
  space: ShownSpace;
  timeline: ShownTimeline | undefined;
  desk: Desk;
  /** How many of its newest messages were asked for. */
  newest: number;
  onEarlier: () => void;
  onRead: () => void;
}) {
  const [today, setToday] = createSignal(Date.now());
  const tick = setInterval(() => setToday(Date.now()), 60_000);
  onCleanup(() => clearInterval(tick));

  const messages = () => props.timeline?.messages ?? [];
  const drawn = createPortions(messages, () => props.timeline?.firstUnread);
  const cut = createMemo(() => timelineBlocks(drawn(), props.timeline?.firstUnread));
  const blocks = createMemo(() => new Map(cut().blocks.map((block) => [block.id, block])));
  const people = createPeople(() => props.space, messages);

  const pointers = createMemo(() =>
    Map.groupBy(props.timeline?.pointers ?? [], (pointer) => pointer.before),
  );
  const Pointers = (at: { before: EntryId | undefined }) => (
    <For each={pointers().get(at.before) ?? []}>
      {(pointer) => (
        <PointerLine
          pointer={pointer}
          space={props.space.id}
          here={props.timeline?.channel ?? ''}
        />
      )}
    </For>
  );

  const earlier = () => earlierFor({ more: props.timeline?.more ?? false, newest: props.newest });
  const [fetching, setFetching] = createSignal(false);
  const [behind, setBehind] = createSignal(false);
  const stick = createStickToEnd({
    onReachEnd: () => {
      setBehind(false);
      readIfSeen();
    },
  });
  const readIfSeen = () => {
    if (document.visibilityState === 'visible' && stick.atEnd() && props.timeline) props.onRead();
  };
  onMount(() => {
    document.addEventListener('visibilitychange', readIfSeen);
    onCleanup(() => document.removeEventListener('visibilitychange', readIfSeen));
  });

  // The first messages of a channel: at the "new" line if there is one, else at the end.
  let opened = false;
  createEffect(
    on([() => messages().at(-1)?.id, () => props.timeline?.pending.length], ([last], before) => {
      if (!props.timeline) return;
      if (!opened) {
        opened = true;
        stick.open();
      } else {
        const own = messages().at(-1)?.own && last !== before?.[0];
        // Which also says that it has been read.
        if (own || stick.atEnd()) return stick.toEnd();
        if (last !== before?.[0]) setBehind(true);
      }
      readIfSeen();
    }),
  );
  createEffect(
    on(
      () => messages()[0]?.id,
      () => {
        stick.restore();
        queueMicrotask(() => setFetching(false));
      },
      { defer: true },
    ),
  );

  return (
    <DeskProvider value={props.desk}>
      <div class="timeline-frame">
        <div
          class="timeline"
          role="log"
          aria-label="Timeline"
          aria-busy={fetching()}
          tabindex={0}
          ref={(log) => {
            stick.viewport(log);
            props.desk.listen(log);
          }}
        >
          <div class="timeline-inner" ref={stick.content}>
            <Show when={earlier() === 'kept'}>
              <p class="earlier-kept">
                Older messages are kept on this device; this page shows the newest{' '}
                {MOST_SHOWN.toLocaleString('en-GB')} of a channel.
              </p>
            </Show>
            <Show when={earlier() === 'more'}>
              <button
                type="button"
                class="button earlier"
                onClick={() => {
                  stick.hold();
                  setFetching(true);
                  props.onEarlier();
                }}
              >
                Show earlier messages
              </button>
            </Show>
            <Show
              when={props.timeline && messages().length === 0 && !props.timeline.pending.length}
            >
              <p class="nothing-yet">
                Nothing has been said here yet.
                <Show when={props.space.members.length === 1}>
                  {' '}
                  Press Invite, beside the space's name, and send the link to somebody.
                </Show>
              </p>
            </Show>
            <For each={cut().blocks.map((block) => block.id)}>
              {(id) => (
                <section>
                  <Show when={blocks().get(id)?.day}>
                    {(day) => <h2 class="day">{dayName(day(), today())}</h2>}
                  </Show>
                  <Show when={blocks().get(id)?.fresh}>
                    <h2 class="new-line">New since you left</h2>
                  </Show>
                  <ol>
                    <For each={blocks().get(id)?.messages ?? []}>
                      {(message) => (
                        <>
                          <Pointers before={message.id} />
                          <Message
                            message={message}
                            head={cut().heads.has(message.id)}
                            account={people.accountOf(message)}
                            mark={people.markOf(message)}
                          />
                        </>
                      )}
                    </For>
                  </ol>
                </section>
              )}
            </For>
            <Show when={pointers().has(undefined)}>
              <ol>
                <Pointers before={undefined} />
              </ol>
            </Show>
            <For each={props.timeline?.gaps ?? []}>
              {(gap) => (
                <p class="gap">
                  {`${countOf(gap.missing, 'message')} of ${possessive(nameOf(gap.authorName))} ${gap.missing === 1 ? 'has' : 'have'} not arrived.`}
                </p>
              )}
            </For>
            <Show when={props.timeline?.pending.length}>
              <ol aria-label="On their way">
                <For each={props.timeline?.pending}>
                  {(pending) => <PendingMessage pending={pending} />}
                </For>
              </ol>
            </Show>
          </div>
        </div>
        <Show when={behind()}>
          <button type="button" class="button newer" onClick={() => stick.toEnd()}>
            <ArrowDown size={16} stroke-width={1.7} aria-hidden="true" />
            Newer messages
          </button>
        </Show>
      </div>
    </DeskProvider>
  );
}

import './thread-pane.css';
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import FileText from 'lucide-solid/icons/file-text';
import Hash from 'lucide-solid/icons/hash';
import X from 'lucide-solid/icons/x';
import {
  createEffect,
  createMemo,
  createSignal,
  createUniqueId,
  For,
  on,
  onMount,
  Show,
} from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import { later } from '../pieces/later.tsx';
import { countOf, dayName } from '../pieces/times-and-sizes.ts';
import type { ShownSpace } from '../shown.ts';
import { Deleting } from './deleting.tsx';
import { createDesk, DeskProvider } from './desk.ts';
import { Message } from './message.tsx';
import { repliesWords } from './message-words.ts';
import { createPeople } from './people.ts';
import { SelectionBar } from './selection-bar.tsx';
import { createStickToEnd } from './stick-to-end.ts';
import { timelineBlocks } from './timeline-blocks.ts';
import { Writing } from './writing.tsx';

const PromoteDialog = later(
  async () => (await import('../gardening/promote-dialog.tsx')).PromoteDialog,
);

const NewPageDialog = later(
  async () => (await import('../page/new-page-dialog.tsx')).NewPageDialog,
);

/** A message and what stands under it, with a composer of its own. */
export function ThreadPane(props: {
  space: ShownSpace;
  channel: ChannelId;
  root: MessageView;
  channelName: string;
  /** It lies over the channel, instead of beside it. */
  over: boolean;
  /** A message of it that is looked for. */
  found?: EntryId | undefined;
  onFound: () => void;
  onClose: () => void;
}) {
  const heading = createUniqueId();
  const messages = createMemo(() => [props.root, ...(props.root.thread?.newest ?? [])]);
  const cut = createMemo(() => timelineBlocks(messages()));
  const blocks = createMemo(() => new Map(cut().blocks.map((block) => [block.id, block])));
  const older = () => {
    const { replies, newest } = props.root.thread ?? { replies: 0, newest: [] };
    return replies - newest.length;
  };
  const people = createPeople(() => props.space, messages);
  const desk = createDesk({
    space: () => props.space,
    channel: props.channel,
    thread: props.root.id,
    messages,
  });
  createEffect(() => {
    const { found } = props;
    if (found === undefined || !messages().some(({ id }) => id === found)) return;
    props.onFound();
    setTimeout(() => desk.find(found));
  });
  const [promoting, setPromoting] = createSignal(false);
  const [growing, setGrowing] = createSignal(false);
  const mayPromote = () => desk.mayTend(props.root);
  const stick = createStickToEnd({ onReachEnd: () => {} });
  onMount(() => stick.open());
  createEffect(
    on(
      () => messages().at(-1)?.id,
      () => {
        if (messages().at(-1)?.own || stick.atEnd()) stick.toEnd();
      },
      { defer: true },
    ),
  );

  return (
    <DeskProvider value={desk}>
      <aside
        class="thread-pane"
        classList={{ over: props.over }}
        aria-labelledby={heading}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
          if (!desk.deleting() && !desk.asking() && !promoting() && !growing()) props.onClose();
        }}
      >
        <header class="thread-head">
          <Show when={props.over}>
            <button
              type="button"
              class="icon-button"
              aria-label="Back"
              onClick={() => props.onClose()}
            >
              <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
            </button>
          </Show>
          <h2 id={heading}>
            Thread <small>{`in ${props.channelName}`}</small>
          </h2>
          <Show when={props.space.state === 'open'}>
            <button
              type="button"
              class="icon-button"
              aria-label="Grow into a page"
              title="Grow into a page"
              onClick={() => setGrowing(true)}
            >
              <FileText size={18} stroke-width={1.7} aria-hidden="true" />
            </button>
          </Show>
          <Show when={mayPromote()}>
            <button
              type="button"
              class="icon-button"
              aria-label="Make it a channel"
              title="Make it a channel"
              onClick={() => setPromoting(true)}
            >
              <Hash size={18} stroke-width={1.7} aria-hidden="true" />
            </button>
          </Show>
          <Show when={!props.over}>
            <button
              type="button"
              class="icon-button"
              aria-label="Close thread"
              onClick={() => props.onClose()}
            >
              <X size={18} stroke-width={1.7} aria-hidden="true" />
            </button>
          </Show>
        </header>
        <div class="timeline-frame">
          <div
            class="timeline"
            role="log"
            aria-labelledby={heading}
            tabindex={0}
            ref={(log) => {
              stick.viewport(log);
              desk.listen(log);
            }}
          >
            <div class="timeline-inner" ref={stick.content}>
              <For each={cut().blocks.map((block) => block.id)}>
                {(id) => (
                  <section>
                    <Show when={blocks().get(id)?.day}>
                      {(day) => <h3 class="day">{dayName(day(), Date.now())}</h3>}
                    </Show>
                    <ol>
                      <For each={blocks().get(id)?.messages ?? []}>
                        {(message) => (
                          <>
                            <Message
                              message={message}
                              head={cut().heads.has(message.id) || message.id === afterRoot()}
                              account={people.accountOf(message)}
                              mark={people.markOf(message)}
                            />
                            <Show when={message.id === props.root.id}>
                              <li class="thread-count" role="note">
                                {props.root.thread
                                  ? repliesWords(props.root.thread.replies)
                                  : 'No replies yet'}
                                <Show when={older() > 0}>
                                  {`, of which ${countOf(older(), 'older one')} ${older() === 1 ? 'is' : 'are'} not shown here`}
                                </Show>
                              </li>
                            </Show>
                          </>
                        )}
                      </For>
                    </ol>
                  </section>
                )}
              </For>
            </div>
          </div>
        </div>
        <Deleting desk={desk} />
        <SelectionBar space={props.space} desk={desk} />
        <Show when={promoting()}>
          <PromoteDialog
            space={props.space}
            root={props.root.id}
            onClose={() => setPromoting(false)}
          />
        </Show>
        <Show when={growing()}>
          <NewPageDialog
            space={props.space}
            channel={props.channel}
            thread={props.root.id}
            onClose={() => setGrowing(false)}
          />
        </Show>
        <Writing
          space={props.space}
          desk={desk}
          alone={false}
          label="Message in this thread"
          placeholder="Write in this thread"
          send="Send"
        />
      </aside>
    </DeskProvider>
  );

  /** What follows the first message shows who wrote it, though it be the same person. */
  function afterRoot(): string | undefined {
    return messages()[1]?.id;
  }
}

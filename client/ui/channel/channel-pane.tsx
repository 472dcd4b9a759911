import './channel.css';
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import Users from 'lucide-solid/icons/users';
import { createEffect, createMemo, createSignal, on, onCleanup, Show, untrack } from 'solid-js';
import { NotInYet } from '../contacts/not-in-yet.tsx';
import { ConnectionStatus } from '../frame/connection-status.tsx';
import { createMedia, NARROW, WIDE } from '../frame/media.ts';
import { MembersPanel } from '../frame/members-panel.tsx';
import { Notices } from '../frame/notices.tsx';
import { usePeer } from '../peer-context.ts';
import { hrefOf } from '../route.ts';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';
import { kept } from '../text-storage.ts';
import { ChannelMenu } from './channel-menu.tsx';
import { Deleting } from './deleting.tsx';
import { createDesk } from './desk.ts';
import { FIRST_SHOWN, MOST_SHOWN, withEarlier } from './earlier.ts';
import { createSeeking } from './seeking.ts';
import { SelectionBar } from './selection-bar.tsx';
import { ThreadPane } from './thread-pane.tsx';
import { Timeline } from './timeline.tsx';
import { TypingLine } from './typing-line.tsx';
import { Writing } from './writing.tsx';

/** One channel: its header, its timeline, the composer, and beside it who is a member. */
export function ChannelPane(props: {
  space: ShownSpace;
  channel: ChannelId;
  /** The message whose thread is open, as the address names it. */
  thread?: string | undefined;
  /** The message that is looked for, as the address names it. */
  message?: string | undefined;
}) {
  const { view, ask } = usePeer();
  const wide = createMedia(WIDE);
  const narrow = createMedia(NARROW);
  const [newest, setNewest] = createSignal(FIRST_SHOWN);
  const [shown, setShown] = createSignal(wide() && kept.read('members') !== 'closed');
  let toggle: HTMLButtonElement | undefined;

  // Crossing the breakpoint must not leave a panel lying over what is being read.
  createEffect(
    on(wide, (room) => setShown(room && kept.read('members') !== 'closed'), { defer: true }),
  );

  const channel = () => props.space.channels.find((c) => c.id === props.channel);
  const timeline = () =>
    view.timeline?.space === props.space.id && view.timeline.channel === props.channel
      ? view.timeline
      : undefined;

  const placed = (thread?: string) => ({
    at: 'space' as const,
    space: props.space.id,
    channel: props.channel,
    ...(thread === undefined ? {} : { thread }),
  });
  const desk = createDesk({
    space: () => props.space,
    channel: props.channel,
    messages: () => timeline()?.messages ?? [],
    openThread: (message) => goTo(placed(message)),
  });
  const root = createMemo(() =>
    props.thread === undefined
      ? undefined
      : timeline()?.messages.find(({ id }) => id === props.thread),
  );
  // A thread may begin further up than what is shown of the channel.
  createEffect(() => {
    if (props.thread === undefined || root() || !timeline()) return;
    if (timeline()?.more && untrack(newest) < MOST_SHOWN) setNewest(withEarlier);
    else if (!timeline()?.more) goTo(placed(), 'replace');
  });
  const seeking = createSeeking({
    space: () => props.space,
    channel: props.channel,
    message: () => props.message,
    timeline,
    showAtLeast: (enough) => setNewest((shown) => Math.max(shown, enough)),
    onFound: desk.find,
    onLost: (words) => desk.did({ words }),
  });
  const closeThread = () => {
    const from = props.thread;
    goTo(placed());
    if (from !== undefined) queueMicrotask(() => desk.focus(from));
  };

  createEffect(() => {
    const [space, channelId] = [props.space.id, props.channel];
    void ask.watch({ space, channel: channelId, newest: newest() });
  });
  onCleanup(() => void ask.watch(null));

  const showMembers = (show: boolean) => {
    setShown(show);
    if (wide()) kept.write('members', show ? undefined : 'closed');
    if (!show) toggle?.focus();
  };
  /** One thing at a time beside the channel. */
  const beside = () => {
    if (root() && wide()) return 'thread';
    return shown() ? 'members' : undefined;
  };
  const toggleMembers = () => {
    if (beside() !== 'thread') return showMembers(!shown());
    goTo(placed());
    showMembers(true);
  };
  const isWaiting = () => props.space.direct !== undefined && props.space.members.length < 2;
  const alone = () =>
    !isWaiting() && !props.space.members.some((m) => !m.you && m.tie !== 'offline');

  return (
    <div class="channel" classList={{ 'with-panel': beside() === 'members' }}>
      <div class="channel-column" inert={root() !== undefined && !wide()}>
        <header class="channel-head">
          <Show when={narrow()}>
            <a
              class="icon-button"
              href={hrefOf({ at: 'space', space: props.space.id })}
              aria-label="Back"
            >
              <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
            </a>
          </Show>
          <h1>{channel()?.name || 'name under way'}</h1>
          <Show when={channel()?.topic}>
            <p class="channel-topic">{channel()?.topic}</p>
          </Show>
          <Show when={narrow()}>
            <ConnectionStatus space={props.space} />
          </Show>
          <Show when={channel()}>{(at) => <ChannelMenu space={props.space} channel={at()} />}</Show>
          <button
            type="button"
            class="icon-button members-toggle"
            aria-label="Members"
            aria-expanded={beside() === 'members'}
            ref={toggle}
            onClick={toggleMembers}
          >
            <Users size={18} stroke-width={1.7} aria-hidden="true" />
          </button>
        </header>
        <div class="channel-notices">
          <Notices pressingOnly />
        </div>
        <Timeline
          space={props.space}
          timeline={timeline()}
          desk={desk}
          newest={newest()}
          onEarlier={() => setNewest(withEarlier)}
          onRead={() => void ask.markRead({ space: props.space.id, channel: props.channel })}
        />
        <TypingLine names={timeline()?.typing ?? []} />
        <Deleting desk={desk} />
        <Show when={isWaiting() && props.space.state === 'open' && props.space.direct}>
          {(direct) => <NotInYet direct={direct()} />}
        </Show>
        <SelectionBar space={props.space} desk={desk} />
        <Writing
          space={props.space}
          desk={desk}
          alone={alone()}
          label="Message"
          placeholder="Write a message"
          send="Send"
        />
      </div>
      <Show when={root()?.id} keyed>
        {(_) => (
          <Show when={root()}>
            {(message) => (
              <ThreadPane
                space={props.space}
                channel={props.channel}
                root={message()}
                channelName={channel()?.name || 'this channel'}
                over={!wide()}
                found={seeking.inThread()}
                onFound={seeking.shown}
                onClose={closeThread}
              />
            )}
          </Show>
        )}
      </Show>
      <Show when={beside() === 'members'}>
        <MembersPanel space={props.space} onClose={() => showMembers(false)} over={!wide()} />
      </Show>
    </div>
  );
}

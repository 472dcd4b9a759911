import './message.css';
import { Show } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import { Markdown } from '../markdown/markdown-view.tsx';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { nameOf } from '../pieces/names.ts';
import { PersonName } from '../pieces/person-name.tsx';
import { clockTime } from '../pieces/times-and-sizes.ts';
import { Ticks } from './ticks.tsx';

/** One message. Without its head the author is still said to whoever listens. */
export function Message(props: {
  message: MessageView;
  head: boolean;
  account: string;
  /** What tells the author from others of the same name. */
  mark?: string | undefined;
}) {
  const heard = () =>
    [nameOf(props.message.authorName), props.mark].filter((part) => part).join(' · ');
  const time = () => clockTime(props.message.at);
  return (
    <li class="message" classList={{ head: props.head }}>
      <Show
        when={props.head}
        fallback={
          <>
            <span class="heard-only">{`${heard()}, `}</span>
            <time class="message-time beside" datetime={new Date(props.message.at).toISOString()}>
              {time()}
            </time>
          </>
        }
      >
        <KnitAvatar of={props.account} size={36} />
        <p class="message-head">
          <PersonName class="message-author" name={props.message.authorName} mark={props.mark} />
          <time class="message-time" datetime={new Date(props.message.at).toISOString()}>
            {time()}
          </time>
          <Show when={props.message.farOff}>
            <span class="clock-ahead">clock ahead</span>
          </Show>
        </p>
      </Show>
      <div class="message-body">
        <Markdown text={props.message.text} />
        <Show when={props.message.own && props.message.delivery}>
          {(delivery) => <Ticks delivery={delivery()} />}
        </Show>
      </div>
    </li>
  );
}

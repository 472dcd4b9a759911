import './message.css';
import { Show } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { nameOf } from '../pieces/names.ts';
import { PersonName } from '../pieces/person-name.tsx';
import { clockTime } from '../pieces/times-and-sizes.ts';
import { useDesk } from './desk.ts';
import { MessageMarks } from './message-marks.tsx';
import { MessageTools } from './message-tools.tsx';
import { deletedWords } from './message-words.ts';
import { Replies } from './replies.tsx';
import { Said } from './said.tsx';
import { SelectBox } from './select-box.tsx';
import { Ticks } from './ticks.tsx';

/** One message. Without its head the author is still said to whoever listens. */
export function Message(props: {
  message: MessageView;
  head: boolean;
  account: string;
  /** What tells the author from others of the same name. */
  mark?: string | undefined;
}) {
  const desk = useDesk();
  const heard = () =>
    [nameOf(props.message.authorName), props.mark].filter((part) => part).join(' · ');
  const time = () => clockTime(props.message.at);
  return (
    <li
      class="message"
      classList={{
        head: props.head,
        active: desk?.isActive(props.message.id) ?? false,
        meant: desk?.isMeant(props.message.id) ?? false,
        selected: desk?.isSelected(props.message.id) ?? false,
        'names-you': props.message.namesYou === 'quietly',
        'asks-you': props.message.namesYou === 'urgently',
        found: desk?.isFound(props.message.id) ?? false,
      }}
      data-message={props.message.id}
      tabindex={desk ? (desk.isStop(props.message.id) ? 0 : -1) : undefined}
    >
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
          <PersonName
            class="message-author"
            name={props.message.authorName}
            account={props.account}
            mark={props.mark}
          />
          <time class="message-time" datetime={new Date(props.message.at).toISOString()}>
            {time()}
          </time>
          <Show when={props.message.farOff}>
            <span class="clock-ahead">clock ahead</span>
          </Show>
        </p>
      </Show>
      <div class="message-body">
        <Show when={props.message.deleted} fallback={<Said message={props.message} />}>
          {(deleted) => <p class="message-deleted">{deletedWords(deleted())}</p>}
        </Show>
        <Show when={props.message.own && !props.message.deleted && props.message.delivery}>
          {(delivery) => <Ticks delivery={delivery()} />}
        </Show>
      </div>
      <Show when={props.message.namesYou}>
        {(how) => (
          <span class="heard-only">
            {how() === 'urgently' ? ', asks for your attention' : ', names you'}
          </span>
        )}
      </Show>
      <MessageMarks message={props.message} />
      <Show when={desk?.thread === undefined && props.message.thread}>
        {(thread) => <Replies of={props.message.id} thread={thread()} />}
      </Show>
      <Show when={desk?.isTroubled(props.message.id) && desk.trouble()}>
        {(trouble) => (
          <p class="trouble" role="alert">
            {trouble().message}
          </p>
        )}
      </Show>
      <Show when={desk?.showsBox(props.message) && desk}>
        {(at) => <SelectBox message={props.message} desk={at()} />}
      </Show>
      <Show when={desk?.isActive(props.message.id) && desk}>
        {(at) => <MessageTools message={props.message} desk={at()} />}
      </Show>
    </li>
  );
}

import { For, type JSX, Show } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import { nameOf } from '../pieces/names.ts';
import { type Desk, useDesk } from './desk.ts';
import { namesInWords } from './message-words.ts';

/** Reactions, 👀, pin and tags, in one quiet line; nothing where there are none. Pressing a reaction gives or takes it. */
export function MessageMarks(props: { message: MessageView }) {
  const desk = useDesk();
  const seen = (answers: boolean) =>
    (props.message.seen ?? []).filter((one) => one.answers === answers);
  const any = () =>
    !props.message.deleted &&
    (props.message.reactions || props.message.seen || props.message.pinned || props.message.tags);
  const Seen = (at: { mark: string; answers: boolean; says: string }) => (
    <Show when={seen(at.answers).length > 0}>
      <Counted
        mark={at.mark}
        names={seen(at.answers).map(({ name }) => name)}
        says={at.says}
        you={seen(at.answers).some(({ you }) => you)}
        desk={desk}
        onPress={() => void desk?.markSeen(props.message, at.answers ? 2 : 1)}
      />
    </Show>
  );
  return (
    <Show when={any()}>
      <div class="message-marks">
        <For each={props.message.reactions ?? []}>
          {(reaction) => (
            <Counted
              mark={reaction.emoji}
              names={reaction.names}
              says={`${reaction.emoji} from`}
              you={reaction.you}
              desk={desk}
              onPress={() => void desk?.react(props.message, reaction.emoji)}
            />
          )}
        </For>
        <Seen mark="👀" answers={false} says="Seen by" />
        <Seen mark="👀👀" answers says="Seen, and will be answered, by" />
        <Show when={props.message.pinned}>
          {(pinned) => (
            <span class="mark" title={`Pinned by ${nameOf(pinned().byName)}`}>
              pinned
            </span>
          )}
        </Show>
        <For each={props.message.tags ?? []}>{(tag) => <span class="mark">#{tag}</span>}</For>
      </div>
    </Show>
  );
}

function Counted(props: {
  mark: string;
  names: readonly string[];
  says: string;
  you: boolean;
  desk: Desk | undefined;
  onPress: () => void;
}) {
  const words = () => `${props.says} ${namesInWords(props.names)}`;
  const shown = (): JSX.Element => (
    <>
      <span aria-hidden="true">{`${props.mark} ${props.names.length}`}</span>
      <span class="heard-only">{words()}</span>
    </>
  );
  return (
    <Show
      when={props.desk}
      fallback={
        <span class="mark" classList={{ yours: props.you }} title={words()}>
          {shown()}
        </span>
      }
    >
      <button
        type="button"
        class="mark"
        classList={{ yours: props.you }}
        title={words()}
        aria-pressed={props.you}
        onClick={() => props.onPress()}
      >
        {shown()}
      </button>
    </Show>
  );
}

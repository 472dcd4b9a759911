import './composer.css';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createEffect, createSignal, onMount, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { countOf } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { draftKey, kept } from '../text-storage.ts';
import { createUnsent } from './unsent.ts';

/** That one is typing is handed to the engine's thread so often at most, ms. */
const TYPING_MS = 1_000;
/** The counter shows when less than this is left. */
const NEAR_LIMIT = 400;

/** Where one writes. What is typed is never lost: it is kept as a draft until it is stored as a message. */
export function Composer(props: { space: SpaceId; channel: ChannelId; alone: boolean }) {
  const { ask } = usePeer();
  const key = draftKey(props.space, props.channel);
  const [text, setText] = createSignal(kept.read(key) ?? '');
  const [trouble, setTrouble] = createSignal<string>();
  const unsent = createUnsent();
  let field: HTMLTextAreaElement | undefined;

  const left = () => TEXT_LIMITS.message - text().length;
  const keep = () => kept.write(key, unsent.draftWith(text()));
  let toldAt = 0;
  const type = (value: string) => {
    setText(value);
    keep();
    const now = performance.now();
    if (!value.trim() || now - toldAt < TYPING_MS) return;
    toldAt = now;
    void ask.typing({ space: props.space, channel: props.channel });
  };

  const send = async () => {
    const message = text().trim();
    if (!message) return;
    if (left() < 0) {
      setTrouble(
        `That is ${countOf(-left(), 'character')} too long for one message. It is still here: shorten it, or send it in two.`,
      );
      return;
    }
    setTrouble(undefined);
    const done = unsent.add(message);
    setText('');
    keep();
    const result = await ask.say({ space: props.space, channel: props.channel, text: message });
    done();
    if (!result.ok) {
      setTrouble(result.trouble.message);
      setText(text() ? `${message}\n${text()}` : message);
    }
    keep();
  };

  const fingers = matchMedia('(pointer: coarse) and (hover: none)');
  const keyDown = (event: KeyboardEvent) => {
    // 229 and isComposing: the Enter that accepts a word of an input method sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229)
      return;
    if (fingers.matches) return;
    event.preventDefault();
    void send();
  };

  // Where the style sheet cannot size a field by its content, the height follows the text here.
  const sizes = CSS.supports('field-sizing', 'content');
  createEffect(() => {
    text();
    if (sizes || !field) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  });
  onMount(() => {
    if (!fingers.matches) field?.focus({ preventScroll: true });
  });

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
        field?.focus();
      }}
    >
      <TroubleNote message={trouble()} />
      <Show when={props.alone}>
        <p class="composer-hint">Nobody else is here. Your messages go out when someone comes.</p>
      </Show>
      <div class="composer-box">
        <textarea
          aria-label="Message"
          placeholder="Write a message"
          rows={1}
          ref={field}
          value={text()}
          dir="auto"
          enterkeyhint={fingers.matches ? 'enter' : 'send'}
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={keyDown}
        />
        <Show when={left() < NEAR_LIMIT}>
          <span class="composer-left" classList={{ over: left() < 0 }}>
            {left() < 0 ? `${-left()} too many` : `${left()} left`}
          </span>
        </Show>
        <button type="submit" class="button primary" aria-disabled={!text().trim()}>
          Send
        </button>
      </div>
    </form>
  );
}

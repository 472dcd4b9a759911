import './reaction-picker.css';
import { createSignal, For, onCleanup, onMount } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import type { Desk } from './desk.ts';
import { QUICK_REACTIONS } from './reactions.ts';

/** A few emoji, 👀 and 👀👀, and a field for any other. Choosing one closes it; so do Escape and going elsewhere. */
export function ReactionPicker(props: {
  message: MessageView;
  desk: Desk;
  /** @param back to the button that it came from */
  onClose: (back: boolean) => void;
}) {
  const [other, setOther] = createSignal('');
  const [above, setAbove] = createSignal(false);
  let picker: HTMLFieldSetElement | undefined;
  const given = (emoji: string) =>
    props.message.reactions?.some((one) => one.emoji === emoji && one.you) ?? false;
  const seen = (answers: boolean) =>
    props.message.seen?.some((one) => one.you && one.answers === answers) ?? false;
  const choose = (doing: Promise<boolean>) => {
    void doing;
    props.onClose(true);
  };
  const outside = (event: PointerEvent) => {
    if (event.target instanceof Node && !picker?.parentElement?.contains(event.target))
      props.onClose(false);
  };
  onMount(() => {
    const log = picker?.closest('[role="log"]');
    if (!picker || !log) return;
    setAbove(picker.getBoundingClientRect().bottom > log.getBoundingClientRect().bottom);
    picker.querySelector('button')?.focus({ preventScroll: true });
  });
  onMount(() => document.addEventListener('pointerdown', outside));
  onCleanup(() => document.removeEventListener('pointerdown', outside));

  return (
    <fieldset
      class="reaction-picker"
      classList={{ above: above() }}
      aria-label="Reactions"
      ref={picker}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.isComposing) return;
        event.stopPropagation();
        props.onClose(true);
      }}
      onFocusOut={(event) => {
        const { relatedTarget: to } = event;
        if (to instanceof Node && !event.currentTarget.parentElement?.contains(to))
          props.onClose(false);
      }}
    >
      <div class="quick-reactions">
        <For each={QUICK_REACTIONS}>
          {([emoji, name]) => (
            <button
              type="button"
              aria-label={name}
              aria-pressed={given(emoji)}
              title={name}
              onClick={() => choose(props.desk.react(props.message, emoji))}
            >
              {emoji}
            </button>
          )}
        </For>
      </div>
      <div class="seen-reactions">
        <button
          type="button"
          aria-pressed={seen(false)}
          onClick={() => choose(props.desk.markSeen(props.message, 1))}
        >
          <span aria-hidden="true">👀</span> Seen
        </button>
        <button
          type="button"
          aria-pressed={seen(true)}
          onClick={() => choose(props.desk.markSeen(props.message, 2))}
        >
          <span aria-hidden="true">👀👀</span> Seen, will answer
        </button>
      </div>
      <form
        class="other-reaction"
        onSubmit={(event) => {
          event.preventDefault();
          const emoji = other().trim();
          if (emoji) choose(props.desk.react(props.message, emoji));
        }}
      >
        <input
          type="text"
          aria-label="Another emoji"
          placeholder="Another emoji"
          autocomplete="off"
          maxlength={40}
          enterkeyhint="done"
          value={other()}
          onInput={(event) => setOther(event.currentTarget.value)}
        />
        <button type="submit" class="button" aria-disabled={!other().trim()}>
          Add
        </button>
      </form>
    </fieldset>
  );
}

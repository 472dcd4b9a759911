import { createSignal } from 'solid-js';
import type { Result } from '../../engine/view.ts';
import { TextField } from './text-field.tsx';
import { TroubleNote } from './trouble-note.tsx';

/** One line of text and a button that asks for something with it; what went wrong stands below, and the text stays. */
export function OneLineForm<T>(props: {
  label: string;
  button: string;
  /** Said when there is no text. */
  missing: string;
  /** With the text, trimmed. Not asked again before it has answered. */
  ask: (text: string) => Promise<Result<T>>;
  onDone: (value: T) => void;
  onEscape?: () => void;
  maxLength?: number;
  autofocus?: boolean;
  quiet?: boolean;
  class?: string;
}) {
  const [text, setText] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const given = text().trim();
    if (!given) {
      setTrouble(props.missing);
      return;
    }
    setBusy(true);
    setTrouble(undefined);
    const result = await props.ask(given);
    setBusy(false);
    if (result.ok) {
      setText('');
      props.onDone(result.value);
    } else setTrouble(result.trouble.message);
  };

  return (
    <form
      class={props.class}
      onSubmit={submit}
      onKeyDown={(event) => event.key === 'Escape' && props.onEscape?.()}
    >
      <div class="with-button">
        <TextField
          label={props.label}
          value={text()}
          onInput={setText}
          {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
          autofocus={props.autofocus ?? false}
        />
        <button
          type="submit"
          class="button"
          classList={{ primary: !props.quiet }}
          aria-disabled={busy()}
        >
          {props.button}
        </button>
      </div>
      <TroubleNote message={trouble()} />
    </form>
  );
}

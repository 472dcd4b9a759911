import { createUniqueId } from 'solid-js';

/** One labelled line of text. */
export function TextField(props: {
  label: string;
  value: string;
  onInput?: (value: string) => void;
  maxLength?: number;
  placeholder?: string;
  readOnly?: boolean;
  autofocus?: boolean;
  autocomplete?: string;
  ref?: (input: HTMLInputElement) => void;
}) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="text"
        ref={(input) => {
          props.ref?.(input);
          // The attribute is for dialogs, which choose what to focus when they open.
          if (props.autofocus) queueMicrotask(() => input.focus({ preventScroll: true }));
        }}
        value={props.value}
        onInput={(event) => props.onInput?.(event.currentTarget.value)}
        maxLength={props.maxLength}
        placeholder={props.placeholder}
        readOnly={props.readOnly}
        autocomplete={props.autocomplete ?? 'off'}
        spellcheck={false}
        dir="auto"
      />
    </div>
  );
}

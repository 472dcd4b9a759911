import { createSignal } from 'solid-js';
import { TextField } from './text-field.tsx';

/** Something to be copied as it is. Where the page may not copy, the text is selected for the keyboard or the menu to do it. */
export function CopyField(props: { label: string; value: string; after?: string }) {
  const [copied, setCopied] = createSignal('');
  let field: HTMLInputElement | undefined;
  const copy = async () => {
    field?.focus();
    field?.select();
    try {
      await navigator.clipboard.writeText(props.value);
      setCopied('Copied.');
    } catch {
      // No clipboard on plain http, or it was not allowed.
      setCopied('The link is selected. Copy it with your keyboard or menu.');
    }
  };
  return (
    <>
      <div class="with-button">
        <TextField
          label={props.label}
          value={props.value}
          readOnly
          autofocus
          ref={(input) => {
            field = input;
            input.addEventListener('focus', () => input.select());
          }}
        />
        <button type="button" class="button primary" onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <p class="quiet">
        <span aria-live="polite">{copied()}</span> {props.after ?? ''}
      </p>
    </>
  );
}

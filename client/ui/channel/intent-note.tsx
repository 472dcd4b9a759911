import X from 'lucide-solid/icons/x';
import { createUniqueId } from 'solid-js';
import { nameOf } from '../pieces/names.ts';
import type { Intent } from './desk.ts';

/** Above what one writes: what it answers or changes, and the way out of that. */
export function IntentNote(props: { intent: Intent; onCancel: () => void }) {
  const id = createUniqueId();
  const says = () =>
    props.intent.is === 'edit'
      ? 'Editing your message'
      : `Answering ${nameOf(props.intent.authorName)}`;
  return (
    <div class="intent-note">
      <p id={id} role="status">
        <strong>{says()}</strong>{' '}
        <span dir="auto">{props.intent.is === 'edit' ? '' : props.intent.text.slice(0, 200)}</span>
      </p>
      <button
        type="button"
        class="icon-button"
        aria-label="Cancel"
        aria-describedby={id}
        title="Cancel (Escape)"
        onClick={() => props.onCancel()}
      >
        <X size={16} stroke-width={1.7} aria-hidden="true" />
      </button>
    </div>
  );
}

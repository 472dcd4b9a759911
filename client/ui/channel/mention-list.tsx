import './mention-list.css';
import { For, Show } from 'solid-js';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { possessive } from '../pieces/names.ts';
import type { Completion, Mention, Nameable } from './mentions.ts';
import { namesInWords } from './message-words.ts';

/** Who may be meant, above what one writes. The field leads through it by keyboard. */
export function MentionList(props: {
  id: string;
  completion: Completion;
  chosen: number;
  onChoose: (person: Nameable) => void;
}) {
  return (
    <div class="mention-list" role="listbox" id={props.id} aria-label="People">
      <For each={props.completion.offers}>
        {(person, index) => (
          <button
            type="button"
            role="option"
            id={`${props.id}-${index()}`}
            tabindex={-1}
            aria-selected={props.chosen === index()}
            // The caret stays where it is.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => props.onChoose(person)}
          >
            <KnitAvatar of={person.account} size={24} />
            <bdi>{person.label}</bdi>
          </button>
        )}
      </For>
    </div>
  );
}

/** What naming people will do, before it is sent. */
export function MentionNote(props: { mentions: readonly Mention[] }) {
  const names = (urgent: boolean) =>
    props.mentions.filter((one) => one.urgent === urgent).map(({ label }) => label);
  const quiet = () => names(false);
  const urgent = () => names(true);
  const whose = () =>
    quiet().length === 1 ? possessive(quiet()[0] ?? '') : `the ${quiet().length} others’`;
  return (
    <p class="mention-note" role="status">
      <Show when={quiet().length > 0}>
        <b>@</b>
        {` waits in ${whose()} Catch up. `}
      </Show>
      <Show when={urgent().length > 0}>
        <b class="urgent">@@</b>
        {` asks ${namesInWords(urgent())} now. `}
      </Show>
      <Show when={quiet().length > 0 && urgent().length === 0}>
        <b class="urgent">@@</b>
        {' would ask now.'}
      </Show>
    </p>
  );
}

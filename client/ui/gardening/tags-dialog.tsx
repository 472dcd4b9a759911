import X from 'lucide-solid/icons/x';
import { createSignal, For, Show } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import type { Desk } from '../channel/desk.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { OneLineForm } from '../pieces/one-line-form.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import './tags-dialog.css';

/** Longest tag, UTF-16 code units. */
const TAG = 40;

/** The tags of a message: put one on, take one off. */
export function TagsDialog(props: { desk: Desk; message: MessageView; onClose: () => void }) {
  const { ask } = usePeer();
  const [tags, setTags] = createSignal(props.message.tags ?? []);
  const [trouble, setTrouble] = createSignal<string>();
  const place = () => ({ space: props.desk.space(), message: props.message.id });
  const takeOff = async (tag: string) => {
    const result = await ask.tag({ ...place(), off: [tag] });
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) setTags(tags().filter((one) => one !== tag));
  };
  return (
    <Dialog title="Tags" onClose={props.onClose}>
      <Show when={tags().length > 0} fallback={<p class="quiet">No tags yet.</p>}>
        <ul class="tags" aria-label="Tags of this message">
          <For each={tags()}>
            {(tag) => (
              <li>
                {`#${tag}`}
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Take ${tag} off`}
                  onClick={() => void takeOff(tag)}
                >
                  <X size={14} stroke-width={1.7} aria-hidden="true" />
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <TroubleNote message={trouble()} />
      <OneLineForm
        label="Tag"
        button="Add"
        missing="A tag is a word or two."
        maxLength={TAG}
        autofocus
        ask={async (text) => {
          const tag = text.replace(/^#+/, '').trim().toLowerCase();
          const result = await ask.tag({ ...place(), on: [tag] });
          return result.ok ? { ok: true, value: tag } : result;
        }}
        onDone={(tag) => setTags([...new Set([...tags(), tag])].sort())}
      />
      <p class="quiet">Everybody sees them. Messages of a tag are listed in the channel’s menu.</p>
    </Dialog>
  );
}

import FileText from 'lucide-solid/icons/file-text';
import Leaf from 'lucide-solid/icons/leaf';
import X from 'lucide-solid/icons/x';
import { createSignal, Show } from 'solid-js';
import { later } from '../pieces/later.tsx';
import { countOf } from '../pieces/times-and-sizes.ts';
import type { ShownSpace } from '../shown.ts';
import type { Desk } from './desk.ts';

const Asked = later(async () => (await import('../gardening/asked.tsx')).Asked);

const NewPageDialog = later(
  async () => (await import('../page/new-page-dialog.tsx')).NewPageDialog,
);

/** How many messages are chosen and what can be done with them; and what is asked about messages. */
export function SelectionBar(props: { space: ShownSpace; desk: Desk }) {
  const selected = () => props.desk.selected();
  const [growing, setGrowing] = createSignal(false);
  return (
    <>
      <Show when={selected().length > 0}>
        <div class="selection-bar" role="toolbar" aria-label="Selected messages">
          <p role="status">{`${countOf(selected().length, 'message')} selected`}</p>
          <button
            type="button"
            class="button"
            onClick={() => props.desk.ask({ is: 'move', messages: selected() })}
          >
            <Leaf size={16} stroke-width={1.7} aria-hidden="true" />
            Move
          </button>
          <button type="button" class="button" onClick={() => setGrowing(true)}>
            <FileText size={16} stroke-width={1.7} aria-hidden="true" />
            Grow into a page
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Clear selection"
            title="Clear selection (Escape)"
            onClick={() => props.desk.deselect()}
          >
            <X size={16} stroke-width={1.7} aria-hidden="true" />
          </button>
        </div>
      </Show>
      <Show when={growing()}>
        <NewPageDialog
          space={props.space}
          channel={props.desk.channel}
          sources={selected().map(({ id }) => id)}
          onClose={() => {
            setGrowing(false);
            props.desk.deselect();
          }}
        />
      </Show>
      <Show when={props.desk.asking()} keyed>
        {(asking) => <Asked space={props.space} desk={props.desk} asking={asking} />}
      </Show>
    </>
  );
}

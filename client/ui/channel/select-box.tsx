import './selecting.css';
import type { MessageView } from '../../engine/view.ts';
import { nameOf } from '../pieces/names.ts';
import type { Desk } from './desk.ts';

/** By which a message is chosen, to be tended with others. */
export function SelectBox(props: { message: MessageView; desk: Desk }) {
  return (
    <label
      class="select-box"
      classList={{
        selecting: props.desk.selecting(),
        over: props.desk.thread !== undefined,
      }}
    >
      <input
        type="checkbox"
        tabindex={-1}
        aria-label={`Select this message of ${nameOf(props.message.authorName)}`}
        checked={props.desk.isSelected(props.message.id)}
        onClick={(event) => {
          if (event.shiftKey) props.desk.extendTo(props.message.id);
          else props.desk.toggle(props.message.id);
        }}
      />
    </label>
  );
}

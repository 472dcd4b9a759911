import Clock from 'lucide-solid/icons/clock';
import { Show } from 'solid-js';
import type { PendingView } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import { nameOf } from '../pieces/names.ts';

/** A message that is not stored yet. */
export function PendingMessage(props: { pending: PendingView }) {
  const { view } = usePeer();
  return (
    <li class="message pending">
      <span class="heard-only">{`${nameOf(view.device?.name ?? '')}, `}</span>
      <div class="message-body">
        <p class="markdown plain" dir="auto">
          {props.pending.text}
        </p>
        <span class="ticks device" title="Being stored">
          <Clock size={14} stroke-width={1.9} aria-hidden="true" />
          <span class="heard-only">Being stored</span>
        </span>
      </div>
      <Show when={props.pending.trouble}>
        {(trouble) => <p class="trouble">{trouble().message}</p>}
      </Show>
    </li>
  );
}

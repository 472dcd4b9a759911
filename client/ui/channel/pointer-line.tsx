import Leaf from 'lucide-solid/icons/leaf';
import type { PointerView } from '../../engine/view.ts';
import { hrefOf } from '../route.ts';
import { pointerWords } from './message-words.ts';

/** Where messages have gone that stood here, and the way there. */
export function PointerLine(props: { pointer: PointerView; space: string; here: string }) {
  const place = () => {
    const { channel, thread } = props.pointer;
    return hrefOf({
      at: 'space',
      space: props.space,
      channel,
      ...(thread === undefined ? {} : { thread }),
    });
  };
  return (
    <li class="pointer" role="note">
      <Leaf size={14} stroke-width={1.7} aria-hidden="true" />
      <a href={place()}>{pointerWords(props.pointer, props.here)}</a>
    </li>
  );
}

import '../start/start.css';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { Show } from 'solid-js';
import type { DirectView } from '../../engine/view.ts';
import { createMedia, NARROW } from '../frame/media.ts';
import { Notices } from '../frame/notices.tsx';
import { nameOf } from '../pieces/names.ts';
import { hrefOf } from '../route.ts';

/** Somebody has begun to write, and this device has not been let in yet. */
export function AskedToWrite(props: { direct: DirectView }) {
  const narrow = createMedia(NARROW);
  const name = () => nameOf(props.direct.petname ?? props.direct.name);
  return (
    <div class="start">
      <div class="start-sheet">
        <Show when={narrow()}>
          <a class="back-link" href="#/">
            <ChevronLeft size={18} stroke-width={1.7} aria-hidden="true" />
            Back
          </a>
        </Show>
        <h1>{name()}</h1>
        <p role="status">
          {name()} wants to write to you. Their messages come as soon as you are both here.
        </p>
        <a class="button" href={hrefOf({ at: 'contact', account: props.direct.account })}>
          Contact
        </a>
        <Notices />
      </div>
    </div>
  );
}

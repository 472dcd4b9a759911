import './not-in-yet.css';
import { Show } from 'solid-js';
import type { DirectView } from '../../engine/view.ts';
import { nameOf } from '../pieces/names.ts';

/** Whom one has begun to write to has not come in yet. */
export function NotInYet(props: { direct: DirectView }) {
  const name = () => nameOf(props.direct.petname ?? props.direct.name);
  return (
    <p class="not-in-yet" role="note">
      <Show
        when={props.direct.knocking}
        fallback={`${name()} is told, and comes in once you are both online. What you write waits for them.`}
      >
        You have knocked at {name()}’s. It is heard when you are both online; they decide. What you
        write waits for them.
      </Show>
    </p>
  );
}

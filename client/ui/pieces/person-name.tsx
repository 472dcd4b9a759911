import './person-name.css';
import { Show } from 'solid-js';
import { usePetname } from '../peer-context.ts';
import { nameOf } from './names.ts';

/**
 * What somebody is called, and where another is called the same, `mark`: the beginning of their key. Where this person has a name
 * of their own for them it comes first.
 */
export function PersonName(props: {
  name: string;
  mark: string | undefined;
  account?: string;
  class?: string;
}) {
  const petname = usePetname(() => props.account ?? '');
  return (
    <span class={props.class}>
      <Show when={petname()} fallback={<bdi>{nameOf(props.name)}</bdi>}>
        {(called) => (
          <>
            <bdi>{called()}</bdi> <bdi class="own-name">{nameOf(props.name)}</bdi>
          </>
        )}
      </Show>
      <Show when={props.mark}>{(mark) => <span class="name-mark"> · {mark()}</span>}</Show>
    </span>
  );
}

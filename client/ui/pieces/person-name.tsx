import './person-name.css';
import { Show } from 'solid-js';
import { nameOf } from './names.ts';

/** What somebody is called, and where another is called the same, `mark`: the beginning of their key. */
export function PersonName(props: { name: string; mark: string | undefined; class?: string }) {
  return (
    <span class={props.class}>
      <bdi>{nameOf(props.name)}</bdi>
      <Show when={props.mark}>{(mark) => <span class="name-mark"> · {mark()}</span>}</Show>
    </span>
  );
}

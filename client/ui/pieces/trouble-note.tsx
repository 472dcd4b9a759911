import { Show } from 'solid-js';

/** What went wrong, beside what it went wrong with; read out when it appears. */
export function TroubleNote(props: { message: string | undefined }) {
  return (
    <div role="alert">
      <Show when={props.message}>{(message) => <p class="trouble">{message()}</p>}</Show>
    </div>
  );
}

import { type Component, createSignal, onMount, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';

/**
 * A part of the page that is loaded when it is first asked for, because the first screen does without it. What comes of
 * a failure is said where the part would stand; asking again loads again.
 */
export function later<P extends object>(load: () => Promise<Component<P>>): Component<P> {
  let known: Component<P> | undefined;
  return (props) => {
    const [part, setPart] = createSignal(known);
    const [failed, setFailed] = createSignal(false);
    onMount(() => {
      if (known) return;
      load().then(
        (loaded) => {
          known = loaded;
          setPart(() => loaded);
        },
        () => setFailed(true),
      );
    });
    return (
      <Show
        when={part()}
        fallback={
          <div role="alert">
            <Show when={failed()}>
              <p class="trouble">
                A part of the page did not load. Nothing is lost; try again when you are online.
              </p>
            </Show>
          </div>
        }
      >
        {(loaded) => <Dynamic component={loaded()} {...props} />}
      </Show>
    );
  };
}

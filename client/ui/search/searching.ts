import { createSignal, onCleanup, onMount } from 'solid-js';

/** Whether one is searching, and from where in the page that can be begun. */
export const [searching, setSearching] = createSignal(false);

const writes = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('input:not([type=checkbox], [type=radio]), textarea, select'));

/** `/` where nothing is being written, Ctrl or Cmd with K everywhere. */
export function createSearchKeys(): void {
  const press = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const asks =
      (command && event.key.toLowerCase() === 'k') ||
      (!command && event.key === '/' && !writes(event.target));
    // A dialog that is open comes first.
    if (!asks || document.querySelector('dialog[open]')) return;
    event.preventDefault();
    setSearching(true);
  };
  onMount(() => {
    addEventListener('keydown', press);
    onCleanup(() => removeEventListener('keydown', press));
  });
}

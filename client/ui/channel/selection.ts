import type { EntryId } from '@snug/shared/protocol/ids.ts';
import { createSelector, createSignal } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';

/**
 * Messages that are chosen to be tended together. What is gone from the screen, or may not be tended, is not among them.
 *
 * @param messages in the order of the screen
 * @param may whether this person may tend a message
 */
export function createSelection(
  messages: () => readonly MessageView[],
  may: (message: MessageView) => boolean,
) {
  const [chosen, setChosen] = createSignal<ReadonlySet<EntryId>>(new Set());
  const [from, setFrom] = createSignal<EntryId>();
  const selected = () =>
    chosen().size === 0 ? [] : messages().filter((one) => chosen().has(one.id) && may(one));
  const isSelected = createSelector(chosen, (id: EntryId, set: ReadonlySet<EntryId>) =>
    set.has(id),
  );
  const allowed = (id: EntryId) => messages().some((one) => one.id === id && may(one));
  return {
    /** The id of a message that is on the screen, as it is written there. */
    known: (id: string | undefined) => messages().find((one) => one.id === id)?.id,
    /** In the order of the screen. */
    selected,
    isSelected,
    selecting: () => chosen().size > 0,
    maySelect: may,
    /** Answers whether the message may be chosen at all. */
    toggle(id: EntryId): boolean {
      if (!allowed(id)) return false;
      const next = new Set(chosen());
      if (!next.delete(id)) next.add(id);
      setFrom(id);
      setChosen(next);
      return true;
    },
    /** Everything from the message that was chosen last to this one. */
    extendTo(id: EntryId): void {
      const list = messages();
      const to = list.findIndex((one) => one.id === id);
      const began = list.findIndex((one) => one.id === (from() ?? id));
      if (to < 0) return;
      const [first, last] = began < 0 ? [to, to] : [Math.min(began, to), Math.max(began, to)];
      const next = new Set(chosen());
      for (const one of list.slice(first, last + 1)) if (may(one)) next.add(one.id);
      if (from() === undefined) setFrom(id);
      setChosen(next);
    },
    deselect(): void {
      setChosen(new Set<EntryId>());
      setFrom(undefined);
    },
  };
}

/**
 * By keyboard `x` chooses a message, Shift with an arrow those up to the next, and Escape lets go. Once some are
 * chosen, so does pressing one.
 */
export function listenForSelecting(
  log: HTMLElement,
  selection: ReturnType<typeof createSelection>,
): void {
  const at = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>('[data-message]') : null;
  const idOf = (element: Element | undefined) =>
    element instanceof HTMLElement ? selection.known(element.dataset.message) : undefined;
  log.addEventListener('keydown', (event) => {
    const message = at(event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Escape' && selection.selecting()) {
      event.preventDefault();
      selection.deselect();
      return;
    }
    if (!message || event.target !== message) return;
    const id = idOf(message);
    if (id === undefined) return;
    if (event.key === 'x' || event.key === 'X') {
      if (event.shiftKey) selection.extendTo(id);
      else selection.toggle(id);
      event.preventDefault();
    }
    if (!event.shiftKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    const all = [...log.querySelectorAll<HTMLElement>('[data-message]')];
    const next = all[all.indexOf(message) + (event.key === 'ArrowUp' ? -1 : 1)];
    const to = idOf(next);
    event.preventDefault();
    if (!selection.selecting()) selection.toggle(id);
    if (to === undefined) return;
    selection.extendTo(to);
    next?.focus();
  });
  log.addEventListener('click', (event) => {
    const message = selection.selecting() ? at(event.target) : null;
    if (!message || !(event.target instanceof Element)) return;
    if (event.target.closest('a, button, input, label, [role="toolbar"]')) return;
    const id = idOf(message);
    if (id === undefined) return;
    if (event.shiftKey) selection.extendTo(id);
    else selection.toggle(id);
  });
}

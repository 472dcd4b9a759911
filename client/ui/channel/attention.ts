import { createSelector, createSignal, onCleanup } from 'solid-js';
import { nextStop } from './next-stop.ts';

/** A finger that rests so long, ms, asks for a message's tools. */
const LONG_PRESS_MS = 450;
/** And has moved no further than this, CSS pixels. */
const STILL = 10;
/** So long, ms, a message that was looked for is kept in the middle while others are drawn around it. */
const REVEALING_MS = 1_500;

/**
 * Which message of a log has the reader's attention, and with it the tools: the one under the pointer, the one that the
 * keyboard has come to, or the one that a finger rested on. One message at a time, so one strip of tools in the page.
 * In the order of the Tab key the log's messages are one stop; the arrow keys lead on from there.
 *
 * @param ids of the messages, in the order of the screen
 * @param holds while it does (a picker is open, something is asked), attention stays where it is
 */
export function createAttention(ids: () => readonly string[], holds: () => boolean) {
  const [active, setActive] = createSignal<string>();
  const [visited, setVisited] = createSignal<string>();
  let log: HTMLElement | undefined;

  const stop = () => {
    const last = visited();
    return last !== undefined && ids().includes(last) ? last : ids().at(-1);
  };
  const messageAt = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>('[data-message]') : null;
  const idAt = (target: EventTarget | null) => messageAt(target)?.dataset.message;
  const attend = (id: string | undefined) => {
    if (!holds()) setActive(id);
  };
  const focused = () => {
    const { activeElement } = document;
    return activeElement?.matches(':focus-visible') && log?.contains(activeElement)
      ? idAt(activeElement)
      : undefined;
  };
  const focus = (id: string) => {
    log?.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`)?.focus();
  };

  let revealing: MutationObserver | undefined;
  let revealed: ReturnType<typeof setTimeout> | undefined;
  const settle = () => {
    clearTimeout(revealed);
    revealing?.disconnect();
  };
  const reveal = (id: string) => {
    settle();
    if (!log) return;
    let focused = false;
    const show = () => {
      const message = log?.querySelector<HTMLElement>(`[data-message="${CSS.escape(id)}"]`);
      message?.scrollIntoView({ block: 'center' });
      if (message && !focused) message.focus({ preventScroll: true });
      focused ||= Boolean(message);
    };
    show();
    // A long list is drawn bit by bit; what comes above must not push the message away.
    revealing = new MutationObserver(show);
    revealing.observe(log, { childList: true, subtree: true });
    revealed = setTimeout(settle, REVEALING_MS);
  };

  let pointer = { x: Number.NaN, y: Number.NaN };
  const pointed = (event: PointerEvent) => {
    if (event.pointerType === 'touch') return;
    // A browser also tells of a pointer at rest under which the page moved: that takes nothing from the keyboard.
    const moved = event.screenX !== pointer.x || event.screenY !== pointer.y;
    pointer = { x: event.screenX, y: event.screenY };
    if (moved) attend(idAt(event.target));
  };

  let resting: ReturnType<typeof setTimeout> | undefined;
  let pressed = false;
  let began = { x: 0, y: 0 };
  const lift = () => clearTimeout(resting);
  const press = (event: PointerEvent) => {
    lift();
    pressed = false;
    const id = idAt(event.target);
    if (event.pointerType !== 'touch' || !id) return;
    // A link has a menu of its own.
    if (event.target instanceof Element && event.target.closest('a, button')) return;
    began = { x: event.clientX, y: event.clientY };
    resting = setTimeout(() => {
      pressed = true;
      attend(id);
    }, LONG_PRESS_MS);
  };
  const slide = (event: PointerEvent) => {
    if (Math.hypot(event.clientX - began.x, event.clientY - began.y) > STILL) lift();
  };
  const touchElsewhere = (event: PointerEvent) => {
    if (event.pointerType === 'touch' && idAt(event.target) !== active()) attend(undefined);
  };
  document.addEventListener('pointerdown', touchElsewhere);
  onCleanup(() => {
    lift();
    settle();
    document.removeEventListener('pointerdown', touchElsewhere);
  });

  const listen = (element: HTMLElement) => {
    log = element;
    element.addEventListener('pointermove', (event) => {
      pointed(event);
      slide(event);
    });
    element.addEventListener('pointerleave', (event) => {
      if (event.pointerType !== 'touch') attend(focused());
    });
    element.addEventListener('pointerdown', press);
    element.addEventListener('pointerup', lift);
    for (const own of ['wheel', 'pointerdown', 'keydown'] as const)
      element.addEventListener(own, settle, { passive: true });
    element.addEventListener('pointercancel', lift);
    element.addEventListener('contextmenu', (event) => {
      if (pressed) event.preventDefault();
    });
    element.addEventListener('focusin', (event) => {
      const id = idAt(event.target);
      if (id) setVisited(id);
      if (focused()) attend(id);
    });
    element.addEventListener('focusout', (event) => {
      const { relatedTarget: to } = event;
      if (!(to instanceof Node && element.contains(to))) attend(undefined);
    });
    element.addEventListener('keydown', (event) => {
      const from = idAt(event.target);
      if (event.target !== messageAt(event.target) || event.altKey || event.ctrlKey) return;
      if (event.metaKey || event.shiftKey) return;
      const to = nextStop(ids(), from, event.key);
      if (to === undefined) return;
      event.preventDefault();
      focus(to);
    });
  };

  return {
    listen,
    focus,
    /** Brings a message to the middle of the log, and the keyboard to it. */
    reveal,
    attend,
    isActive: createSelector(active),
    /** Whether the Tab key comes to it. */
    isStop: createSelector(stop),
  };
}

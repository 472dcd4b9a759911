import { onCleanup, onMount } from 'solid-js';

/** Closer to the end than this, in CSS pixels, counts as being there. */
const NEAR = 40;

/**
 * Keeps a scrolled view at its end while it grows, and only then: whoever has scrolled up to read is left in peace.
 */
export function createStickToEnd(options: { onReachEnd: () => void }) {
  let viewport: HTMLElement | undefined;
  let content: HTMLElement | undefined;
  let end = true;
  let held: number | undefined;

  const distance = () =>
    viewport ? viewport.scrollHeight - viewport.scrollTop - viewport.clientHeight : 0;
  const scrollToEnd = () => {
    if (end && viewport) viewport.scrollTop = viewport.scrollHeight;
  };
  const toEnd = () => {
    end = true;
    // With the frame that draws what was added: how long it is would else be worked out at once, while a message waits to be shown.
    requestAnimationFrame(scrollToEnd);
    options.onReachEnd();
  };

  onMount(() => {
    if (!viewport || !content) return;
    const scrolled = () => {
      const before = end;
      end = distance() <= NEAR;
      if (end && !before) options.onReachEnd();
    };
    viewport.addEventListener('scroll', scrolled, { passive: true });
    // Late growth too: text that becomes Markdown, a font that arrives, a keyboard that opens.
    const resized = new ResizeObserver(scrollToEnd);
    resized.observe(viewport);
    resized.observe(content);
    onCleanup(() => resized.disconnect());
  });

  return {
    viewport: (element: HTMLElement) => {
      viewport = element;
    },
    content: (element: HTMLElement) => {
      content = element;
    },
    atEnd: () => end,
    toEnd,
    /** Shows the `.new-line` near the top if there is one, else the end. */
    open(): void {
      const line = content?.querySelector<HTMLElement>('.new-line');
      end = true;
      scrollToEnd();
      options.onReachEnd();
      if (!line || !viewport) return;
      const top = line.getBoundingClientRect().top - viewport.getBoundingClientRect().top;
      if (top < 0) viewport.scrollTop += top - 64;
      end = distance() <= NEAR;
    },
    /** Remembers what is on the screen before something is put above it. */
    hold(): void {
      held = viewport ? viewport.scrollHeight - viewport.scrollTop : undefined;
    },
    /** Puts it back where it was. */
    restore(): void {
      if (held === undefined || !viewport) return;
      viewport.scrollTop = viewport.scrollHeight - held;
      held = undefined;
    },
  };
}

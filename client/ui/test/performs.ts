/** Something done on the page, by what is written there. */
export type Step =
  /** By keyboard to the message that says this. */
  | { readonly comeTo: string }
  /** Of the buttons of this name the first. */
  | { readonly press: string; readonly within?: string };

function target(step: Step): HTMLElement | undefined {
  if ('comeTo' in step)
    return [...document.querySelectorAll<HTMLElement>('[data-message]')].find((message) =>
      message.textContent?.includes(step.comeTo),
    );
  const within = step.within ?? 'body';
  return (
    document.querySelector<HTMLElement>(`${within} button[aria-label="${step.press}"]`) ??
    [...document.querySelectorAll<HTMLElement>(`${within} button`)].find(
      (button) => button.textContent?.trim() === step.press,
    )
  );
}

/** Does one after the other, each once what it needs is on the page. */
export function performs(steps: readonly Step[]): void {
  const left = [...steps];
  const watching = new MutationObserver(() => {
    for (let step = left[0]; step; step = left[0]) {
      const found = target(step);
      if (!found) return;
      left.shift();
      if ('comeTo' in step) found.focus();
      else found.click();
    }
    watching.disconnect();
  });
  watching.observe(document, { childList: true, subtree: true, attributes: true });
}

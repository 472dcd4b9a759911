/** Something done on the page, by what is written there. */
export type Step =
  /** By keyboard to the message that says this. */
  | { readonly comeTo: string }
  /** Of the buttons of this name the first. */
  | { readonly press: string; readonly within?: string }
  /** The first button on which this is written, among other things. */
  | { readonly pressWhere: string }
  /** Types into the field of this name. */
  | { readonly type: string; readonly into: string };

function target(step: Step): HTMLElement | undefined {
  if ('comeTo' in step)
    return [...document.querySelectorAll<HTMLElement>('[data-message]')].find((message) =>
      message.textContent?.includes(step.comeTo),
    );
  if ('pressWhere' in step)
    return [...document.querySelectorAll<HTMLElement>('button, [role="option"]')].find((button) =>
      button.textContent?.includes(step.pressWhere),
    );
  if ('into' in step)
    return (
      [...document.querySelectorAll('label')]
        .filter((label) => label.textContent === step.into)
        .map((label) => document.getElementById(label.htmlFor))
        .find((field) => field !== null) ??
      document.querySelector<HTMLElement>(`[aria-label="${step.into}"]`) ??
      undefined
    );
  const within = step.within ?? 'body';
  return (
    document.querySelector<HTMLElement>(`${within} button[aria-label="${step.press}"]`) ??
    [...document.querySelectorAll<HTMLElement>(`${within} button`)].find(
      (button) => button.textContent?.trim() === step.press,
    )
  );
}

function types(field: HTMLElement, text: string): void {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  field.focus();
  field.value = text;
  field.setSelectionRange(text.length, text.length);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
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
      else if ('into' in step) types(found, step.type);
      else found.click();
    }
    watching.disconnect();
  });
  watching.observe(document, { childList: true, subtree: true, attributes: true });
}

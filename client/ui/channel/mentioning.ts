import { createMemo, createSignal } from 'solid-js';
import { namesakeMarks } from '../pieces/names.ts';
import type { ShownSpace } from '../shown.ts';
import { completed, completionAt, mentionsIn, type Nameable, nameable } from './mentions.ts';

/** Naming people while one writes: who is offered, who is chosen, and whom the text names by now. */
export function createMentioning(writing: {
  readonly members: () => ShownSpace['members'];
  readonly text: () => string;
  readonly field: () => HTMLTextAreaElement | undefined;
  readonly type: (text: string) => void;
}) {
  const people = createMemo(() => nameable(writing.members(), namesakeMarks(writing.members())));
  const [caret, setCaret] = createSignal<number>();
  const [chosen, setChosen] = createSignal(0);
  const completion = createMemo(() => {
    const at = caret();
    return at === undefined ? undefined : completionAt(writing.text(), at, people());
  });
  /** The caret has moved, or left. */
  const look = (at: number | undefined) => {
    setCaret(at);
    setChosen(0);
  };
  const choose = (person: Nameable | undefined) => {
    const at = completion();
    const field = writing.field();
    if (!at || !person) return;
    const next = completed(writing.text(), at, person);
    writing.type(next.text);
    look(undefined);
    field?.focus();
    // The field has the text once the page is drawn.
    queueMicrotask(() => field?.setSelectionRange(next.caret, next.caret));
  };
  return {
    completion,
    chosen,
    choose,
    look,
    mentions: (text: string) => mentionsIn(text, people()),
    /** Answers whether the key was for the list. */
    takesKey(key: string): boolean {
      const offers = completion()?.offers ?? [];
      if (offers.length === 0) return false;
      if (key === 'ArrowDown') setChosen((chosen() + 1) % offers.length);
      else if (key === 'ArrowUp') setChosen((chosen() - 1 + offers.length) % offers.length);
      else if (key === 'Enter' || key === 'Tab') choose(offers[chosen()]);
      else if (key === 'Escape') look(undefined);
      else return false;
      return true;
    },
  };
}

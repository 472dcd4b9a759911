import { createRoot } from 'solid-js';
import { describe, expect, it } from 'vitest';
import { message } from '../test/lyre-street.ts';
import { createSelection } from './selection.ts';

const a = message('Ada', 'a', 0);
const b = message('Ada', 'b', 0);
const c = message('Ada', 'c', 0);
const d = message('Ada', 'd', 0);

/** A selection among the four, of which `forbidden` may not be tended. */
function selection(forbidden: readonly string[] = []) {
  return createRoot(() =>
    createSelection(
      () => [a, b, c, d],
      ({ text }) => !forbidden.includes(text),
    ),
  );
}
const texts = ({ selected }: ReturnType<typeof selection>) => selected().map(({ text }) => text);

describe('a selection', () => {
  it('holds what was chosen, in the order of the screen, until it is chosen again', () => {
    const some = selection();
    some.toggle(c.id);
    some.toggle(a.id);
    expect(texts(some)).toEqual(['a', 'c']);
    some.toggle(c.id);
    expect(texts(some)).toEqual(['a']);
  });

  it('reaches from what was chosen last to where it is extended, either way', () => {
    const down = selection();
    down.toggle(b.id);
    down.extendTo(d.id);
    expect(texts(down)).toEqual(['b', 'c', 'd']);
    const up = selection();
    up.toggle(c.id);
    up.extendTo(a.id);
    expect(texts(up)).toEqual(['a', 'b', 'c']);
  });

  it('leaves out what one may not tend', () => {
    const some = selection(['b']);
    expect(some.toggle(b.id)).toBe(false);
    some.toggle(a.id);
    some.extendTo(c.id);
    expect(texts(some)).toEqual(['a', 'c']);
  });

  it('is over when it is let go', () => {
    const some = selection();
    some.toggle(a.id);
    some.deselect();
    expect(some.selecting()).toBe(false);
    some.extendTo(b.id);
    expect(texts(some)).toEqual(['b']);
  });
});

import { expect, test } from 'vitest';
import { highlightsIn } from './highlights.ts';
import { phraseOf } from './words.ts';

function marked(text: string, ...typed: readonly string[]): string {
  let out = '';
  let from = 0;
  for (const { start, end } of highlightsIn(
    text,
    typed.map((one) => phraseOf(one, true)),
  )) {
    out += `${text.slice(from, start)}[${text.slice(start, end)}]`;
    from = end;
  }
  return out + text.slice(from);
}

test('words stand out where they are, as they are written there', () => {
  expect(marked('The Café, the CAFETERIA and a calf', 'cafe')).toBe(
    'The [Café], the [CAFETERIA] and a calf',
  );
  expect(marked('south wall', 'south wa')).toBe('[south] [wall]');
  expect(marked('私は日本語を話す', '日本語')).toBe('[私は日本語を話す]');
  expect(marked('nothing here', 'x')).toBe('nothing here');
});

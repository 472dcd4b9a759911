import { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parsePermalink, permalinkTo } from './permalink.ts';

const link = {
  space: v.parse(SpaceId, 'A'.repeat(43)),
  channel: v.parse(ChannelId, 'B'.repeat(21).concat('A')),
  message: v.parse(EntryId, 'C'.repeat(42).concat('A')),
};

test('a permalink names space, channel and message, whole or as what follows the #', () => {
  const text = permalinkTo('https://snug.example/', link);
  expect(text).toBe(`https://snug.example/#/space/${link.space}/${link.channel}/${link.message}`);
  expect(parsePermalink(text)).toEqual(link);
  expect(parsePermalink(text.slice(text.indexOf('#')))).toEqual(link);
  expect(parsePermalink(text.slice(text.indexOf('#') + 1))).toEqual(link);
});

test('what names no message is no permalink', () => {
  const text = permalinkTo('', link);
  for (const bad of [
    '',
    text.slice(0, -1),
    `${text}/x`,
    text.replace('space', 'join'),
    `${'x'.repeat(2000)}${text}`,
  ])
    expect(parsePermalink(bad)).toBeUndefined();
});

test('property: reading any text neither throws nor makes an id that is none', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const read = parsePermalink(`#/space/${a}/${b}/${link.message}`);
      if (read) expect(parsePermalink(permalinkTo('', read))).toEqual(read);
    }),
  );
});

import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { PeerId } from '../protocol/ids.ts';
import { deviceLink, parseDeviceLink } from './device-link.ts';
import { seeded } from './test/data.ts';

const peer = v.parse(PeerId, 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp');
const link = { secret: seeded(1, 32), peer, servers: ['https://meet.example'] };

test('a link is read back as it was made, whole, alone, and with line breaks in it', () => {
  const whole = deviceLink('https://snug.example/', link);
  expect(whole).toMatch(/^https:\/\/snug\.example\/#\/link\/[A-Za-z0-9_-]+$/);
  expect(parseDeviceLink(whole)).toEqual({ ...link, origin: 'https://snug.example' });
  expect(parseDeviceLink(whole.split('#/link/')[1] ?? '')).toEqual(link);
  expect(parseDeviceLink(` ${whole.slice(0, 60)}\n${whole.slice(60)} `)).toMatchObject(link);
});

test('a link with any character changed or missing is none', () => {
  const whole = deviceLink('https://snug.example', link);
  const begin = whole.indexOf('#/link/') + '#/link/'.length;
  fc.assert(
    fc.property(
      fc.integer({ min: begin, max: whole.length - 1 }),
      fc.constantFrom('A', 'z', '-', ''),
      (at, other) => {
        fc.pre(whole[at] !== other);
        const changed = whole.slice(0, at) + other + whole.slice(at + 1);
        expect(parseDeviceLink(changed)).toBeUndefined();
      },
    ),
  );
});

test('anything else is no link', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      expect(parseDeviceLink(text)).toBeUndefined();
      expect(parseDeviceLink(`https://snug.example/#/link/${text}`)).toBeUndefined();
    }),
  );
});

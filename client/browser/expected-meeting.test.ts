import { randomBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { inviteLink } from '@snug/shared/entries/invite.ts';
import { SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { invitesTo } from './expected-meeting.ts';

const own = 'https://snug.example';
const link = (...servers: string[]) =>
  inviteLink('https://page.example', {
    space: v.parse(SpaceId, toBase64url(randomBytes(32))),
    name: 'Lyre Street',
    lobbySecret: randomBytes(32),
    inviteSecret: randomBytes(32),
    heads: [],
    servers,
    peers: [],
  });

test.each([
  ['that names no server', link()],
  ['that names it', link(own)],
  ['that names it among others', link('https://other.example', own)],
])('an invite %s leads to the page’s own server', (_which, address) => {
  expect(invitesTo(own, address)).toBe(true);
});

test.each([
  ['an invite to other servers', link('https://other.example')],
  ['an invite that was cut', link().slice(0, -9)],
  ['another place of the page', `${own}/#/connections`],
  ['no place', own],
])('%s leads to no meeting that could be prepared', (_which, address) => {
  expect(invitesTo(own, address)).toBe(false);
});

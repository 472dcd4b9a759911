import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromBase64url, randomBytes, toBase64url } from '../crypto/bytes.ts';
import { peerIdFromPublicKey } from '../crypto/did-key.ts';
import { SpaceId } from '../protocol/ids.ts';
import {
  encodeInvite,
  type Invite,
  inviteLink,
  MAX_TOKEN_LENGTH,
  parseInvite,
  parseInviteLink,
} from './invite.ts';
import { normalServer } from './server-url.ts';

const invite: Invite = {
  space: v.parse(SpaceId, toBase64url(randomBytes(32))),
  name: 'Reading circle',
  lobbySecret: randomBytes(32),
  inviteSecret: randomBytes(32),
  heads: [randomBytes(8)],
  servers: ['https://snug.example'],
  peers: [peerIdFromPublicKey(randomBytes(32))],
};
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const host = fc.stringMatching(/^[a-z]([a-z0-9]{0,20})(\.[a-z]{2,10}){0,3}$/);
const server = fc
  .tuple(fc.constantFrom('https', 'http'), host, fc.option(fc.integer({ min: 1024, max: 65535 })))
  .map(([scheme, name, port]) => `${scheme}://${name}${port === null ? '' : `:${port}`}`);
const invites: fc.Arbitrary<Invite> = fc.record({
  space: bytes(32).map((b) => v.parse(SpaceId, toBase64url(b))),
  name: fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .map((text) => `N${text.replace(/[\p{C}\p{Z}]/gu, '')}`.normalize('NFC').slice(0, 80))
    .filter((text) => text.isWellFormed()),
  lobbySecret: bytes(32),
  inviteSecret: bytes(32),
  heads: fc.array(bytes(8), { maxLength: 2 }),
  servers: fc.array(server, { maxLength: 3 }),
  peers: fc.array(bytes(32).map(peerIdFromPublicKey), { maxLength: 3 }),
});

describe('an invite', () => {
  test('is read as it was written', () => {
    expect(parseInvite(encodeInvite(invite))).toEqual({ ok: true, invite });
  });

  test('never has more than 400 characters, and keeps what it cannot do without', () => {
    fc.assert(
      fc.property(invites, (full) => {
        const token = encodeInvite(full);
        expect(token.length).toBeLessThanOrEqual(MAX_TOKEN_LENGTH);
        const parsed = parseInvite(token);
        if (!parsed.ok) throw new Error(parsed.message);
        const { space, lobbySecret, inviteSecret, name, servers, heads, peers } = parsed.invite;
        expect({ space, lobbySecret, inviteSecret }).toEqual({
          space: full.space,
          lobbySecret: full.lobbySecret,
          inviteSecret: full.inviteSecret,
        });
        expect(full.name.startsWith(name)).toBe(true);
        expect(servers).toEqual(full.servers.slice(0, servers.length));
        expect(servers.length).toBeGreaterThanOrEqual(Math.min(1, full.servers.length));
        expect(heads).toEqual(full.heads.slice(0, heads.length));
        expect(peers).toEqual(full.peers.slice(0, peers.length));
      }),
      { numRuns: 300 },
    );
  });

  test('that is too long loses peers first, then heads, then further servers, then the end of its name', () => {
    const peers = Array.from({ length: 3 }, () => peerIdFromPublicKey(randomBytes(32)));
    const heads = [randomBytes(8), randomBytes(8)];
    const long = (n: number) => `https://${`${n}`.repeat(60)}.example`;
    const read = (change: Partial<Invite>) => {
      const parsed = parseInvite(encodeInvite({ ...invite, peers, heads, ...change }));
      if (!parsed.ok) throw new Error(parsed.message);
      return parsed.invite;
    };
    const typical = read({});
    expect(typical.peers.length).toBeGreaterThan(0);
    expect(typical.heads).toEqual(heads);
    const twoServers = [`https://a${'b'.repeat(50)}.example`, `https://c${'d'.repeat(50)}.example`];
    const crowded = read({ servers: twoServers });
    expect(crowded).toMatchObject({ servers: twoServers, peers: [], name: invite.name });
    const overfull = read({
      servers: [1, 2, 3].map((n) => long(n).replace(/\d/g, 'abc'.charAt(n - 1))),
    });
    expect(overfull).toMatchObject({ heads: [], peers: [], name: invite.name });
    expect(overfull.servers.length).toBeLessThan(3);
    const named = read({ name: '長'.repeat(80) });
    expect(named.servers).toEqual(invite.servers);
    expect(named.name.length).toBeGreaterThan(10);
    expect('長'.repeat(80).startsWith(named.name)).toBe(true);
  });

  test('may name no server: then it is the one that serves the link’s page', () => {
    expect(parseInvite(encodeInvite({ ...invite, servers: [] }))).toMatchObject({
      invite: { servers: [] },
    });
  });

  test('names servers by http or https only, without user or password', () => {
    for (const bad of [
      'ftp://snug.example',
      'javascript:alert(1)',
      'https://me:secret@snug.example',
      'https://me@snug.example',
      'https://snug.example/?q',
      'https://snug.example/#f',
      `https://${'a.'.repeat(70)}example`,
      'snug.example',
      '',
    ]) {
      expect(normalServer(bad)).toBeUndefined();
      expect(() => encodeInvite({ ...invite, servers: [bad] })).toThrow(RangeError);
    }
    expect(normalServer('HTTPS://Snug.Example:443/')).toBe('https://snug.example');
    expect(normalServer('http://192.168.1.5:8080/chat/')).toBe('http://192.168.1.5:8080/chat');
  });

  test('cut off anywhere is known to be cut off', () => {
    const token = encodeInvite(invite);
    for (let length = 3; length < token.length; length++) {
      expect(parseInvite(token.slice(0, length))).toMatchObject({ ok: false, reason: 'truncated' });
    }
  });

  test('with a slip anywhere is refused', () => {
    const token = encodeInvite(invite);
    for (let at = 0; at < token.length; at++) {
      const slip = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(parseInvite(slip)).toMatchObject({ ok: false });
    }
  });

  test('of another version says so', () => {
    const body = fromBase64url(encodeInvite(invite)).subarray(1);
    const parsed = parseInvite(toBase64url(concatBytes(Uint8Array.of(2), body)));
    expect(parsed).toMatchObject({ ok: false, reason: 'version' });
    expect(parsed).toHaveProperty('message', expect.stringContaining('another version'));
  });

  test('made of anything else is refused, and nothing throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^AY[A-Za-z0-9_-]{0,60}$/)), (text) => {
        expect(parseInvite(text)).toMatchObject({ ok: false });
        expect(parseInviteLink(text)).toMatchObject({ ok: false });
      }),
      { numRuns: 2000 },
    );
    expect(parseInvite('A'.repeat(1_000_000))).toMatchObject({ ok: false, reason: 'malformed' });
  }, 30_000);
});

describe('an invite link', () => {
  const link = inviteLink('https://snug.example', invite);

  test('has the token in its fragment, which browsers send to nobody', () => {
    expect(link).toBe(`https://snug.example/#/join/${encodeInvite(invite)}`);
    expect(new URL(link).hash).toBe(`#/join/${encodeInvite(invite)}`);
  });

  test('is read whole, or as the token alone, with white space around or a line break within', () => {
    const whole = { ok: true, invite, origin: 'https://snug.example' };
    expect(parseInviteLink(link)).toEqual(whole);
    expect(parseInviteLink(`\n  ${link}\t`)).toEqual(whole);
    expect(parseInviteLink(`${link.slice(0, 90)}\r\n${link.slice(90)}`)).toEqual(whole);
    expect(parseInviteLink(` ${encodeInvite(invite)} `)).toEqual({ ok: true, invite });
    expect(parseInviteLink(`/#/join/${encodeInvite(invite)}`)).toEqual({ ok: true, invite });
  });

  test('of a page in a folder keeps the folder', () => {
    const inFolder = inviteLink('https://example.org/snug/', invite);
    expect(parseInviteLink(inFolder)).toMatchObject({ origin: 'https://example.org/snug' });
  });

  test.each([
    ['', 'not an invite'],
    ['https://snug.example/', 'not an invite'],
    ['https://snug.example/#/join/', 'not an invite'],
    ['hello there', 'not an invite'],
    [link.slice(0, -5), 'end of this invite link is missing'],
  ])('%j is answered in words', (text, words) => {
    expect(parseInviteLink(text)).toHaveProperty('message', expect.stringContaining(words));
  });
});

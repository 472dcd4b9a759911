import { encodeInvite } from '@snug/shared/entries/invite.ts';
import { describe, expect, it } from 'vitest';
import { peerNamed, spaceNamed } from '../test/names.ts';
import { newServers, previewInvite } from './invite-preview.ts';

const invite = {
  space: spaceNamed('Lyre Street'),
  name: 'Lyre Street',
  lobbySecret: new Uint8Array(32),
  inviteSecret: new Uint8Array(32),
  heads: [],
  servers: ['https://snug.example'],
  peers: [peerNamed('Ada')],
};
const asks = (servers: readonly string[], known: readonly string[] = []) =>
  newServers({ servers }, 'https://snug.example', known);

describe('an invite', () => {
  it('says which space it is for and by which servers', async () => {
    expect(await previewInvite(encodeInvite(invite))).toEqual({
      ok: true,
      space: invite.space,
      name: 'Lyre Street',
      servers: ['https://snug.example'],
    });
    expect(await previewInvite('hello')).toMatchObject({ ok: false });
    expect(await previewInvite('hello')).not.toHaveProperty('unread');
  });

  it('of the page’s own server, or of one in use, is taken without a question', () => {
    expect(asks([])).toEqual([]);
    expect(asks(['https://snug.example', 'https://snug.example/sub'])).toEqual([]);
    expect(asks(['https://other.example'], ['https://other.example/'])).toEqual([]);
  });

  it('that leads to servers this device does not use names them first', () => {
    expect(
      asks(['https://snug.example', 'https://evil.example', 'http://plain.example:8600/a']),
    ).toEqual(['evil.example', 'http://plain.example:8600/a']);
    expect(asks(['https://evil.snug.example'])).toEqual(['evil.snug.example']);
    expect(asks(['http://snug.example'])).toEqual(['http://snug.example']);
    expect(asks(['https://snug.example:444'])).toEqual(['snug.example:444']);
  });
});

import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { inviteLink } from '@snug/shared/entries/invite.ts';
import { SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { describe, expect, it, test } from 'vitest';
import { type Asked, parseOptions } from './options.ts';

function asked(...args: readonly string[]): Asked {
  const call = parseOptions(args);
  if (call.is !== 'asked') throw new Error(call.is === 'wrong' ? call.problem : call.is);
  return call.asked;
}

const invite = (...servers: readonly string[]) => ({
  space: v.parse(SpaceId, toBase64url(new Uint8Array(32))),
  name: 'Lyre Street',
  lobbySecret: new Uint8Array(32),
  inviteSecret: new Uint8Array(32),
  heads: [],
  servers,
  peers: [],
});

describe('A peer’s server', () => {
  it('is the one that is named, else that of the invite, else the one of this machine', () => {
    const link = inviteLink('https://page.example', invite('https://snug.example'));
    expect(asked('--invite', link).server).toBe('https://snug.example');
    expect(asked('--invite', link, '--server', 'http://own.example/').server).toBe(
      'http://own.example',
    );
    expect(asked('--create', 'Lyre Street', '--keep').server).toBe('http://localhost:8600');
  });

  it('is where the page of an invite comes from that names none', () => {
    const link = inviteLink('https://page.example', invite());
    expect(asked('--invite', link).server).toBe('https://page.example');
  });
});

test('names are taken as the engine takes them', () => {
  expect(asked('--create', ' Lyre Street ', '--keep').create).toBe('Lyre Street');
});

test.each([
  [[], 'Give an --invite'],
  [['--create', 'Lyre Street'], 'gone at once'],
  [['--create', 'Lyre Street', '--invite', 'x', '--keep'], 'either'],
  [['--create', ' ', '--keep'], '--create'],
  [['--invite', 'no link'], 'invite'],
  [['--create', 'Lyre Street', '--keep', '--server', 'snug'], '--server'],
  [['--data', 'somewhere', '--wait', 'long'], '--wait'],
  [['--data', 'somewhere', '--export', 'space.snug'], 'SNUG_PASSPHRASE'],
  [['--import', 'space.snug'], 'gone at once'],
  [['--wipe'], '--data'],
  [['--wipe', '--data', 'somewhere', '--create', 'Lyre Street'], '--wipe'],
])('%j is refused with a sentence', (args, named) => {
  expect(parseOptions(args)).toMatchObject({
    is: 'wrong',
    problem: expect.stringContaining(named),
  });
});

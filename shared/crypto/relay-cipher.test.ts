import { describe, expect, test } from 'vitest';
import { randomBytes, utf8 } from './bytes.ts';
import { generateDeviceKey, openDeviceKey } from './device-key.ts';
import {
  ephemeralKeyPair,
  RELAY_OVERHEAD_BYTES,
  type RelayCipher,
  relayCipher,
} from './relay-cipher.ts';

const newPeer = async () => (await openDeviceKey(await generateDeviceKey())).peerId;
const [ada, ben, eve] = [await newPeer(), await newPeer(), await newPeer()];
const keys = { ada: ephemeralKeyPair(), ben: ephemeralKeyPair() };
const session = randomBytes(16);

const forAda = (change: Partial<Parameters<typeof relayCipher>[0]> = {}) =>
  relayCipher({
    mySecret: keys.ada.secret,
    theirPublic: keys.ben.publicKey,
    myPeer: ada,
    theirPeer: ben,
    session,
    ...change,
  });
const forBen = () =>
  relayCipher({
    mySecret: keys.ben.secret,
    theirPublic: keys.ada.publicKey,
    myPeer: ben,
    theirPeer: ada,
    session,
  });
function ready(cipher: RelayCipher | undefined): RelayCipher {
  if (cipher === undefined) throw new Error('expected a cipher');
  return cipher;
}

describe('a relayed session', () => {
  test('carries frames both ways, 24 bytes longer', () => {
    const [a, b] = [ready(forAda()), ready(forBen())];
    for (const text of ['one', '', 'three'].map(utf8)) {
      const frame = a.seal(text);
      expect(frame).toHaveLength(text.length + RELAY_OVERHEAD_BYTES);
      expect(b.open(frame)).toEqual(text);
      expect(a.open(b.seal(text))).toEqual(text);
    }
  });

  test('goes on when the relay drops frames', () => {
    const [a, b] = [ready(forAda()), ready(forBen())];
    a.seal(utf8('dropped'));
    a.seal(utf8('dropped too'));
    expect(b.open(a.seal(utf8('arrives')))).toEqual(utf8('arrives'));
  });

  test('refuses a frame that comes twice, late, or back to its sender', () => {
    const [a, b] = [ready(forAda()), ready(forBen())];
    const [first, second] = [a.seal(utf8('1')), a.seal(utf8('2'))];
    expect(b.open(second)).toEqual(utf8('2'));
    expect(b.open(second)).toBeUndefined();
    expect(b.open(first)).toBeUndefined();
    expect(a.open(first)).toBeUndefined();
  });

  test('refuses a frame that was changed or cut, and takes the honest one after it', () => {
    const [a, b] = [ready(forAda()), ready(forBen())];
    const frame = a.seal(utf8('text'));
    for (let at = 0; at < frame.length; at++) {
      const changed = frame.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      expect(b.open(changed)).toBeUndefined();
      expect(b.open(frame.subarray(0, at))).toBeUndefined();
    }
    expect(b.open(frame)).toEqual(utf8('text'));
  });

  test('is bound to both peers, both keys and the session', () => {
    const other = ephemeralKeyPair();
    for (const wrong of [
      { session: randomBytes(16) },
      { theirPeer: eve },
      { myPeer: eve },
      { mySecret: other.secret },
      { theirPublic: other.publicKey },
    ]) {
      expect(ready(forBen()).open(ready(forAda(wrong)).seal(utf8('x')))).toBeUndefined();
    }
  });

  test('does not begin with a key that gives a secret known to all, a key of a wrong length, or oneself', () => {
    expect(forAda({ theirPublic: new Uint8Array(32) })).toBeUndefined();
    expect(forAda({ theirPublic: new Uint8Array(31) })).toBeUndefined();
    expect(forAda({ theirPeer: ada })).toBeUndefined();
  });
});

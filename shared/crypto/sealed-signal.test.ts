import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SIGNALING_LIMITS } from '../protocol/limits.ts';
import { concatBytes, fromBase64url, randomBytes, utf8 } from './bytes.ts';
import { generateDeviceKey, openDeviceKey } from './device-key.ts';
import { derive } from './hkdf.ts';
import { LABELS } from './labels.ts';
import { openSignal, sealSignal } from './sealed-signal.ts';
import { signalKeyFor, topicFor } from './topic.ts';

const newDevice = async () => openDeviceKey(await generateDeviceKey());
const [ada, ben, eve] = [await newDevice(), await newDevice(), await newDevice()];
const secret = randomBytes(32);
const [topic, signalKey] = [topicFor(secret), signalKeyFor(secret)];
const [adaNonce, benNonce] = [randomBytes(16), randomBytes(16)];

const toBen = {
  signalKey,
  device: ada,
  to: ben.peerId,
  topic,
  session: randomBytes(16),
  sequence: 0,
  fromNonce: adaNonce,
  toNonce: benNonce,
  heads: randomBytes(8),
  payload: utf8('an offer with a fingerprint'),
};
const atBen = { signalKey, topic, me: ben.peerId, myNonce: benNonce };

describe('a sealed signal', () => {
  test('reaches its addressee as it was sent, and says by whom', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.maxSafeNat(),
        fc.uint8Array({ maxLength: 32 }),
        fc.uint8Array({ maxLength: 500 }),
        async (sequence, heads, payload) => {
          const sealed = await sealSignal({ ...toBen, sequence, heads, payload });
          const { session, fromNonce } = toBen;
          expect(await openSignal({ ...atBen, sealed })).toEqual({
            ok: true,
            from: ada.peerId,
            session,
            sequence,
            fromNonce,
            heads,
            payload,
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('has 174 bytes around its payload while sequence numbers are small', async () => {
    const sealed = await sealSignal(toBen);
    expect(sealed.length - toBen.payload.length).toBe(174);
  });

  test('never looks the same twice', async () => {
    expect(await sealSignal(toBen)).not.toEqual(await sealSignal(toBen));
  });

  test('cannot be read without the signal key, nor in another topic', async () => {
    const sealed = await sealSignal(toBen);
    const undecryptable = { ok: false, reason: 'undecryptable' };
    const otherKey = { ...atBen, sealed, signalKey: randomBytes(32) };
    const otherTopic = { ...atBen, sealed, topic: topicFor(randomBytes(32)) };
    expect(await openSignal(otherKey)).toEqual(undecryptable);
    expect(await openSignal(otherTopic)).toEqual(undecryptable);
  });

  test('for somebody else says so', async () => {
    const sealed = await sealSignal({ ...toBen, to: eve.peerId });
    const opened = await openSignal({ ...atBen, sealed });
    expect(opened).toEqual({ ok: false, reason: 'not-for-me', from: ada.peerId });
  });

  test('for an earlier run of the addressee’s program says so', async () => {
    const sealed = await sealSignal({ ...toBen, toNonce: randomBytes(16) });
    const opened = await openSignal({ ...atBen, sealed });
    expect(opened).toEqual({ ok: false, reason: 'stale-nonce', from: ada.peerId });
  });

  test('whose nonce only begins like the addressee’s is not taken', async () => {
    const sealed = await sealSignal({
      ...toBen,
      toNonce: concatBytes(benNonce.subarray(0, 4), randomBytes(12)),
    });
    const opened = await openSignal({ ...atBen, sealed });
    expect(opened).toEqual({ ok: false, reason: 'bad-signature', from: ada.peerId });
  });

  test('that another member signs in Ada’s name is a forgery', async () => {
    const sealed = await sealSignal({
      ...toBen,
      device: { ...eve, publicKey: ada.publicKey, peerId: ada.peerId },
    });
    const opened = await openSignal({ ...atBen, sealed });
    expect(opened).toEqual({ ok: false, reason: 'bad-signature', from: ada.peerId });
  });

  test('with any byte changed, or any end cut off, is refused and nothing throws', async () => {
    const sealed = await sealSignal(toBen);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await openSignal({ ...atBen, sealed: changed })).toMatchObject({ ok: false });
      const cut = sealed.subarray(0, at);
      expect(await openSignal({ ...atBen, sealed: cut })).toMatchObject({ ok: false });
    }
  });

  test('that a member makes up of anything is refused and nothing throws', async () => {
    const topicBytes = fromBase64url(topic);
    const key = derive(signalKey, LABELS.signalSeal, topicBytes);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (plain) => {
        const nonce = randomBytes(12);
        const cipher = chacha20poly1305(key, nonce, topicBytes);
        const sealed = concatBytes(nonce, cipher.encrypt(plain));
        expect(await openSignal({ ...atBen, sealed })).toMatchObject({ ok: false });
      }),
      { numRuns: 300 },
    );
  });

  test('out of bounds is not sent, and not looked at when it comes', async () => {
    const tooLong = new Uint8Array(SIGNALING_LIMITS.signalBytes);
    await expect(sealSignal({ ...toBen, payload: tooLong })).rejects.toThrow(RangeError);
    await expect(sealSignal({ ...toBen, heads: randomBytes(33) })).rejects.toThrow(RangeError);
    await expect(sealSignal({ ...toBen, session: randomBytes(15) })).rejects.toThrow(RangeError);
    await expect(sealSignal({ ...toBen, sequence: -1 })).rejects.toThrow(RangeError);
    const sealed = new Uint8Array(SIGNALING_LIMITS.signalBytes + 1);
    const malformed = { ok: false, reason: 'malformed' };
    expect(await openSignal({ ...atBen, sealed })).toEqual(malformed);
    expect(await openSignal({ ...atBen, sealed: new Uint8Array(0) })).toEqual(malformed);
  });
});

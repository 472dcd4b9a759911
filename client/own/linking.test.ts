import { linkCommitment, linkProof, sixWords } from '@snug/shared/crypto/device-link.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { person } from '../space/test/written-space.ts';
import {
  encodeLinkingMessage,
  type LinkingMessage,
  parseLinkingMessage,
  type Welcome,
} from './linking-messages.ts';
import { LinkingNew } from './linking-new.ts';
import { LINK_MS, LinkingOld } from './linking-old.ts';

const NOW = 1_800_000_000_000;
const laptop = await person(1);
const phone = await person(2);
const mallory = await person(3);
const secret = seeded(10, 32);

const old = (nonce = seeded(11, 32), me = laptop) =>
  new LinkingOld({ me: me.peerId, secret, nonce: () => nonce, now: NOW });
const fresh = (nonce = seeded(12, 32), me = phone, of = laptop) =>
  new LinkingNew({
    me: me.peerId,
    sealing: me.sealingPublicKey,
    old: of.peerId,
    secret,
    name: 'Phone',
    asks: false,
    nonce,
    now: NOW,
  });

const welcome: Welcome = {
  step: 'welcome',
  own: { space: seeded(20, 32), account: laptop.peerId, lobby: seeded(21, 32), servers: [] },
  spaces: [],
  name: 'Ada',
};

const said = (outputs: readonly { readonly do: string; readonly message?: LinkingMessage }[]) =>
  outputs.flatMap((output) => output.message ?? []);
const only = (messages: readonly LinkingMessage[]): LinkingMessage => {
  const [one] = messages;
  if (!one || messages.length > 1) throw new Error(`${messages.length} messages`);
  return one;
};
const toOld = (machine: LinkingOld, message: LinkingMessage, from = phone) =>
  said(machine.handle({ is: 'message', from: from.peerId, message }, NOW));
const toNew = (machine: LinkingNew, message: LinkingMessage, from = laptop) =>
  said(machine.handle({ is: 'message', from: from.peerId, message }, NOW));
const begin = (machine: LinkingNew, of = laptop) =>
  only(said(machine.handle({ is: 'up', peer: of.peerId }, NOW)));

function wordsOf(machine: LinkingOld | LinkingNew): readonly number[] {
  const { state } = machine;
  if (state.is !== 'comparing') throw new Error(`no words: ${state.is}`);
  return state.words;
}

function compared() {
  const [one, other] = [old(), fresh()];
  const nonce = only(toOld(one, begin(other)));
  const reveal = only(toNew(other, nonce));
  toOld(one, reveal);
  return { one, other };
}

test('both show the same six words, and what follows waits for the person', () => {
  const { one, other } = compared();
  expect(wordsOf(one)).toEqual(wordsOf(other));
  expect(wordsOf(one)).toHaveLength(6);
  expect(other.handle({ is: 'consented', consents: [] }, NOW)).toEqual([]);
  expect(said(one.handle({ is: 'confirmed', welcome }, NOW))).toEqual([welcome]);
  expect(other.handle({ is: 'message', from: laptop.peerId, message: welcome }, NOW)).toEqual([
    { do: 'consent', welcome },
  ]);
  const consents = only(said(other.handle({ is: 'consented', consents: [seeded(1, 64)] }, NOW)));
  expect(one.handle({ is: 'message', from: phone.peerId, message: consents }, NOW)).toMatchObject([
    { do: 'admit', peer: phone.peerId, sealing: phone.sealingPublicKey, name: 'Phone' },
  ]);
  const done = only(said(one.handle({ is: 'admitted', listed: true }, NOW)));
  expect(other.handle({ is: 'message', from: laptop.peerId, message: done }, NOW)).toEqual([
    { do: 'enter', welcome },
  ]);
  expect([one.state.is, other.state.is]).toEqual(['linked', 'linked']);
});

test('whoever stands between the two cannot make the words alike', () => {
  // Mallory is a new device to the laptop and, with a link of her own, an old one to the phone.
  const [real, phoneSide] = [old(), fresh(undefined, phone, mallory)];
  const [asNew, asOld] = [fresh(seeded(30, 32), mallory), old(seeded(31, 32), mallory)];
  toOld(real, only(toNew(asNew, only(toOld(real, begin(asNew), mallory)))), mallory);
  const reveal = only(toNew(phoneSide, only(toOld(asOld, begin(phoneSide, mallory))), mallory));
  toOld(asOld, reveal);
  expect(wordsOf(real)).not.toEqual(wordsOf(phoneSide));
});

test('a nonce that is not the one committed to ends it: words cannot be tried out', () => {
  const one = old();
  const other = fresh();
  const reveal = only(toNew(other, only(toOld(one, begin(other)))));
  if (reveal.step !== 'reveal') throw new Error(reveal.step);
  const answer = toOld(one, { ...reveal, nonce: seeded(99, 32) });
  expect(answer).toEqual([{ step: 'bye', why: 'cancelled' }]);
  expect(one.state).toEqual({ is: 'failed', why: 'broken' });
  expect(said(one.handle({ is: 'confirmed', welcome }, NOW))).toEqual([]);
});

test('nor can the old device try a second nonce, nor a second key be revealed', () => {
  const { one, other } = compared();
  toNew(other, { step: 'nonce', nonce: seeded(98, 32) });
  expect(other.state).toEqual({ is: 'failed', why: 'broken' });
  toOld(one, { step: 'reveal', nonce: seeded(12, 32), sealing: seeded(5, 32), name: 'Phone' });
  expect(one.state).toEqual({ is: 'failed', why: 'broken' });
});

test('who does not hold the link hears nothing, though they know the topic', () => {
  const one = old();
  const pair = {
    topic: one.topic,
    old: publicKeyFromPeerId(laptop.peerId),
    fresh: publicKeyFromPeerId(mallory.peerId),
    sealing: mallory.sealingPublicKey,
  };
  const commitment = linkCommitment(pair, seeded(40, 32));
  const proof = linkProof(seeded(41, 32), commitment);
  expect(toOld(one, { step: 'commit', commitment, proof }, mallory)).toEqual([]);
  expect(one.state.is).toBe('offering');
  expect(one.objection(phone.peerId, NOW)).toBeUndefined();
});

test('a welcome before the words, a consent before the welcome: each ends it', () => {
  const early = fresh();
  begin(early);
  toNew(early, welcome);
  expect(early.state).toEqual({ is: 'failed', why: 'broken' });
  const { one } = compared();
  toOld(one, { step: 'consents', consents: [seeded(1, 64)] });
  expect(one.state).toEqual({ is: 'failed', why: 'broken' });
});

test('a device that is in use waits until the person has confirmed there, too', () => {
  const asking = () => {
    const one = old();
    const other = new LinkingNew({
      me: phone.peerId,
      sealing: phone.sealingPublicKey,
      old: laptop.peerId,
      secret,
      name: 'Phone',
      asks: true,
      nonce: seeded(12, 32),
      now: NOW,
    });
    toOld(one, only(toNew(other, only(toOld(one, begin(other))))));
    return other;
  };
  const first = asking();
  expect(first.handle({ is: 'message', from: laptop.peerId, message: welcome }, NOW)).toEqual([]);
  expect(first.handle({ is: 'confirmed' }, NOW)).toEqual([{ do: 'consent', welcome }]);
  const second = asking();
  expect(second.handle({ is: 'confirmed' }, NOW)).toEqual([]);
  expect(second.handle({ is: 'message', from: laptop.peerId, message: welcome }, NOW)).toEqual([
    { do: 'consent', welcome },
  ]);
});

test('nobody but the two is listened to', () => {
  const { one, other } = compared();
  toOld(one, { step: 'bye', why: 'cancelled' }, mallory);
  toNew(other, welcome, mallory);
  expect([one.state.is, other.state.is]).toEqual(['comparing', 'comparing']);
});

test('a link that nobody confirms in five minutes lets nobody in', () => {
  const { one, other } = compared();
  const late = NOW + LINK_MS;
  expect(said(one.handle({ is: 'tick' }, late))).toEqual([{ step: 'bye', why: 'expired' }]);
  expect(said(one.handle({ is: 'confirmed', welcome }, late))).toEqual([]);
  other.handle({ is: 'tick' }, late);
  expect(other.state).toEqual({ is: 'failed', why: 'expired' });
});

test('whatever comes, in whatever order, nobody is admitted whom the person has not confirmed', () => {
  const messages: fc.Arbitrary<LinkingMessage | undefined> = fc.constantFrom<
    LinkingMessage | undefined
  >(
    undefined,
    welcome,
    { step: 'done' },
    { step: 'nonce', nonce: seeded(1, 32) },
    { step: 'consents', consents: [seeded(1, 64)] },
    { step: 'reveal', nonce: seeded(12, 32), sealing: phone.sealingPublicKey, name: 'Phone' },
    { step: 'bye', why: 'differ' },
    begin(fresh()),
    begin(fresh(seeded(30, 32), mallory)),
  );
  const from = fc.constantFrom(phone.peerId, mallory.peerId);
  fc.assert(
    fc.property(fc.array(fc.record({ from, message: messages }), { maxLength: 12 }), (all) => {
      const [one, other] = [old(), fresh()];
      for (const input of all) {
        const outputs = one.handle({ is: 'message', ...input }, NOW);
        expect(outputs.filter((output) => output.do === 'admit')).toEqual([]);
        for (const output of other.handle({ is: 'message', ...input }, NOW))
          expect(output.do).not.toBe('enter');
      }
    }),
  );
});

test('a message is read back as it was said, and other bytes as none', () => {
  expect(parseLinkingMessage(encodeLinkingMessage(welcome))).toEqual(welcome);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(parseLinkingMessage(bytes)).toBeUndefined();
    }),
  );
});

test('six words are the first 66 bits', () => {
  expect(sixWords(new Uint8Array(32).fill(0xff))).toEqual(Array(6).fill(2047));
  expect(sixWords(Uint8Array.of(0b10000000, 0b00100000, ...Array(30).fill(0)))).toEqual([
    1025, 0, 0, 0, 0, 0,
  ]);
});

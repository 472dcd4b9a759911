/** Floods: much of what is allowed, at a moment that suits a hostile member. */
import { concatBytes, fromBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { receiptKey, receiptMac } from '@snug/shared/crypto/receipt-mac.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { DIGEST_LINES, type Frame } from '../mesh/frames/frames.ts';
import { encodeAddress } from '../space/address.ts';
import { tipOf } from '../space/chain.ts';
import { MemoryStore } from '../space/store.ts';
import { loadRepo } from './automerge-node.ts';
import { must, type Resident, TestRoom, texts } from './test/room.ts';
import { Stranger } from './test/stranger.ts';

beforeAll(async () => {
  await loadRepo();
});

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

/** A disk that stands still for a while. */
class StuckStore extends MemoryStore {
  #stuck: Promise<void> | undefined;
  #release = () => {};

  stick(): void {
    this.#stuck = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#stuck = undefined;
    this.#release();
  }

  override async append(...args: Parameters<MemoryStore['append']>): Promise<void> {
    await this.#stuck;
    return super.append(...args);
  }
}

async function withEve() {
  const room = new TestRoom();
  const store = new StuckStore();
  const ada = await room.enter('Ada', store);
  residents.push(ada);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  await ada.engine.commands.watch({ space, channel, newest: 100 });
  const eve = await Stranger.with(link, room, ada);
  await eve.join();
  eve.link();
  await eve.takeAll();
  return { room, ada, eve, store, space, channel };
}

/** Time passes only when it is told to. */
function standStill(room: TestRoom): (ms: number) => void {
  let now = room.now();
  room.now = () => now;
  return (ms) => {
    now += ms;
  };
}

/** The longest that nothing else had its turn, ms, until the condition holds. */
async function longestBlock(until: () => boolean): Promise<number> {
  let longest = 0;
  let at = performance.now();
  while (!until()) {
    await new Promise((resolve) => setImmediate(resolve));
    longest = Math.max(longest, performance.now() - at);
    at = performance.now();
  }
  return longest;
}

/** Much work in few bytes: five hundred receipts, of which none is true. */
function receiptsOf(eve: Stranger) {
  const device = publicKeyFromPeerId(eve.peer);
  const receipts = Array.from({ length: 500 }, () => ({ device, mac: new Uint8Array(8) }));
  const place = { address: encodeAddress(eve.segment()), author: device };
  return {
    type: 'receipts' as const,
    groups: [{ ...place, hops: 0, tip: new Uint8Array(4), receipts }],
  };
}

test('frames that came while one had to wait are handled a few at a time', async () => {
  const { ada, eve, store } = await withEve();
  const [first, last] = [await eve.write('first'), await eve.write('last')];
  store.stick();
  eve.push(eve.segment(), first.bytes, first.deps);
  const receipts = receiptsOf(eve);
  for (let i = 0; i < 1_000; i++) eve.send(receipts);
  eve.push(eve.segment(), last.bytes, last.deps);
  store.release();
  // All at once they hold the thread for seconds, and for a minute where as many wait as may.
  expect(await longestBlock(() => texts(ada.view).includes('last'))).toBeLessThan(1_500);
});

test('what waits of a neighbour who has misbehaved is not looked at', async () => {
  const { ada, eve, store } = await withEve();
  const [first, last] = [await eve.write('first'), await eve.write('last')];
  store.stick();
  eve.push(eve.segment(), first.bytes, first.deps);
  eve.sendBytes(Uint8Array.of(1, 9));
  eve.push(eve.segment(), last.bytes, last.deps);
  expect(eve.closed).toBeUndefined();
  store.release();
  expect(await eve.untilClosed()).toMatch(/^malformed frame/);
  await ada.until('what came before', (view) => texts(view).includes('first'));
  eve.link();
  await eve.handled();
  expect(texts(ada.view)).toEqual(['first']);
});

test('frames without anything in them cannot wait without end', async () => {
  const { eve, store } = await withEve();
  const first = await eve.write('first');
  store.stick();
  eve.push(eve.segment(), first.bytes, first.deps);
  const nothing = Uint8Array.of(200);
  for (let i = 0; i < 300_000 && eve.closed === undefined; i++) eve.sendBytes(nothing);
  store.release();
  expect(await eve.untilClosed()).toBe('more came than can be looked at');
});

test('digests that tell without end are read up to a bound', async () => {
  const { room, eve, space, channel } = await withEve();
  const pass = standStill(room);
  const bytes = encodeAddress({ kind: 'segment', space, channel, number: 0 });
  /** @param first how much of the first segment she claims to hold; of the others, nothing */
  const page = (first: number) => ({
    type: 'digest' as const,
    space: fromBase64url(space),
    level: 'documents' as const,
    within: concatBytes(bytes.subarray(0, 1), bytes.subarray(33, -1)),
    after: new Uint8Array(),
    lines: Array.from({ length: DIGEST_LINES }, (_, n) => ({
      key: Uint8Array.of(n),
      hash: new Uint8Array(8),
      count: n === 0 ? first : 0,
    })),
    last: false,
    asks: false,
  });
  for (let n = 0; n < 40; n++) eve.send(page(0));
  eve.send(page(1_000));
  await eve.handled();
  const wanted = (frame: Frame) =>
    frame.type === 'want' && toHex(frame.address) === toHex(bytes) && frame.taken === 0;
  const before = eve.frames.filter(wanted).length;
  pass(10_000);
  eve.send(page(1_000));
  await eve.handled();
  expect(eve.frames.filter(wanted).length).toBe(before + 1);
  expect(before).toBe(0);
  expect(eve.closed).toBeUndefined();
});

/** Eve vouches, or pretends to, that she holds what Ada has written. */
async function withReceipts() {
  const world = await withEve();
  const { ada, eve, room, space, channel } = world;
  must(await ada.engine.commands.say({ space, channel, text: 'hello' }));
  const [said] = (await ada.until('said', (v) => texts(v).length === 1)).timeline?.messages ?? [];
  const sealing = eve.space.membership.devices.get(ada.peer)?.sealing;
  if (!said || !sealing) throw new Error('nothing was said');
  const author = publicKeyFromPeerId(ada.peer);
  const key = receiptKey(eve.device, { device: author, sealing }, 'holder');
  const claim = {
    space: fromBase64url(space),
    channel: fromBase64url(channel),
    tip: tipOf(said.id),
  };
  if (!key) throw new Error('no key');
  const place = { address: encodeAddress(eve.segment()), author, hops: 0 };
  const receipts = (tip: Uint8Array, mac: Uint8Array, count = 1) => ({
    type: 'receipts' as const,
    groups: [
      {
        ...place,
        tip,
        receipts: Array.from({ length: count }, () => ({ device: eve.device.publicKey, mac })),
      },
    ],
  });
  const tip = claim.tip.slice(0, 4);
  const pass = standStill(room);
  return {
    ...world,
    pass,
    vouch: () => eve.send(receipts(tip, receiptMac(key, claim))),
    pretend: (count: number) => eve.send(receipts(tip, new Uint8Array(8), count)),
    babble: (count: number) => eve.send(receipts(new Uint8Array(4), new Uint8Array(8), count)),
    refused: () => ada.engine.dropped.receipts.refused,
    marked: () => ada.view.timeline?.messages[0]?.delivery === 'everyone',
  };
}

test('false receipts are checked up to a bound, and nobody is punished who may only have passed them on', async () => {
  const { ada, eve, pass, vouch, pretend, refused, marked } = await withReceipts();
  for (let n = 0; n < 5; n++) pretend(500);
  vouch();
  await eve.handled();
  expect(refused()).toBe(2_501);
  expect(marked()).toBe(false);
  expect(eve.closed).toBeUndefined();
  pass(1_000);
  vouch();
  await ada.until('held', () => marked());
});

test('receipts that name no message of one’s own take nothing from what is checked', async () => {
  const { ada, eve, vouch, babble, refused, marked } = await withReceipts();
  for (let n = 0; n < 7; n++) babble(500);
  await eve.handled();
  expect(refused()).toBe(3_500);
  vouch();
  await ada.until('held', () => marked());
});

test('pushed entries with wrong signatures are judged up to a bound; who goes on is parted from', async () => {
  const { room, ada, eve } = await withEve();
  const pass = standStill(room);
  const { bytes, deps } = await eve.write('well signed');
  const forged = (n: number) => {
    const entry = bytes.slice();
    new DataView(entry.buffer).setUint32(40, n);
    return entry;
  };
  for (let n = 0; n < 100; n++) eve.push(eve.segment(), forged(n), deps);
  await eve.handled();
  // Each that was judged was asked about.
  expect(eve.frames.filter((frame) => frame.type === 'deps')).toHaveLength(20);
  eve.push(eve.segment(), bytes, deps);
  await eve.handled();
  expect(texts(ada.view)).toEqual([]);
  expect(eve.closed).toBeUndefined();
  // It comes by a repair, or when she has been honest for a moment.
  pass(1_000);
  eve.push(eve.segment(), bytes, deps);
  await ada.until('hers', (view) => texts(view).includes('well signed'));
  for (let n = 100; n < 600; n++) eve.push(eve.segment(), forged(n), deps);
  expect(await eve.untilClosed()).toMatch(/without end/);
});

/** Floods: much of what is allowed, at a moment that suits a hostile member. */
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { encodeAddress } from '../space/address.ts';
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
  return { ada, eve, store };
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

import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Frame } from '../mesh/frames/frames.ts';
import { type Address, encodeAddress, parseAddress } from '../space/address.ts';
import { loadRepo } from './automerge-node.ts';
import { everybodyLeaves, goesOn, withEve } from './test/hostile-room.ts';
import { must } from './test/room.ts';

beforeAll(async () => {
  await loadRepo();
});
afterEach(everybodyLeaves);

/** Acts, and the question for theirs. */
function isOfTheActs(frame: Frame): boolean {
  if (frame.type !== 'bulk' && frame.type !== 'depsAnswer' && frame.type !== 'want') return false;
  return parseAddress(frame.address)?.kind === 'space';
}

test('who was removed, whatever they ask by hand, is told the acts and given nothing else', async () => {
  const world = await withEve();
  const { eve, ada, space } = world;
  const before = eve.frames.length;
  must(await ada.engine.commands.removeMember({ space, account: eve.peer }));
  await eve.until('the removal', (frame) => frame.type === 'depsAnswer' && isOfTheActs(frame));
  const places: Address[] = [
    eve.segment(),
    ...eve.space.membership.epochs.map(({ id }) => ({ kind: 'epoch', space, epoch: id }) as const),
    { kind: 'space', space },
  ];
  for (const place of places) {
    const address = encodeAddress(place);
    eve.send({ type: 'want', address, taken: 0 });
    eve.send({ type: 'deps', address, id: seeded(1, 8) });
    eve.send({
      type: 'session',
      session: seeded(1, 8),
      address,
      step: 'open',
      bytes: seeded(1, 32),
    });
    eve.send({ type: 'digest', space: fromBase64url(space), level: 'space', hash: seeded(1, 8) });
  }
  await eve.until('all acts', (frame) => frame.type === 'bulk' && frame.last && isOfTheActs(frame));
  await goesOn(world);
  expect(await eve.untilClosed()).toBe('removed');
  const sent = eve.frames.slice(before).filter((frame) => !isOfTheActs(frame));
  expect(sent.map(({ type }) => type)).toEqual([]);
});

test('who was removed and comes again and again is given all acts a few times, and their links end', async () => {
  const world = await withEve();
  const { eve, ada, space } = world;
  eve.down();
  must(await ada.engine.commands.removeMember({ space, account: eve.peer }));
  for (const times of [1, 1, 1, 0]) {
    eve.link();
    expect(await eve.untilClosed()).toBe('removed');
    const told = eve.frames.filter((frame) => frame.type === 'bulk' && frame.last);
    expect(told).toHaveLength(times);
    eve.down();
  }
});

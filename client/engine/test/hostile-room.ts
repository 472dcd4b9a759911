/** For tests: a room in which two people talk and a third one, who speaks the protocol by hand, is hostile. */
import { expect } from 'vitest';
import { MemoryStore } from '../../space/store.ts';
import { must, type Resident, TestRoom, texts } from './room.ts';
import { Stranger } from './stranger.ts';

const residents: Resident[] = [];

/** Everybody leaves, and none of them has had a problem. */
export async function everybodyLeaves(): Promise<void> {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
}

export async function enter(room: TestRoom, name: string): Promise<Resident> {
  const resident = await room.enter(name, new MemoryStore());
  residents.push(resident);
  return resident;
}

/** Ada and Ben talk in a space; Eve was let in by Ada's link, holds everything and is linked to Ada. */
export async function withEve() {
  const world = await withStranger();
  const { eve } = world;
  await eve.join();
  eve.link();
  await eve.takeAll();
  expect(eve.space.writingEpoch).toBeDefined();
  return world;
}

export async function withStranger() {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  const ben = await enter(room, 'Ben');
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until(
    'open',
    (v) => v.spaces[0]?.state === 'open' && v.spaces[0].channels.length === 1,
  );
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 100 });
  must(await ada.engine.commands.say({ space, channel, text: 'before' }));
  await ben.until('before', (v) => texts(v).includes('before'));
  const eve = await Stranger.with(link, room, ada);
  return { room, ada, ben, eve, space, channel };
}

export type World = Awaited<ReturnType<typeof withStranger>>;

/** The engine keeps working: a message goes out and one comes in. */
export async function goesOn({ ada, ben, space, channel }: World): Promise<void> {
  must(await ada.engine.commands.say({ space, channel, text: 'after' }));
  await ben.until('after', (v) => texts(v).includes('after'));
  must(await ben.engine.commands.say({ space, channel, text: 'answer' }));
  for (const who of [ada, ben]) await who.until('answer', (v) => texts(v).includes('answer'));
  expect(texts(ada.view)).toEqual(texts(ben.view));
}

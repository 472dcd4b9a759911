/** In a browser the engine is a worker: what it says to a link may arrive when another has taken that one's place. */
import { afterEach, expect, test, vi } from 'vitest';
import { must, type Resident, TestRoom, texts } from './test/room.ts';

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

/** Ada and Ben are linked and have talked, so that their frames name by handles what the first ones named in full. */
async function two() {
  const room = new TestRoom();
  const [ada, ben] = [await room.enter('Ada'), await room.enter('Ben')];
  residents.push(ada, ben);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await ben.until('open', (view) => view.spaces[0]?.state === 'open');
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 100 });
  const talk = async (who: Resident, text: string) => {
    must(await who.engine.commands.say({ space, channel, text }));
    for (const each of [ada, ben]) await each.until(text, (view) => texts(view).includes(text));
  };
  await talk(ada, 'before');
  await talk(ada, 'once more');
  const say = async (text: string) => must(await ada.engine.commands.say({ space, channel, text }));
  return { room, ada, ben, say, talk };
}

type Late = ReturnType<TestRoom['delay']>['late'];

/** The number of the link that the last frame under way is for. */
const lastLink = (late: Late) =>
  late.flatMap((command) => (command.do === 'send' ? [command.link] : [])).at(-1);

/** The link goes down and another comes up; Ada has heard so, though nothing that she says is heard yet. */
async function replaced(room: TestRoom, ben: Resident, late: Late): Promise<void> {
  const before = lastLink(late);
  room.offline(ben);
  room.online(ben);
  await vi.waitFor(() => expect(lastLink(late)).not.toBe(before), { timeout: 20_000 });
}

test('frames for a link that has been replaced meanwhile go nowhere: nobody loses the new one', async () => {
  const { room, ada, ben, say, talk } = await two();
  const { late, letGo } = room.delay(ada);
  await say('late');
  await vi.waitFor(() => expect(lastLink(late)).toBeDefined(), { timeout: 20_000 });
  await replaced(room, ben, late);
  expect(texts(ben.view)).not.toContain('late');
  letGo();
  await ben.until('the repair', (view) => texts(view).includes('late'));
  await talk(ben, 'after');
  await talk(ada, 'and after that');
  expect([...ada.closedBy, ...ben.closedBy]).toEqual([]);
});

test('a link is not closed for what came over the one before', async () => {
  const { room, ada, ben, say, talk } = await two();
  const { late, letGo } = room.delay(ada);
  await say('late');
  await vi.waitFor(() => expect(lastLink(late)).toBeDefined(), { timeout: 20_000 });
  room.inject(ben, ada, Uint8Array.of(1));
  const closes = () => late.some((command) => command.do === 'close');
  await vi.waitFor(() => expect(closes()).toBe(true), { timeout: 20_000 });
  await replaced(room, ben, late);
  letGo();
  expect(room.linked(ada, ben)).toBe(true);
  await talk(ben, 'after');
  await talk(ada, 'and after that');
});

import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { expect, onTestFinished, test } from 'vitest';
import { wallClock } from '../mesh/clock.ts';
import type { LinksCommand } from '../mesh/links-port.ts';
import { conceive, found } from '../space/founding.ts';
import { Space } from '../space/space.ts';
import { SPACES_KEY } from '../space/space-record.ts';
import { MemoryStore } from '../space/store.ts';
import { person } from '../space/test/written-space.ts';
import { loadRepo } from './automerge-node.ts';
import { NAME_KEY } from './display-name.ts';
import { Engine } from './engine.ts';
import { must, texts } from './test/room.ts';

const NOW = Date.now();
/** More than is read back first. */
const MANY = 260;
const SHOWN = 50;

/** Ada's device, with a channel of two segments on its disk. */
async function adas() {
  const ada = await person(1);
  const { genesis, record } = await conceive(ada, 'Lyre Street', []);
  const store = new MemoryStore();
  const space = new Space({ record, device: ada, store, onChange: () => {} });
  const names = { space: 'Lyre Street', person: 'Ada' };
  const channel = await found(space, ada, genesis, names, NOW);
  const say = (number: number, text: string) =>
    space.exclusively(() =>
      space.writeSealed(
        space.log({ kind: 'segment', space: record.id, channel, number }),
        space.channel(channel),
        { kind: 'message', content: { text } },
        NOW,
      ),
    );
  await say(0, 'the first');
  for (let i = 1; i <= MANY; i++) await say(1, `the ${i}th of the second segment`);
  await space.save();
  await store.put(SPACES_KEY, [record.id]);
  await store.put(NAME_KEY, 'Ada');
  const told: LinksCommand[] = [];
  const engine = new Engine({
    store,
    storage: 'kept',
    device: ada,
    server: 'https://snug.test',
    page: 'https://snug.test/',
    clock: wallClock,
    randomBytes,
    links: (command) => told.push(command),
    onView: () => {},
    loadRepo,
    tabs: [],
    onProblem: (problem) => {
      throw problem;
    },
  });
  onTestFinished(() => engine.close());
  return { engine, told, watched: { space: record.id, channel, newest: SHOWN } };
}

test('the newest screen is shown before the rest has been read back, and nothing is told to be missing', async () => {
  const { engine, watched } = await adas();
  await engine.open();
  must(await engine.commands.watch(watched));
  const view = engine.view();
  expect(view.phase).toBe('ready');
  expect(texts(view)).toHaveLength(SHOWN);
  expect(texts(view).at(-1)).toBe(`the ${MANY}th of the second segment`);
  expect(view.timeline?.gaps).toEqual([]);
  expect(view.timeline?.more).toBe(true);
  await engine.start();
  must(await engine.commands.watch({ ...watched, newest: 2 * MANY }));
  expect(texts(engine.view())).toHaveLength(MANY + 1);
  expect(engine.view().timeline?.gaps).toEqual([]);
});

test('others are met when everything has been read back, and not sooner', async () => {
  const { engine, told, watched } = await adas();
  await engine.open();
  must(await engine.commands.watch(watched));
  expect(told).toEqual([]);
  await engine.start();
  expect(told.some((command) => command.do === 'join')).toBe(true);
});

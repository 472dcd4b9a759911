/**
 * An engine that speaks with its links through a `MessagePort`, as in a browser, over real links: what it says is under way when
 * the link that it is for has gone and another has come.
 */
import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { afterEach, expect, test, vi } from 'vitest';
import { loadRepo } from '../engine/automerge-node.ts';
import { Engine } from '../engine/engine.ts';
import type { Result } from '../engine/view.ts';
import { wallClock } from '../mesh/clock.ts';
import { createLinks } from '../mesh/device/links.ts';
import type { LinksCommand, LinksEvent } from '../mesh/links-port.ts';
import { MemoryStore } from '../space/store.ts';
import { startServer } from './test/signaling-server.ts';

// Real sockets on a busy machine: the test waits for conditions, not for time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const open: (() => Promise<void>)[] = [];
const problems: unknown[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  expect(problems.splice(0)).toEqual([]);
});

/** Everything is relayed, so that a link is there as soon as it is wanted. */
async function peer(name: string, server: string) {
  const device = await openDeviceKey(await generateDeviceKey({ extractable: true }));
  const { port1: toLinks, port2: toEngine } = new MessageChannel();
  const events: LinksEvent[] = [];
  let held: LinksCommand[] | undefined;
  const links = createLinks({
    device,
    ownServer: server,
    emit: (event) => {
      events.push(event);
      toEngine.postMessage(event);
    },
    onProblem: (problem) => problems.push(problem),
  });
  toEngine.onmessage = ({ data }: MessageEvent<LinksCommand>) => {
    if (held) held.push(data);
    else links.command(data);
  };
  const engine = new Engine({
    store: new MemoryStore(),
    storage: 'kept',
    device,
    server,
    page: `${server}/`,
    clock: wallClock,
    randomBytes,
    links: (command) =>
      toLinks.postMessage(command, command.do === 'send' ? [command.frame.buffer] : []),
    onView: () => undefined,
    loadRepo,
    tabs: [],
    onProblem: (problem) => problems.push(problem),
  });
  toLinks.onmessage = ({ data }: MessageEvent<LinksEvent>) => engine.linksEvent(data);
  open.push(async () => {
    await links.close();
    await engine.close();
    toLinks.close();
  });
  await engine.start();
  must(await engine.commands.setName({ name }));
  const hold = () => {
    const late: LinksCommand[] = [];
    held = late;
    const letGo = () => {
      held = undefined;
      for (const command of late) links.command(command);
    };
    return { late, letGo };
  };
  const count = (is: 'up' | 'down') => events.filter((event) => event.is === is).length;
  return { engine, links, hold, count };
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.trouble.message);
  return result.value;
}

const eventually = (what: string, condition: () => boolean) =>
  vi.waitFor(() => expect(condition(), what).toBe(true), { timeout: 30_000, interval: 20 });

test('what an engine said to a link that has been replaced does not reach the new one, and that one stays', async () => {
  const { server, url } = await startServer();
  open.push(() => server.close());
  const [ada, ben] = [await peer('Ada', url), await peer('Ben', url)];
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  must(await ben.engine.commands.joinSpace({ invite: link }));
  for (const { engine } of [ada, ben])
    must(await engine.commands.watch({ space, channel, newest: 100 }));
  const say = async (who: typeof ada, text: string) =>
    must(await who.engine.commands.say({ space, channel, text }));
  const heard = (text: string) =>
    eventually(text, () =>
      [ada, ben].every(({ engine }) =>
        engine.view().timeline?.messages.some((message) => message.text === text),
      ),
    );
  await eventually('the space is open', () => ben.engine.view().spaces[0]?.state === 'open');
  // The second names by a handle what the first has named in full.
  for (const text of ['before', 'once more']) {
    await say(ada, text);
    await heard(text);
  }
  const { late, letGo } = ada.hold();
  await say(ada, 'late');
  const sent = () => late.some((command) => command.do === 'send');
  await eventually('Ada’s engine has sent it', sent);
  const ups = [ada, ben].map(({ count }) => count('up'));
  const [first] = ben.links.status().links;
  if (!first) throw new Error('no link');
  const name = { peer: first.peer, link: first.link };
  ben.links.command({ ...name, do: 'close', reason: 'a test', misbehaved: false });
  await eventually('another link', () =>
    [ada, ben].every(({ count }, i) => count('up') > (ups[i] ?? 0)),
  );
  const downs = () => ada.count('down') + ben.count('down');
  const before = downs();
  letGo();
  await heard('late');
  await say(ben, 'after');
  await heard('after');
  expect(downs()).toBe(before);
});

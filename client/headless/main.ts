/**
 * `npm run peer`: joins a space from an invite link, prints what it receives as one JSON object a line, says something
 * if asked to, and stays with `--keep`. Standard output holds nothing but those lines; what a person may want to
 * know goes to standard error.
 */
import { parseArgs } from 'node:util';
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { View } from '../engine/view.ts';
import { cleanUpNodeWebrtc, nodeWebrtc } from '../mesh/link/node-webrtc.ts';
import { MemoryStore, StoreError } from '../space/store.ts';
import { createNodePeer } from './node-peer.ts';
import { SqliteStore } from './sqlite-store.ts';

const USAGE = `Usage: npm run peer -- --invite URL [--name NAME] [--data DIR] [--say TEXT] [--keep] [--wait SECONDS] [--json]

  --invite URL    the invite link of a space; without it, the spaces in --data
  --name NAME     what others see; "Headless" unless --data knows better
  --data DIR      keep key and messages there; without it nothing is kept
  --say TEXT      say this in the space's first channel
  --keep          stay until stopped
  --wait SECONDS  without --keep: how long to wait to be let in and for the message to be stored by another (30)
  --json          nothing but the JSON lines, not even notices on standard error

Exit: 0 done, 2 wrong call, 3 not let in or not delivered in time, 4 refused or failed.`;

/** How long nothing may arrive before a peer that does not stay has caught up, ms. */
const QUIET_MS = 1_500;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        invite: { type: 'string' },
        name: { type: 'string' },
        data: { type: 'string' },
        say: { type: 'string' },
        keep: { type: 'boolean', default: false },
        wait: { type: 'string', default: '30' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    const wait = Number(values.wait);
    if (!(wait > 0)) return stop(2, `--wait takes a number of seconds, not "${values.wait}".`);
    if (values.invite === undefined && values.data === undefined)
      return stop(2, `Give it an invite, or a directory that holds a space.\n\n${USAGE}`);
    return { ...values, wait: wait * 1000 };
  } catch (error) {
    return stop(2, `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function stop(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function line(object: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(object)}\n`);
}

const given = options();
const notice = (text: string) => {
  if (!given.json) process.stderr.write(`${text}\n`);
};

const parsed = given.invite === undefined ? undefined : parseInviteLink(given.invite);
if (parsed && !parsed.ok) stop(2, parsed.message);
const server = parsed ? (parsed.invite.servers[0] ?? parsed.origin) : 'http://localhost:8600';
if (server === undefined)
  stop(2, 'A bare token does not say where its server is. Give the whole link.');

let lastArrival = Date.now();
let changed = () => {};
const told = new Map<string, string>();

/** Tells on change only. */
function tell(key: string, object: Readonly<Record<string, unknown>>): void {
  const text = JSON.stringify(object);
  if (told.get(key) === text) return;
  told.set(key, text);
  line(object);
}

function openStore() {
  if (given.data === undefined) return new MemoryStore();
  try {
    return new SqliteStore(given.data);
  } catch (error) {
    if (error instanceof StoreError) return stop(4, `${error.message}. Is another peer using it?`);
    throw error;
  }
}

const peer = await createNodePeer({
  store: openStore(),
  server,
  wrtc: nodeWebrtc(),
  onView: () => changed(),
  onReceived: ({ space, channel, channelName, message }) => {
    lastArrival = Date.now();
    const { id, author, authorName, own, text, at } = message;
    line({ is: 'message', space, channel, channelName, id, author, authorName, own, text, at });
  },
  onProblem: (problem) =>
    notice(`Problem: ${problem instanceof Error ? problem.message : problem}`),
});

let leaving = false;
async function leave(code: number): Promise<never> {
  if (leaving) return new Promise(() => {});
  leaving = true;
  changed = () => {};
  await peer.close();
  cleanUpNodeWebrtc();
  process.exit(code);
}
process.on('SIGINT', () => void leave(0));
process.on('SIGTERM', () => void leave(0));

/** Resolves with the view that satisfies the condition, or `undefined` when the time is up. */
function until(condition: (view: View) => boolean, ms: number): Promise<View | undefined> {
  return new Promise((resolve) => {
    const timer =
      ms === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => end(undefined), ms);
    const poll = setInterval(() => look(), 250);
    const previous = changed;
    const look = () => {
      const view = peer.view();
      if (condition(view)) end(view);
    };
    const end = (view: View | undefined) => {
      clearTimeout(timer);
      clearInterval(poll);
      changed = previous;
      resolve(view);
    };
    changed = () => {
      previous();
      look();
    };
    look();
  });
}

function report(): void {
  const view = peer.view();
  for (const space of view.spaces) {
    tell(`space ${space.id}`, {
      is: 'space',
      space: space.id,
      name: space.name,
      state: space.state,
      here: space.here,
      ...(space.trouble ? { trouble: space.trouble } : {}),
    });
  }
  for (const { peer: neighbour, path } of view.links.links)
    tell(`link ${neighbour}`, { is: 'link', peer: neighbour, path });
  for (const message of view.timeline?.messages ?? [])
    if (message.delivery !== undefined)
      tell(`delivery ${message.id}`, {
        is: 'delivery',
        id: message.id,
        delivery: message.delivery,
      });
}
changed = report;

const patience = given.keep ? Number.POSITIVE_INFINITY : given.wait;
const held = peer.view().device?.name;
if (given.name !== undefined || held === undefined) {
  const named = await peer.engine.commands.setName({ name: given.name ?? 'Headless' });
  if (!named.ok) stop(2, named.trouble.message);
}
if (given.invite !== undefined) {
  const joined = await peer.engine.commands.joinSpace({ invite: given.invite });
  if (!joined.ok) stop(4, joined.trouble.message);
}
const id = parsed?.ok ? parsed.invite.space : peer.view().spaces[0]?.id;
if (id === undefined) stop(2, 'There is no space in that directory, and no invite was given.');
notice(`This peer is ${peer.view().device?.peer}.`);

const spaceIn = (view: View) => view.spaces.find((space) => space.id === id);
const settled = await until((view) => {
  const space = spaceIn(view);
  return space?.state === 'refused' || (space?.state === 'open' && space.channels.length > 0);
}, patience);
const space = settled && spaceIn(settled);
if (!space) {
  notice('Nobody let this peer in. Somebody of the space has to be there.');
  await leave(3);
} else if (space.state === 'refused') {
  notice(space.trouble?.message ?? 'This peer was refused.');
  await leave(4);
} else {
  const [first] = space.channels;
  if (given.say !== undefined && first) {
    await peer.engine.commands.watch({ space: id, channel: first.id, newest: 50 });
    const said = await peer.engine.commands.say({ space: id, channel: first.id, text: given.say });
    if (!said.ok) stop(4, said.trouble.message);
    const heard = await until(
      (view) =>
        view.timeline?.messages.some(
          (m) => m.id === said.value.id && m.delivery !== undefined && m.delivery !== 'device',
        ) ?? false,
      patience,
    );
    if (!heard) {
      notice('Nobody has stored the message yet.');
      await leave(3);
    }
  }
  if (!given.keep) {
    await until(() => Date.now() - lastArrival > QUIET_MS, given.wait);
    await leave(0);
  }
}

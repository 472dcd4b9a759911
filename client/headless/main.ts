/**
 * `npm run peer`: makes a space or joins one by an invite link, prints what happens as one JSON object a line, says something if
 * asked to, and stays with `--keep`. Standard output holds nothing but those lines; what a person may want to know goes to standard
 * error.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import type { SpaceView, View } from '../engine/view.ts';
import { cleanUpNodeWebrtc, nodeWebrtc } from '../mesh/link/node-webrtc.ts';
import { MemoryStore, type Store, StoreError } from '../space/store.ts';
import { askedOf } from './command-line.ts';
import { JsonLines } from './json-lines.ts';
import { createNodePeer, type NodePeer } from './node-peer.ts';
import { PEER, parseOptions } from './options.ts';
import { eraseSqliteStore, SqliteStore } from './sqlite-store.ts';

/** How long nothing may arrive before a peer that does not stay has caught up, ms. */
const QUIET_MS = 1_500;
const LOOK_MS = 250;

const asked = askedOf(parseOptions(process.argv.slice(2), process.env.SNUG_PASSPHRASE), PEER);
const lines = new JsonLines((text) => process.stdout.write(text));
const notice = (text: string) => {
  if (!asked.quiet) process.stderr.write(`${text}\n`);
};

let lastArrival = Date.now();
let changed = () => {};

function stop(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function openStore(): Store {
  if (asked.data === undefined) return new MemoryStore();
  try {
    return new SqliteStore(asked.data);
  } catch (error) {
    if (error instanceof StoreError) return stop(4, `${error.message}. Is another peer using it?`);
    throw error;
  }
}

async function start(): Promise<NodePeer> {
  const store = openStore();
  try {
    return await createNodePeer({
      store,
      server: asked.server,
      wrtc: nodeWebrtc(),
      onView: () => changed(),
      onReceived: (received) => {
        lastArrival = Date.now();
        lines.received(received);
      },
      onProblem: (problem) => notice(`Problem: ${messageOf(problem)}`),
    });
  } catch (error) {
    return stop(4, messageOf(error));
  }
}

const peer = await start();
const { commands } = peer.engine;

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
    const poll = setInterval(() => look(), LOOK_MS);
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

async function importFrom(file: string): Promise<SpaceId> {
  const bytes = await readFile(file).catch((error) => stop(2, messageOf(error)));
  const { passphrase } = asked;
  const imported = await commands.importSpace({ file: new Blob([bytes]), passphrase });
  if (!imported.ok) return stop(4, imported.trouble.message);
  lines.imported(file, imported.value);
  return imported.value.space;
}

async function exportTo(file: string, space: SpaceId): Promise<void> {
  const exported = await commands.exportSpace({ space, passphrase: asked.passphrase });
  if (!exported.ok) return stop(4, exported.trouble.message);
  const bytes = new Uint8Array(await exported.value.file.arrayBuffer());
  // It may be a file that is there already: nobody else is to read it meanwhile.
  await writeFile(file, bytes, { mode: 0o600 }).catch((error) => stop(4, messageOf(error)));
  lines.exported(space, file, bytes.length);
}

/** Says goodbye, erases everything, and ends. */
async function wipe(directory: string): Promise<never> {
  leaving = true;
  await peer.leaveForGood();
  try {
    eraseSqliteStore(directory);
  } catch (error) {
    return stop(4, messageOf(error));
  }
  notice(`Erased what ${directory} kept.`);
  cleanUpNodeWebrtc();
  return process.exit(0);
}

/** The space that this is about, joined or made if need be. */
async function spaceToBeIn(): Promise<SpaceId> {
  if (asked.import !== undefined) return importFrom(asked.import);
  if (asked.invite !== undefined) {
    const joined = await commands.joinSpace({ invite: asked.invite.link });
    return joined.ok ? joined.value.space : stop(4, joined.trouble.message);
  }
  const { spaces } = peer.view();
  const { create } = asked;
  if (create === undefined)
    return spaces[0]?.id ?? stop(2, 'There is no space in that directory: give an --invite, too.');
  const held = spaces.find(({ name, state }) => state === 'open' && name === create);
  if (held !== undefined) return held.id;
  const made = await commands.createSpace({ name: create });
  return made.ok ? made.value.space : stop(4, made.trouble.message);
}

async function printInvite(space: SpaceView): Promise<void> {
  const invited = await commands.invite({ space: space.id });
  if (!invited.ok) return stop(4, invited.trouble.message);
  lines.invite(space.id, space.name, invited.value.link, invited.value.expires);
}

/** Whether somebody else has stored it in time. */
async function say(text: string, { id, channels }: SpaceView): Promise<boolean> {
  const [first] = channels;
  if (first === undefined) return false;
  await commands.watch({ space: id, channel: first.id, newest: 50 });
  const said = await commands.say({ space: id, channel: first.id, text });
  if (!said.ok) return stop(4, said.trouble.message);
  const isStored = ({ timeline }: View) =>
    timeline?.messages.some(
      (m) => m.id === said.value.id && m.delivery !== undefined && m.delivery !== 'device',
    ) ?? false;
  return (await until(isStored, asked.patienceMs)) !== undefined;
}

/** @returns the exit code */
async function run(): Promise<number> {
  if (asked.wipe && asked.data !== undefined) return wipe(asked.data);
  if (asked.name !== undefined || peer.view().device?.name === undefined) {
    const named = await commands.setName({ name: asked.name ?? 'Headless' });
    if (!named.ok) return stop(2, named.trouble.message);
  }
  const id = await spaceToBeIn();
  notice(`This peer is ${peer.view().device?.peer}.`);
  const spaceIn = (view: View) => view.spaces.find((space) => space.id === id);
  const settled = await until((view) => {
    const space = spaceIn(view);
    if (space?.state === 'refused' || space?.state === 'archive') return true;
    return space?.state === 'open' && space.channels.length > 0;
  }, asked.patienceMs);
  const space = settled && spaceIn(settled);
  if (space === undefined) {
    notice('Nobody let this peer in. Somebody of the space has to be there.');
    return 3;
  }
  if (space.state === 'refused') {
    notice(space.trouble?.message ?? 'This peer was refused.');
    return 4;
  }
  if (asked.create !== undefined) await printInvite(space);
  if (asked.say !== undefined && !(await say(asked.say, space))) {
    notice('Nobody has stored the message yet.');
    return 3;
  }
  if (asked.export !== undefined) await exportTo(asked.export, space.id);
  if (asked.keep) return new Promise(() => {});
  await until(() => Date.now() - lastArrival > QUIET_MS, asked.patienceMs);
  return 0;
}

changed = () => {
  if (!leaving) lines.view(peer.view());
};
changed();
// Nothing else tells of a server that has gone, or of a link whose path is another.
setInterval(() => {
  if (!leaving) lines.links(peer.links.status());
}, LOOK_MS);
await leave(await run());

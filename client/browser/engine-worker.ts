/**
 * The engine's thread. In the tab that leads it runs the `Engine` over IndexedDB; in one that follows, a `Follower`.
 * Links live in the tab's own thread: their events and commands pass through here.
 */
import type { NetworkAdapterInterface } from '@automerge/automerge-repo/slim';
import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { Engine } from '../engine/engine.ts';
import type { Result, StorageState } from '../engine/view.ts';
import { loadDevice } from '../identity/device.ts';
import { wallClock } from '../mesh/clock.ts';
import { MemoryStore, type Store, StoreError } from '../space/store.ts';
import type { Call, FromEngine, ToEngine } from './engine-port.ts';
import type { Follower } from './follower.ts';
import { IndexedDbStore } from './indexeddb-store.ts';
import type { FromInspector } from './inspection-message.ts';
import { Inspectors } from './inspectors.ts';

/** Whoever opens no channel waits so long for nothing, ms. */
const FIRST_SCREEN_MS = 1_000;
/** How often a leader tells its followers what has changed, at most, ms. */
const BEARINGS_MS = 100;

let engine: Engine | undefined;
/** This tab's name and server, where it follows. */
let following: { readonly tab: string; readonly server: string } | undefined;
/** Settles when it has started: what a follower is told before waits for it. */
let follower: Promise<Follower | undefined> | undefined;
/** What is asked before everything has been read back waits for it. */
let started: Promise<void> = Promise.resolve();
/** Only what is to be seen first has been read back: enough to watch a channel. */
let opened: Promise<void> = Promise.resolve();
/** A channel has been watched, or none is to be. */
let firstScreenSeen = () => {};
const firstScreen = new Promise<void>((resolve) => {
  firstScreenSeen = resolve;
});
let watched: Extract<ToEngine, { do: 'watch' }>['watched'] = null;
/** Another tab shows what this one holds. */
let followed = false;
let bearingsTimer: ReturnType<typeof setTimeout> | undefined;

function tell(message: FromEngine): void {
  if (message.is === 'links' && message.command.do === 'send')
    postMessage(message, { transfer: [message.command.frame.buffer] });
  else postMessage(message);
}

function problem(error: unknown): void {
  // For whoever has the developer tools open; nothing of it leaves this device.
  console.error(error);
}

function tellBearings(): void {
  if (!followed || bearingsTimer !== undefined) return;
  bearingsTimer = setTimeout(() => {
    bearingsTimer = undefined;
    if (engine) tell({ is: 'bearings', bearings: engine.bearings() });
  }, BEARINGS_MS);
}

/** Automerge and everything that needs it come only when they are wanted, which is long after the first screen. */
const automergePart = () => import('./tab-documents.ts');

const inspectors = new Inspectors({
  cores: navigator.hardwareConcurrency,
  start: () => {
    const worker = new Worker(new URL('./inspecting-worker.ts', import.meta.url), {
      type: 'module',
    });
    return {
      listen: (hear, failed) => {
        worker.onmessage = ({ data }: MessageEvent<FromInspector>) => hear(data);
        worker.onerror = failed;
      },
      tell: (message, transfer) => worker.postMessage(message, [...transfer]),
      end: () => worker.terminate(),
    };
  },
  clock: wallClock,
});

async function openStore(
  persisted: boolean,
): Promise<{ readonly store: Store; readonly storage: StorageState }> {
  try {
    return { store: await IndexedDbStore.lead(), storage: persisted ? 'kept' : 'best-effort' };
  } catch (error) {
    problem(error);
    const full = error instanceof StoreError && error.failure === 'full';
    return { store: new MemoryStore(), storage: full ? 'full' : 'refused' };
  }
}

async function lead(start: Extract<ToEngine, { do: 'start' }>): Promise<void> {
  const { store, storage } = await openStore(start.persisted);
  const loaded = await loadDevice(store, { extractable: false });
  if (!loaded.ok) return tell({ is: 'failed', trouble: damaged });
  // Whoever is told may ask at once: the engine is there before the next message is read.
  tell({ is: 'device', stored: loaded.stored });
  /** Filled before the Repo is made. */
  const tabs: NetworkAdapterInterface[] = [];
  engine = new Engine({
    store,
    storage,
    device: loaded.device,
    server: start.server,
    page: start.page,
    clock: wallClock,
    randomBytes,
    inspector: inspectors.inspect,
    links: (command) => tell({ is: 'links', command }),
    onView: (view) => {
      tell({ is: 'view', view });
      tellBearings();
    },
    onLeaseLost: () => tell({ is: 'lease-lost' }),
    loadRepo: async () => {
      const { loadRepo, tabDocuments } = await automergePart();
      const Repo = await loadRepo();
      tabs.push(tabDocuments());
      return Repo;
    },
    tabs,
    onProblem: problem,
  });
  opened = engine.open();
  started = opened.then(() => startOnceSeen(engine));
  await started;
  if (followed) await engine.serveTabs();
}

/** The first screen comes before the rest is read back, which takes this thread for as long as there is of it. */
async function startOnceSeen(whose: Engine | undefined): Promise<void> {
  if (whose?.isWhole === false) {
    const late = new Promise((resolve) => setTimeout(resolve, FIRST_SCREEN_MS));
    await Promise.race([firstScreen, late]);
  }
  await whose?.start();
}

/** Begins to follow once the leader has spoken: by then it has made and kept what a device needs. */
async function follow({
  tab,
  server,
}: NonNullable<typeof following>): Promise<Follower | undefined> {
  const store = await IndexedDbStore.follow();
  const loaded = await loadDevice(store, { extractable: false });
  if (!loaded.ok) {
    tell({ is: 'failed', trouble: damaged });
    return undefined;
  }
  const [{ automergeReady, tabDocuments }, { Follower }] = await Promise.all([
    automergePart(),
    import('./follower.ts'),
  ]);
  await automergeReady();
  const begun = new Follower({
    store,
    device: loaded.device,
    clock: wallClock,
    tabs: tabDocuments(),
    tab,
    server,
    onView: (view) => tell({ is: 'view', view }),
    onProblem: problem,
  });
  await begun.start();
  begun.watch(watched);
  return begun;
}

const damaged = {
  code: 'damaged',
  message:
    'The key of this device cannot be read. Nothing was changed. Restore it from a backup of this browser, or clear the data of this site to begin anew as somebody else.',
} as const;

async function call(target: Engine, { name, input, draft }: Call): Promise<Result<unknown>> {
  // The tab's own program made the call: its input fits.
  const command = target.commands[name].bind(target.commands) as (
    input: unknown,
  ) => Promise<Result<unknown>>;
  return command(name === 'say' && input ? { ...input, draft } : input);
}

async function handle(message: ToEngine): Promise<void> {
  switch (message.do) {
    case 'start':
      if (message.mode === 'lead') return lead(message);
      following = { tab: message.tab, server: message.server };
      return;
    case 'call':
      if (!engine) return;
      if (message.call.name !== 'watch') await started;
      else await opened;
      tell({ is: 'answer', id: message.id, result: await call(engine, message.call) });
      if (message.call.name === 'watch') firstScreenSeen();
      return;
    case 'links':
      return engine?.linksEvent(message.event);
    case 'persisted':
      return engine?.persisted();
    case 'bearings':
      if (following === undefined) return;
      follower ??= follow(following);
      return (await follower)?.steer(message.bearings);
    case 'watch':
      watched = message.watched;
      return (await follower)?.watch(watched);
    case 'pending':
      return (await follower)?.pending(message.pending);
    case 'followed':
      followed = true;
      tellBearings();
      await started;
      return engine?.serveTabs();
    case 'ping':
      return tell({ is: 'pong' });
    case 'leave':
      // Goodbyes are a courtesy: what is to be erased is erased without them, too.
      await engine?.leaveForGood().catch(problem);
      await engine?.close();
      await (await follower)?.close();
      return tell({ is: 'closed' });
    case 'close':
      await engine?.close();
      await (await follower)?.close();
      return tell({ is: 'closed' });
  }
}

addEventListener('message', ({ data }: MessageEvent<ToEngine>) => {
  handle(data).catch((error: unknown) => {
    problem(error);
    if (data.do !== 'start') return;
    const message = `Snug could not start here: ${error instanceof Error ? error.message : error}`;
    tell({ is: 'failed', trouble: { code: 'internal', message } });
  });
});

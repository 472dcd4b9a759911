/**
 * A room of engines for tests: links are in memory, deliver in order after a turn of the event loop, and can be cut.
 * Topics work as a server's would, in one process.
 */
import { webcrypto } from 'node:crypto';
import { randomBytes, sha256, utf8 } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { wallClock } from '../../mesh/clock.ts';
import type { LinksCommand, LinksEvent, TopicSpec } from '../../mesh/links-port.ts';
import { MemoryStore, type Store } from '../../space/store.ts';
import { loadRepo } from '../automerge-node.ts';
import { Engine } from '../engine.ts';
import type { EngineView, Result } from '../view.ts';

export interface Resident {
  readonly peer: PeerId;
  readonly engine: Engine;
  readonly store: Store;
  readonly problems: unknown[];
  readonly closedBy: string[];
  view: EngineView;
  /** Resolves once the view satisfies the condition. */
  until(what: string, condition: (view: EngineView) => boolean): Promise<EngineView>;
  leave(): Promise<void>;
}

interface Inside extends Resident {
  readonly specs: Map<Topic, TopicSpec>;
  /** Links that its engine has been told of. */
  readonly links: Map<PeerId, object>;
  online: boolean;
}

export class TestRoom {
  now = Date.now;
  readonly #residents: Inside[] = [];
  /** A link is itself, however soon another joins the same two: what was under way on it is lost with it. */
  readonly #links = new Map<string, object>();
  readonly #pending = new Map<number, (allow: boolean, reason?: string) => void>();
  #requests = 0;
  /** Every frame that crossed, for what the tests want to count or see. */
  readonly frames: { readonly from: PeerId; readonly to: PeerId; readonly frame: Uint8Array }[] =
    [];
  /** Pairs that cannot link. */
  readonly cut = new Set<string>();
  /** Frames that are lost although the link stays up, as no real link does. */
  lose: (frame: Uint8Array, from: PeerId, to: PeerId) => boolean = () => false;
  /** Peers without an engine, who are told what is sent to them and that their link is closed. */
  readonly outsiders = new Map<PeerId, (command: LinksCommand) => void>();

  async enter(name: string, store: Store = new MemoryStore()): Promise<Resident> {
    const stored =
      (await store.get('test-device')) ?? (await generateDeviceKey({ extractable: true }));
    await store.put('test-device', stored);
    const device = await openDeviceKey(stored as Awaited<ReturnType<typeof generateDeviceKey>>);
    const waiters = new Set<() => void>();
    const problems: unknown[] = [];
    const engine = new Engine({
      store,
      storage: 'kept',
      device,
      server: 'https://snug.test',
      page: 'https://snug.test/',
      clock: { ...wallClock, now: () => this.now() },
      randomBytes,
      links: (command) => this.#command(resident, command),
      onView: (view) => {
        resident.view = view;
        for (const waiter of waiters) waiter();
      },
      loadRepo,
      tabs: [],
      onProblem: (problem) => problems.push(problem),
    });
    const resident: Inside = {
      peer: device.peerId,
      engine,
      store,
      problems,
      closedBy: [],
      view: engine.view(),
      specs: new Map(),
      links: new Map(),
      online: true,
      until: (what, condition) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(() => {
            waiters.delete(look);
            reject(new Error(`${name} waited 20 s in vain: ${what}`));
          }, 20_000);
          const look = () => {
            if (!condition(resident.view)) return;
            clearTimeout(timer);
            waiters.delete(look);
            resolve(resident.view);
          };
          waiters.add(look);
          look();
        }),
      leave: async () => {
        if (!this.#residents.includes(resident)) return;
        this.offline(resident);
        this.#residents.splice(this.#residents.indexOf(resident), 1);
        await engine.close();
      },
    };
    this.#residents.push(resident);
    await engine.start();
    if (resident.view.phase === 'first-run') await engine.commands.setName({ name });
    return resident;
  }

  offline(who: Resident): void {
    const resident = this.#inside(who);
    resident.online = false;
    for (const other of this.#residents) this.#unlink(resident, other, 'offline');
  }

  online(who: Resident): void {
    this.#inside(who).online = true;
    this.#meet();
  }

  linked(a: Resident, b: Resident): boolean {
    return this.#links.has(pair(a.peer, b.peer));
  }

  /** What this resident has joined. */
  specsOf(who: Resident): readonly TopicSpec[] {
    return [...this.#inside(who).specs.values()];
  }

  /** Sends bytes as if they came over the link from one to the other. */
  inject(from: Resident, to: Resident, frame: Uint8Array): void {
    this.#inside(to).engine.linksEvent({ is: 'frame', peer: from.peer, frame });
  }

  #inside(who: Resident): Inside {
    const found = this.#residents.find((r) => r.peer === who.peer);
    if (!found) throw new Error('That resident has left.');
    return found;
  }

  #command(from: Inside, command: LinksCommand): void {
    switch (command.do) {
      case 'join':
        from.specs.set(command.spec.topic, command.spec);
        setTimeout(() => this.#meet(), 0);
        return;
      case 'leave':
        from.specs.delete(command.topic);
        return;
      case 'send': {
        this.outsiders.get(command.peer)?.(command);
        const to = this.#residents.find((r) => r.peer === command.peer);
        // An engine that has not heard yet that its link has gone down sends on that one, though another is there.
        const link = from.links.get(command.peer);
        if (!to || !link) return;
        if (this.lose(command.frame, from.peer, to.peer)) return;
        this.frames.push({ from: from.peer, to: to.peer, frame: command.frame });
        setTimeout(() => {
          if (this.#links.get(pair(from.peer, to.peer)) === link)
            to.engine.linksEvent({ is: 'frame', peer: from.peer, frame: command.frame });
        }, 0);
        return;
      }
      case 'authorised':
        return this.#pending.get(command.request)?.(command.allow, command.reason);
      case 'close': {
        from.closedBy.push(command.reason);
        this.outsiders.get(command.peer)?.(command);
        const to = this.#residents.find((r) => r.peer === command.peer);
        if (to) this.#unlink(from, to, command.reason);
      }
    }
  }

  #meet(): void {
    for (const a of this.#residents) {
      for (const [topic, spec] of a.specs) {
        const here = this.#residents.filter((b) => b !== a && b.online && b.specs.has(topic));
        const peers = here.map((b) => b.peer).filter((peer) => spec.allowed.includes(peer));
        if (a.online) this.#tell(a, { is: 'here', topic, size: here.length + 1, peers });
        for (const b of here) if (a.online) this.#offer(a, b, topic, spec);
      }
    }
  }

  #offer(a: Inside, b: Inside, topic: Topic, spec: TopicSpec): void {
    const key = pair(a.peer, b.peer);
    if (spec.initiate === 'wait' || this.#links.has(key) || this.cut.has(key)) return;
    if (spec.initiate === 'listed' && !spec.allowed.includes(b.peer)) return;
    const link = () => {
      if (this.#links.has(key)) return;
      const made = {};
      this.#links.set(key, made);
      const binding = sha256(utf8(`${key} ${webcrypto.randomUUID()}`));
      this.#tell(b, { is: 'up', peer: a.peer, topic, binding, path: 'direct' }, made);
      this.#tell(a, { is: 'up', peer: b.peer, topic, binding, path: 'direct' }, made);
    };
    if (b.specs.get(topic)?.allowed.includes(a.peer)) return link();
    const request = ++this.#requests;
    this.#pending.set(request, (allow, reason) => {
      this.#pending.delete(request);
      if (allow) link();
      else this.#tell(a, { is: 'refused', peer: b.peer, topic, reason: reason ?? 'no' });
    });
    const note = spec.note ? { note: spec.note } : {};
    this.#tell(b, { is: 'authorise', request, topic, peer: a.peer, ...note });
  }

  #tell(to: Inside, event: LinksEvent, link?: object): void {
    setTimeout(() => {
      if (event.is === 'up' && link) to.links.set(event.peer, link);
      if (event.is === 'down') to.links.delete(event.peer);
      to.engine.linksEvent(event);
    }, 0);
  }

  #unlink(a: Inside, b: Inside, reason: string): void {
    if (!this.#links.delete(pair(a.peer, b.peer))) return;
    this.#tell(a, { is: 'down', peer: b.peer, reason });
    this.#tell(b, { is: 'down', peer: a.peer, reason });
  }
}

function pair(a: PeerId, b: PeerId): string {
  return [a, b].sort().join(' ');
}

/** The texts of the watched channel, in the order in which they are shown. */
export function texts(view: EngineView): readonly string[] {
  return view.timeline?.messages.map((message) => message.text) ?? [];
}

/** What a command answers, or the test fails with its trouble. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.trouble.message);
  return result.value;
}

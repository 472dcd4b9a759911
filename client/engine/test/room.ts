/**
 * A room of engines for tests: links are in memory, deliver in order after a turn of the event loop, and can be cut.
 * Topics work as a server's would, in one process.
 */
import { webcrypto } from 'node:crypto';
import { randomBytes, sha256, utf8 } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { wallClock } from '../../mesh/clock.ts';
import type { LinkName, LinksCommand, LinksEvent, TopicSpec } from '../../mesh/links-port.ts';
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
  /** What its engine has said and its links have not heard yet. */
  late: LinksCommand[] | undefined;
  online: boolean;
}

export class TestRoom {
  now = Date.now;
  readonly #residents: Inside[] = [];
  /** By pair, the number of their link, here the same at both ends. What was under way on a link is lost with it. */
  readonly #links = new Map<string, number>();
  #made = 0;
  /** Links that came of a knock, or over which one has been made, by what was joined to make it. */
  readonly #asked = new WeakMap<TopicSpec, Set<number>>();
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

  async enter(
    name: string,
    store: Store = new MemoryStore(),
    { nameless = false } = {},
  ): Promise<Resident> {
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
      passphraseCost: { memory: 64, passes: 1, lanes: 1 },
      clock: { ...wallClock, now: () => this.now() },
      randomBytes,
      links: (command) => {
        if (resident.late) resident.late.push(command);
        else this.#command(resident, command);
      },
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
      late: undefined,
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
    if (!nameless && resident.view.phase === 'first-run') await engine.commands.setName({ name });
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

  /**
   * From now on what this resident's engine says to its links is under way, as from one thread to another, until it is let go.
   * What the links say comes as ever.
   */
  delay(who: Resident): { readonly late: readonly LinksCommand[]; letGo(): void } {
    const resident = this.#inside(who);
    const late: LinksCommand[] = [];
    resident.late = late;
    const letGo = () => {
      resident.late = undefined;
      for (const command of late) this.#command(resident, command);
    };
    return { late, letGo };
  }

  /** A number for a link that an outsider brings up. */
  newLink(): number {
    return ++this.#made;
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
        if (!to || !this.#isUp(from, command)) return;
        if (this.lose(command.frame, from.peer, to.peer)) return;
        this.frames.push({ from: from.peer, to: to.peer, frame: command.frame });
        setTimeout(() => {
          if (this.#isUp(from, command))
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
        if (to && this.#isUp(from, command)) this.#unlink(from, to, command.reason);
      }
    }
  }

  /** An engine that has not heard yet that a link has gone down speaks of that one, though another may be there. */
  #isUp({ peer: me }: Inside, { peer, link }: LinkName): boolean {
    return this.#links.get(pair(me, peer)) === link;
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
    const linked = this.#links.get(key);
    if (spec.initiate === 'knock' && linked) return this.#knock(a, b, topic, spec, linked);
    if (spec.initiate === 'wait' || linked || this.cut.has(key)) return;
    if (spec.initiate === 'listed' && !spec.allowed.includes(b.peer)) return;
    const link = (asked: boolean) => {
      // What was asked while both were there may be answered later.
      if (this.#links.has(key) || !a.online || !b.online) return;
      const made = this.newLink();
      this.#links.set(key, made);
      if (asked) this.#askedOver(spec).add(made);
      const binding = sha256(utf8(`${key} ${webcrypto.randomUUID()}`));
      const up = { is: 'up', link: made, topic, binding, path: 'direct' } as const;
      this.#tell(b, { ...up, peer: a.peer });
      this.#tell(a, { ...up, peer: b.peer });
    };
    if (b.specs.get(topic)?.allowed.includes(a.peer)) return link(false);
    const request = ++this.#requests;
    this.#pending.set(request, (allow, reason) => {
      this.#pending.delete(request);
      if (allow) link(true);
      else this.#tell(a, { is: 'refused', peer: b.peer, topic, reason: reason ?? 'no' });
    });
    const note = spec.note ? { note: spec.note } : {};
    this.#tell(b, { is: 'authorise', request, topic, peer: a.peer, ...note });
  }

  /** Once over each link: a room of tests is patient. */
  #knock(a: Inside, b: Inside, topic: Topic, spec: TopicSpec, link: number): void {
    const asked = this.#askedOver(spec);
    if (!spec.note || asked.has(link)) return;
    asked.add(link);
    this.#tell(a, { is: 'knock', topic, peer: b.peer, note: spec.note });
  }

  #askedOver(spec: TopicSpec): Set<number> {
    const asked = this.#asked.get(spec) ?? new Set();
    this.#asked.set(spec, asked);
    return asked;
  }

  #tell(to: Inside, event: LinksEvent): void {
    setTimeout(() => to.engine.linksEvent(event), 0);
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

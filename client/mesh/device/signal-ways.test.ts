import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TopicSpec } from '../links-port.ts';
import type { Route, RoutesInput } from '../routes/routes-inputs.ts';
import { Sightings } from '../signaling/sightings.ts';
import type { SignalPayload } from '../signaling/signal-payload.ts';
import { nonceOf, OTHER, peer, TOPIC } from '../test/route-world.ts';
import { JoinedTopics } from './joined-topics.ts';
import { SignalWays, UNHEARD_MS } from './signal-ways.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const a = peer('a');
const b = peer('b');
const c = peer('c');
const session = new Uint8Array(16).fill(1);
const offer: SignalPayload = { is: 'offer', attempt: 1, ephemeral: new Uint8Array(32) };
const candidates: SignalPayload = { is: 'candidates', attempt: 1, candidates: [] };
const urgent: SignalPayload = { ...offer, urgent: true };
const bye: SignalPayload = { is: 'bye', code: 'full', reason: '' };

const spec = (topic: Topic): TopicSpec => ({
  topic,
  signalKey: new Uint8Array(32),
  servers: [],
  initiate: 'listed',
  allowed: [a, b, c],
});

/** A world in which signals are sealed a moment after they are given, each into bytes of its own. */
class World {
  readonly sightings = new Sightings();
  /** There are links enough. */
  enough = false;
  /** By topic. */
  readonly routes = new Map<Topic, Route[]>();
  servers: string[] = [];
  /** What went, as `way:bytes`. The bytes are a running number and the first byte of the addressee's nonce. */
  readonly went: string[] = [];
  readonly failed: Route[] = [];
  /** Of whom servers were asked. */
  readonly asked: PeerId[] = [];
  readonly ways: SignalWays;
  #sealed = 0;

  constructor() {
    const topics = new JoinedTopics();
    topics.join(spec(TOPIC));
    topics.join(spec(OTHER));
    this.ways = new SignalWays({
      topics,
      signals: {
        seal: (_spec, { nonce }, _session, _payload, then) => {
          const bytes = Uint8Array.of(++this.#sealed, nonce[0] ?? 0);
          setTimeout(() => then(bytes), 1);
        },
      },
      servers: {
        sightings: this.sightings,
        ask: (_topic, peers) => this.asked.push(...peers),
        ways: () =>
          this.servers.map((url) => ({
            url,
            signal: (_to, _topic, sealed) => this.went.push(`${url}:${sealed.join()}`),
          })),
      },
      routes: {
        to: (topic) => this.routes.get(topic) ?? [],
        handle: (input) => this.#onRoutes(input),
      },
      enough: () => this.enough,
      clock: {
        now: () => Date.now(),
        setTimeout: (run, ms) => setTimeout(run, ms),
        clearTimeout: (timer) => clearTimeout(timer),
      },
    });
  }

  send(payload = offer, up = false): void {
    this.ways.send(spec(TOPIC), c, session, payload, up);
    vi.advanceTimersByTime(5);
  }

  #onRoutes(input: RoutesInput): void {
    if (input.is === 'failed') this.failed.push(input.route);
    if (input.is !== 'signal') return;
    const by = input.route.hops[0] === b ? 'b' : input.route.hops[0] === a ? 'a' : 'itself';
    this.went.push(`${by}:${input.sealed.join()}`);
  }
}

const by = (hop: PeerId, nonce = nonceOf('c')): Route => ({ hops: [hop, c], nonce });
const C = nonceOf('c')[0];
const X = nonceOf('x')[0];

test('a signal goes over the mesh where there is a route, and by no server', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.routes.set(TOPIC, [by(b), by(a)]);
  world.send();
  world.ways.heard(c, session);
  vi.advanceTimersByTime(60_000);
  expect(world.went).toEqual([`b:1,${C}`]);
  expect(vi.getTimerCount()).toBe(0);
});

test('without a route it goes by a server, at once', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.send();
  expect(world.went).toEqual([`one:1,${C}`]);
});

test('where nothing is known of the peer nothing goes', () => {
  const world = new World();
  world.servers = ['one'];
  world.send();
  vi.advanceTimersByTime(60_000);
  expect(world.went).toEqual([]);
});

test('when nothing is heard of the session for 2 s the same bytes go by another route, and 2 s later by a server', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.routes.set(TOPIC, [by(b), by(a)]);
  world.send(offer);
  world.send(candidates);
  vi.advanceTimersByTime(UNHEARD_MS - 50);
  expect(world.went).toEqual([`b:1,${C}`, `b:2,${C}`]);
  vi.advanceTimersByTime(100);
  expect(world.went.slice(2)).toEqual([`a:1,${C}`, `a:2,${C}`]);
  expect(world.failed).toContainEqual(by(b));
  expect(world.asked).toEqual([]);
  vi.advanceTimersByTime(UNHEARD_MS);
  expect(world.went.slice(4)).toEqual([`one:1,${C}`, `one:2,${C}`]);
  // What follows goes by what is left of both kinds, without waiting.
  world.went.length = 0;
  world.send(candidates);
  expect(world.went).toEqual([`b:3,${C}`, `one:3,${C}`]);
});

test('an urgent offer, or one for which no other route is left, goes by a server after 2 s', () => {
  for (const [payload, routes, then] of [
    [urgent, [by(b), by(a)], ['a', 'one']],
    [offer, [by(b)], ['one']],
  ] as const) {
    const world = new World();
    world.servers = ['one'];
    world.sightings.seen(c, nonceOf('c'), 'one');
    world.routes.set(TOPIC, [...routes]);
    world.send(payload);
    vi.advanceTimersByTime(UNHEARD_MS + 50);
    expect(world.went.slice(1).map((way) => way.split(':')[0])).toEqual(then);
    world.ways.close();
  }
});

test('for a link that can be done without no server hears of it for as long as three routes take', () => {
  const world = new World();
  world.enough = true;
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.routes.set(TOPIC, [by(b), by(a)]);
  world.send();
  vi.advanceTimersByTime(3 * UNHEARD_MS + 50);
  expect(world.went).toEqual([`b:1,${C}`, `a:1,${C}`]);
  expect(world.asked).toEqual([]);
  vi.advanceTimersByTime(UNHEARD_MS);
  expect(world.went.slice(2)).toEqual([`one:1,${C}`]);
});

test('but what mends a link that was made, or has no route, is not kept back', () => {
  const world = new World();
  world.enough = true;
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.send();
  world.ways.heard(c, session);
  world.routes.set(TOPIC, [by(b)]);
  world.send({ is: 'retry' }, true);
  vi.advanceTimersByTime(UNHEARD_MS + 50);
  expect(world.went).toEqual([`one:1,${C}`, `b:2,${C}`, `one:2,${C}`]);
});

test('a nonce that only those on the route tell is used on the route; the server has what it told itself', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.routes.set(TOPIC, [by(b, nonceOf('x'))]);
  world.send();
  vi.advanceTimersByTime(UNHEARD_MS + 50);
  expect(world.went).toEqual([`b:1,${X}`, `one:2,${C}`]);
});

test('it goes on to a second server when the first brings no answer', () => {
  const world = new World();
  world.servers = ['one', 'two'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.sightings.seen(c, nonceOf('c'), 'two');
  world.send();
  vi.advanceTimersByTime(UNHEARD_MS);
  expect(world.went).toEqual([`one:1,${C}`, `two:1,${C}`]);
});

test('where every server has been tried the same bytes go twice more, for one may have lost them', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.send();
  vi.advanceTimersByTime(20 * UNHEARD_MS);
  expect(world.went).toEqual([`one:1,${C}`, `one:1,${C}`, `one:1,${C}`]);
  expect(vi.getTimerCount()).toBe(0);
});

test('when nothing comes back the server is asked again, and its new answer is used without delay', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('x'), 'one');
  world.send();
  vi.advanceTimersByTime(UNHEARD_MS);
  expect(world.asked).toEqual([c]);
  world.sightings.seen(c, nonceOf('c'), 'one');
  vi.advanceTimersByTime(UNHEARD_MS + 50);
  expect(world.went).toEqual([`one:1,${X}`, `one:2,${C}`]);
});

test('what the peer itself has signed is tried beside what its server tells', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.heard(c, nonceOf('c'), 'one');
  world.sightings.seen(c, nonceOf('x'), 'one');
  world.send();
  vi.advanceTimersByTime(UNHEARD_MS + 50);
  expect(world.went).toEqual([`one:1,${X}`, `one:2,${C}`]);
});

test('a session belongs to the run that was heard in it, whatever a server tells meanwhile', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.heard(c, nonceOf('c'), 'one');
  world.ways.heard(c, session, nonceOf('c'));
  world.sightings.seen(c, nonceOf('x'), 'one');
  world.send(candidates);
  expect(world.went).toEqual([`one:1,${C}`]);
});

test.each([
  { what: 'a goodbye', payload: bye, up: false },
  { what: 'candidates for a link that is up', payload: candidates, up: true },
])('nothing answers $what, so it goes once', ({ payload, up }) => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.routes.set(TOPIC, [by(b), by(a)]);
  world.send(payload, up);
  vi.advanceTimersByTime(60_000);
  expect(world.went).toEqual([`b:1,${C}`]);
  expect(world.asked).toEqual([]);
});

test('the mesh leads to a peer by others only, and by what has not failed of late', () => {
  const world = new World();
  const leads = (...routes: Route[]) => {
    world.routes.set(TOPIC, routes);
    return world.ways.meshLeads(TOPIC, c);
  };
  expect(leads()).toBe(false);
  expect(leads({ hops: [c], nonce: nonceOf('c') })).toBe(false);
  expect(leads({ ...by(b), doubtful: true })).toBe(false);
  expect(leads({ ...by(b), doubtful: true }, by(a))).toBe(true);
  expect(world.ways.meshLeads(TOPIC, c, a)).toBe(false);
});

test('after a change of network it goes over the mesh and by a server at once, as the same bytes', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.routes.set(TOPIC, [by(b)]);
  world.ways.networkChanged();
  world.send();
  expect(world.went).toEqual([`b:1,${C}`, `one:1,${C}`]);
});

test('when the route’s first link goes while it is being sealed, it takes the next way', () => {
  const world = new World();
  world.servers = ['one'];
  world.sightings.seen(c, nonceOf('c'), 'one');
  world.routes.set(TOPIC, [by(b)]);
  world.ways.send(spec(TOPIC), c, session, offer);
  world.routes.clear();
  vi.advanceTimersByTime(5);
  expect(world.went).toEqual([`one:1,${C}`]);
});

test('over the link that it is about it goes only where there is no other way', () => {
  const world = new World();
  const itself = { hops: [c], nonce: nonceOf('c') };
  world.routes.set(TOPIC, [itself, by(a)]);
  world.send();
  world.routes.set(TOPIC, [itself]);
  world.ways.heard(c, session);
  world.send();
  expect(world.went).toEqual([`a:1,${C}`, `itself:2,${C}`]);
});

test('within a session it may go by another topic that has a route; an offer that begins one does not', () => {
  const world = new World();
  world.routes.set(OTHER, [by(b)]);
  world.send(offer);
  expect(world.went).toEqual([]);
  world.send({ is: 'retry' });
  expect(world.went).toEqual([`b:1,${C}`]);
});

test('a peer that opens sessions without end costs a bounded number of timers', () => {
  const world = new World();
  world.routes.set(TOPIC, [by(b)]);
  for (let i = 0; i < 1_000; i++) {
    const each = new Uint8Array(16);
    new DataView(each.buffer).setUint32(0, i);
    world.ways.send(spec(TOPIC), c, each, { is: 'answer', attempt: 1 });
  }
  vi.advanceTimersByTime(5);
  expect(vi.getTimerCount()).toBeLessThanOrEqual(128);
  world.ways.close();
  expect(vi.getTimerCount()).toBe(0);
});

/** A lobby of ten thousand strangers: told of by servers and by neighbours, and all of them knocking. */
import { Overlay } from '@snug/client/mesh/overlay/overlay.ts';
import type { OverlayInput, OverlayOutput } from '@snug/client/mesh/overlay/overlay-inputs.ts';
import { peerOf, topicOf } from '@snug/client/mesh/test/overlay-network.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS, SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { breathe, type Family, type Run } from './family.ts';

const STRANGERS = 10_000;
const MEMBERS = 30;
const ME = peerOf(0);
const members = Array.from({ length: MEMBERS }, (_, i) => peerOf(i + 1));
const strangers = Array.from({ length: STRANGERS }, (_, i) => peerOf(1_000 + i));
const listed = new Set(members);
const lobby = topicOf(1);
const current = topicOf(2);

/** Links that serve no topic, at most, beside those under way. */
const GUESTS = 4;
/** Longest until a member who is here is sought, ms. */
const SOUGHT_MS = 120_000;

/** What strangers, or a server that names them, decide. */
const HOSTILE: ReadonlySet<OverlayInput['is']> = new Set([
  'joined',
  'here',
  'learned',
  'shares',
  'gone',
]);

class Device {
  now = 0;
  readonly overlay: Overlay;
  readonly links = new Set<PeerId>();
  readonly sought = new Set<PeerId>();
  readonly #run: Run;
  readonly #newcomer: boolean;
  #request = 0;

  constructor(run: Run, newcomer: boolean) {
    this.#run = run;
    this.#newcomer = newcomer;
    this.overlay = new Overlay(ME, run.random.next);
    const base = {
      signalKey: new Uint8Array(32),
      servers: [],
      allowed: newcomer ? members.slice(0, 2) : members,
    };
    if (newcomer)
      this.give({
        is: 'join',
        spec: { ...base, topic: lobby, initiate: 'knock', note: new Uint8Array(9) },
      });
    else {
      this.give({ is: 'join', spec: { ...base, topic: current, initiate: 'listed' } });
      this.give({ is: 'join', spec: { ...base, topic: lobby, initiate: 'wait' } });
    }
  }

  give(input: OverlayInput): void {
    const { tally } = this.#run;
    if (HOSTILE.has(input.is)) tally.cases++;
    const outputs = tally.watch(
      () => input.is,
      () => this.overlay.handle(input, this.now),
    );
    for (const output of outputs ?? []) this.#do(output);
    if (this.links.size > LINK_LIMITS.links)
      this.#run.tally.fail('unauthorised', `${this.links.size} links`);
  }

  /** One of the strangers' offers, which the engine has let pass, as it does with a newcomer's. */
  knocked(peer: PeerId): void {
    const request = ++this.#request;
    if (this.links.has(peer)) return;
    const outputs = this.#run.tally.try(
      () => 'offered',
      () =>
        this.overlay.handle({ is: 'offered', request, peer, topic: lobby, urgent: true }, this.now),
    );
    for (const output of outputs ?? []) {
      this.#do(output);
      if (output.do !== 'judged' || !output.accept) continue;
      this.links.add(peer);
      this.give({ is: 'linking', peer, topic: lobby });
      this.give({ is: 'up', peer, path: 'direct' });
    }
    const guests = [...this.links].filter((one) => !listed.has(one)).length;
    if (!this.#newcomer && guests > GUESTS)
      this.#run.tally.fail('unauthorised', `${guests} strangers hold links`);
  }

  run(ms: number): void {
    const until = this.now + ms;
    for (let steps = 0; (this.overlay.wakeAt ?? Infinity) <= until; steps++) {
      if (steps > 10_000) {
        this.#run.tally.fail('hang', 'the overlay never rests');
        break;
      }
      this.now = Math.max(this.now, this.overlay.wakeAt ?? this.now);
      this.give({ is: 'tick' });
    }
    this.now = until;
  }

  #do(output: OverlayOutput): void {
    if (output.do === 'connect') {
      this.sought.add(output.peer);
      if (!this.#newcomer && !listed.has(output.peer))
        this.#run.tally.fail('unauthorised', 'offers a link to a stranger');
      // Strangers say nothing; members answer.
      const answers = listed.has(output.peer);
      this.give({ is: 'linking', peer: output.peer, topic: output.topic });
      if (answers) {
        this.links.add(output.peer);
        this.give({ is: 'up', peer: output.peer, path: 'direct' });
      } else this.give({ is: 'down', peer: output.peer, ending: 'no-answer' });
    }
    if (output.do === 'close' && this.links.delete(output.peer)) {
      this.#run.tally.drop('one stranger too many');
      this.give({ is: 'down', peer: output.peer, ending: 'surplus' });
    }
    if (output.do === 'ask' && output.peers.some((peer) => !listed.has(peer)))
      this.#run.tally.fail('unauthorised', 'asks a server about strangers');
  }
}

/** Whoever is asked for is told to be here, once all the strangers have been told of. */
async function crowd(run: Run, newcomer: boolean): Promise<void> {
  const { random, tally } = run;
  const device = new Device(run, newcomer);
  const topics = newcomer ? [lobby] : [lobby, current];
  const rounds = Math.max(50, Math.ceil((run.cases - tally.cases) / (newcomer ? 1 : 2) / 12));
  for (let round = 0; round < rounds; round++) {
    const sample = random.sample(strangers, round % 20 === 0 ? STRANGERS : SIGNALING_LIMITS.sample);
    const topic = random.pick(topics) ?? lobby;
    device.give({ is: 'joined', topic, size: STRANGERS + 1, peers: sample });
    device.give({
      is: 'here',
      topic,
      peers: sample.slice(0, SIGNALING_LIMITS.hereQuestion),
      asked: [],
    });
    device.give({ is: 'learned', topic, peers: sample.slice(0, 16) });
    for (const peer of sample.slice(0, 4)) {
      device.knocked(peer);
      device.give({ is: 'shares', peer, topic });
      device.give({ is: 'gone', peer });
    }
    device.run(random.below(2_000));
    if (round % 20 === 0) await breathe();
  }
  const friend = members[newcomer ? 1 : 7] ?? ME;
  const begun = device.now;
  while (!device.sought.has(friend) && device.now < begun + SOUGHT_MS) {
    device.give({
      is: 'here',
      topic: newcomer ? lobby : current,
      peers: [friend],
      asked: [friend],
    });
    device.run(5_000);
  }
  if (!device.links.has(friend))
    tally.fail(
      'crash',
      `a ${newcomer ? 'newcomer' : 'member'} does not find a member among strangers`,
    );
}

async function attack(run: Run): Promise<void> {
  await crowd(run, false);
  await crowd(run, true);
}

export const crowdedLobby: Family = {
  name: 'a lobby of 10,000 strangers',
  share: 0.06,
  run: attack,
};

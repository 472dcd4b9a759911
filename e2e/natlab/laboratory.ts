/** Carries out scenarios, one after the other. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { type Talk, talk } from './conversation.ts';
import { type Household, Internet } from './gateways.ts';
import { Headless } from './headless.ts';
import { type Namespace, Namespaces } from './namespaces.ts';
import { secondsSince, until } from './patience.ts';
import { Person, startBrowser } from './person.ts';
import type { Scenario } from './scenarios.ts';
import { type ServerOptions, SignalingServer } from './servers.ts';
import type { Talker } from './talker.ts';
import type { Tools } from './tools.ts';

const NAMES = ['Ada', 'Bo', 'Cleo'] as const;
const MESSAGES = 5;
/** Where something happens meanwhile: long enough for the conversation to run on both sides of it. */
const MESSAGES_MEANWHILE = 12;
/** For what people do, once they are at their browsers. */
const SCENARIO_S = 60;

export type Outcome = { readonly scenario: Scenario; readonly tookS: number } & (
  | { readonly talk: Talk; readonly trouble?: undefined }
  /** Why nobody talked. */
  | { readonly talk?: undefined; readonly trouble: string }
);

/** @throws if it is not over within a minute */
async function inTime<T>(what: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = passed(SCENARIO_S * 1000, undefined, { signal: over.signal }).then(() => {
    throw new Error(`It was not over after ${SCENARIO_S} s.`);
  });
  try {
    return await Promise.race([what, late]);
  } finally {
    late.catch(() => {});
    over.abort();
  }
}

/** Named after the process, so that a later run clears away what one that was killed has left. */
function makeScratch(): string {
  const folder = tmpdir();
  for (const name of readdirSync(folder)) {
    const pid = /^snug-natlab-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(path.join(folder, name), { recursive: true, force: true });
  }
  return mkdtempSync(path.join(folder, `snug-natlab-${process.pid}-`));
}

/**
 * Whether the machine lets a process make networks: root in a container often may not.
 *
 * @returns why not, as a sentence
 */
export function whyNoNetwork(): string | undefined {
  const namespaces = new Namespaces();
  try {
    new Internet(namespaces).connect('symmetric').losePackets(0.05);
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().split('\n').join('; ') : error;
    return `this machine refuses networks of one's own: ${said}`;
  } finally {
    namespaces.removeAll();
  }
}

/** Keeps its network, its servers and its browsers from one scenario to the next; the people are new each time. */
export class Laboratory {
  readonly #tools: Tools;
  readonly #namespaces = new Namespaces();
  readonly #internet = new Internet(this.#namespaces);
  readonly #households = new Map<string, Household>();
  readonly #browsers = new Map<Namespace, Promise<Browser>>();
  readonly #servers = new Map<ServerOptions['settings'], Promise<SignalingServer>>();
  readonly #scratch = makeScratch();

  constructor(tools: Tools) {
    this.#tools = tools;
    // The browsers' driver makes directories of its own.
    process.env.TMPDIR = this.#scratch;
  }

  /** Whatever goes wrong in it is an outcome. */
  async carryOut(scenario: Scenario): Promise<Outcome> {
    const from = performance.now();
    try {
      const talked = await this.#play(scenario);
      return { scenario, talk: talked, tookS: secondsSince(from) };
    } catch (error) {
      const [trouble = ''] = String(error instanceof Error ? error.message : error).split('\n');
      this.#startAfresh();
      return { scenario, trouble, tookS: secondsSince(from) };
    }
  }

  /** Ends and removes everything. Synchronous, so that it can be the last thing a process does. */
  close(): void {
    this.#namespaces.removeAll();
    rmSync(this.#scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  async #play(scenario: Scenario): Promise<Talk> {
    const households = this.#householdsOf(scenario);
    const [first] = households;
    const repair = scenario.loss === undefined ? () => {} : first?.losePackets(scenario.loss);
    try {
      const machines = households.map(({ machines: [one, other] }, index) =>
        scenario.together && index > 0 ? other : one,
      );
      const come = async (machine: Namespace | undefined, index: number) => {
        const name = NAMES[index];
        if (machine === undefined || name === undefined) throw new Error('Too many people.');
        return scenario.headless && index === machines.length - 1
          ? new Headless(machine, name)
          : Person.at(await this.#browser(machine), name);
      };
      const [server, ...talkers] = await Promise.all([
        this.#server(scenario.settings ?? 'public'),
        ...machines.map(come),
      ]);
      const move = () => first?.changeAddress();
      const talked = await inTime(this.#converse(scenario, talkers, server, move));
      await inTime(Promise.all(talkers.map((talker) => talker.leaves())));
      return talked;
    } finally {
      repair?.();
    }
  }

  async #converse(
    scenario: Scenario,
    talkers: readonly Talker[],
    server: SignalingServer,
    move: () => void,
  ): Promise<Talk> {
    const [ada] = talkers;
    const last = talkers.at(-1);
    if (!(ada instanceof Person) || last === undefined) throw new Error('Ada has a browser.');
    await ada.createsSpace(server.url);
    await ada.says(1);
    const link = await ada.invites();
    for (const other of talkers.slice(1, -1)) {
      await other.opensInvite(link);
      await until(`${other.name} is in`, async () => (await other.tieTo(ada.name)) === 'direct');
    }
    const plan = {
      talkers,
      between: [ada, last],
      messages: scenario.moves ? MESSAGES_MEANWHILE : MESSAGES,
      ...(scenario.moves && { meanwhile: move }),
      ...(scenario.throughOthers && { throughOthers: true }),
    } as const;
    return talk(plan, link, server);
  }

  /** For each person theirs; of two behind the same kind of gateway each has one of their own, unless together. */
  #householdsOf({ households, together }: Scenario): readonly Household[] {
    return households.map((kind, index) => {
      const same = households.slice(0, index).filter((other) => other === kind).length;
      const key = `${kind} ${together ? 0 : same}`;
      const there = this.#households.get(key) ?? this.#internet.connect(kind);
      this.#households.set(key, there);
      return there;
    });
  }

  #browser(machine: Namespace): Promise<Browser> {
    const there =
      this.#browsers.get(machine) ?? startBrowser(machine, this.#tools.chromium, this.#scratch);
    this.#browsers.set(machine, there);
    return there;
  }

  #server(settings: ServerOptions['settings']): Promise<SignalingServer> {
    const { turnserver } = this.#tools;
    const there =
      this.#servers.get(settings) ??
      SignalingServer.start(this.#internet, { settings, turnserver, scratch: this.#scratch });
    this.#servers.set(settings, there);
    return there;
  }

  /** After something went wrong nothing of it is left for the next. */
  #startAfresh(): void {
    for (const machine of this.#namespaces.all) machine.endProcesses();
    this.#browsers.clear();
    this.#servers.clear();
  }
}

/** How a conversation goes: who hears what, after how long, by which path, and what the server carries of it. */
import { comesTrue, PATIENCE_S, secondsSince, until } from './patience.ts';
import type { SignalingServer } from './servers.ts';
import { numbered, type Talker, type Tie } from './talker.ts';

/**
 * How long a direct path may take to come up, s: punching takes about one, and where the first attempt is in vain the
 * relay has come in by 8.
 */
const SETTLE_S = 10;
/** A relayed link that is not needed goes after some 10 to 20 s. */
const SETTLE_THROUGH_OTHERS_S = 35;
/** How long something that is repeated has to appear, s. */
const ECHO_S = 1;

export interface Talk {
  /** `turn`: direct as far as Snug is concerned, by way of a TURN server. */
  readonly path: Tie | 'turn';
  /** From opening the invite link to the first message on the newcomer's screen, s. */
  readonly firstMessageS: number;
  /** To a direct path at both ends, s, where there is one. */
  readonly directS?: number;
  /** What the server relayed from beginning to end, and of it once the path was settled, bytes. */
  readonly relayedBytes: number;
  readonly relayedWhileTalking: number;
  /** Messages said, and over all who listened those that never came and those that came again. */
  readonly said: number;
  readonly lost: number;
  readonly repeated: number;
  /** Where something happened meanwhile: from then to the first message said since on the other's screen, s. */
  readonly gapS?: number;
}

export interface Plan {
  readonly talkers: readonly Talker[];
  /** The two whose path and messages count. */
  readonly between: readonly [Talker, Talker];
  /** Messages that each of them says. */
  readonly messages: number;
  /** In the middle of the conversation. */
  readonly meanwhile?: () => void;
  /** The two are linked through others in the end, and that takes longer than a direct path. */
  readonly throughOthers?: boolean;
}

/** The first talker has said something; the last opens the invite. @throws if nothing arrives */
export async function talk(plan: Plan, link: string, server: SignalingServer): Promise<Talk> {
  const [one, other] = plan.between;
  const before = await server.relayedBytes();
  const opened = performance.now();
  await other.opensInvite(link);
  const hears = (talker: Talker, texts: readonly string[]) => async () => {
    const heard = await talker.reads();
    return texts.every((text) => heard.includes(text));
  };
  const first = numbered(one.name, 1);
  await until(`${other.name} reads "${first}"`, hears(other, [first]));
  const firstMessageS = secondsSince(opened);

  const ties = () => Promise.all([one.tieTo(other.name), other.tieTo(one.name)]);
  const wanted: Tie = plan.throughOthers ? 'through others' : 'direct';
  const settles = plan.throughOthers ? SETTLE_THROUGH_OTHERS_S : SETTLE_S;
  const settledAsWanted = await comesTrue(
    async () => (await ties()).every((tie) => tie === wanted),
    settles - firstMessageS,
  );
  const direct = settledAsWanted && !plan.throughOthers;
  const directS = secondsSince(opened);

  const settled = await server.relayedBytes();
  const everyMs = plan.meanwhile ? 200 : 0;
  const half = plan.meanwhile ? Math.ceil(plan.messages / 2) : plan.messages;
  const sayBoth = async (count: number) =>
    (await Promise.all([one.says(count, everyMs), other.says(count, everyMs)])).flat();
  const said = [first, ...(await sayBoth(half))];
  let gapS: number | undefined;
  if (plan.meanwhile) {
    const changed = performance.now();
    plan.meanwhile();
    const late = await sayBoth(plan.messages - half);
    said.push(...late);
    await comesTrue(async () => {
      const heard = await other.reads();
      return late.some((text) => text.startsWith(one.name) && heard.includes(text));
    }, PATIENCE_S);
    gapS = secondsSince(changed);
  }
  const listeners = plan.talkers;
  await Promise.all(listeners.map((talker) => comesTrue(hears(talker, said), PATIENCE_S)));
  await comesTrue(async () => (await countRepeated(listeners)) > 0, ECHO_S);

  const after = await server.relayedBytes();
  const [tie] = await ties();
  const turn = tie === 'direct' && (await one.usesTurn());
  return {
    path: turn ? 'turn' : tie,
    firstMessageS,
    ...(direct && { directS }),
    relayedBytes: after - before,
    relayedWhileTalking: after - settled,
    said: said.length,
    lost: await countLost(listeners, said),
    repeated: await countRepeated(listeners),
    ...(gapS !== undefined && { gapS }),
  };
}

async function countLost(listeners: readonly Talker[], said: readonly string[]): Promise<number> {
  const screens = await Promise.all(listeners.map((talker) => talker.reads()));
  return sum(screens.map((screen) => said.filter((text) => !screen.includes(text)).length));
}

async function countRepeated(listeners: readonly Talker[]): Promise<number> {
  const screens = await Promise.all(listeners.map((talker) => talker.reads()));
  return sum(screens.map((screen) => screen.length - new Set(screen).size));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Two engines that talk, while a member who is linked to one of them sends whatever `Liar` makes up. */
import { Conversation } from './conversation.ts';
import { breathe, type Family, type Run } from './family.ts';
import { Liar } from './member-frames.ts';
import { heartbeat } from './tally.ts';

/** After so many frames it is looked at what is in view, and that the conversation goes on. */
const CASES_OF_ONE = 1_000;
/** A world is begun anew after so many, so that what is written for the looking does not grow without end. */
const CASES_OF_A_WORLD = 10_000;
/** How much the memory in use may grow within a world, of which the largest frames and their queue are part. */
const GROWTH_BYTES = 400 * 1024 * 1024;
/** Frames are given in bursts, as a busy link brings them. */
const BURST = 20;
const ENDING = /noise|spoilt|replayed|session|bulk|depsAnswer/;

async function attack(run: Run): Promise<void> {
  const { random, tally } = run;
  while (tally.cases < run.cases) {
    const talk = await Conversation.begin();
    const liar = await Liar.of(talk, random);
    const { eve } = talk;
    const before = process.memoryUsage().heapUsed;
    const most = Math.min(run.cases, tally.cases + CASES_OF_A_WORLD);
    while (tally.cases < most) {
      const until = Math.min(most, tally.cases + CASES_OF_ONE);
      const stop = heartbeat(tally);
      while (tally.cases < until) {
        if (eve.closed !== undefined) {
          tally.drop(eve.closed);
          eve.link();
        }
        const { what, bytes } = liar.next();
        tally.try(
          () => `${what}, ${bytes.length} B, ${Buffer.from(bytes).toString('hex').slice(0, 300)}`,
          () => eve.sendBytes(bytes),
        );
        // What may end the link comes last in a burst: nothing that follows it is looked at.
        const mayEnd = ENDING.test(what);
        if (mayEnd || tally.cases % BURST === 0) await breathe();
      }
      await talk.goesOn(tally);
      stop();
      talk.look(tally);
      talk.room.frames.splice(0, Math.max(0, talk.room.frames.length - 1_000));
    }
    const grown = process.memoryUsage().heapUsed - before;
    if (grown > GROWTH_BYTES)
      tally.fail('hang', `the memory in use grew by ${Math.round(grown / 2 ** 20)} MiB`);
    await talk.end();
  }
}

export const hostileMembers: Family = { name: 'frames of a member', share: 0.2, run: attack };

/** Many lean peers in a process of their own. */
import { answerParent } from './child.ts';
import { CrowdQuestion, type Took } from './crowd-process.ts';
import { LeanPeer } from './lean-peer.ts';

interface Placed {
  readonly peer: LeanPeer;
  readonly topic: string | null;
}

const peers: Placed[] = [];

/** Runs `each` for every one, so many at once, and says how long that and each of them took. */
async function all<T>(
  items: readonly T[],
  atOnce: number,
  each: (item: T) => Promise<unknown>,
): Promise<Took> {
  const started = performance.now();
  const times: number[] = [];
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) {
      const from = performance.now();
      await each(item);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  return { ms: performance.now() - started, p50Ms: at(0.5), p99Ms: at(0.99), longestMs: at(1) };
}

answerParent(CrowdQuestion, async (question) => {
  switch (question.ask) {
    case 'connect':
      return all(Array.from({ length: question.count }), question.atOnce, async () => {
        peers.push({ peer: await LeanPeer.connect(question.url), topic: null });
      });
    case 'join':
      return all(question.topics, question.atOnce, async (topic) => {
        peers.push({ peer: await LeanPeer.join(question.url, topic), topic });
      });
    case 'authenticate':
      return all(Array.from({ length: question.count }), question.atOnce, async () => {
        peers.push({ peer: await LeanPeer.authenticate(question.url), topic: null });
      });
    case 'visit': {
      const visitor = peers.at(-1)?.peer;
      if (visitor === undefined) throw new Error('There is nobody who could visit.');
      if (question.enter) await visitor.join(question.topic);
      else await visitor.leave(question.topic);
      return null;
    }
    case 'sample':
      return all(peers, question.atOnce, async ({ peer, topic }) => {
        if (topic !== null) await peer.join(topic);
      });
    case 'close':
      return all(peers.splice(0), question.atOnce, ({ peer }) => peer.close());
  }
});

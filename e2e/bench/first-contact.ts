/** J0: from joining a topic to an open channel with the one who is there, beside a bare simple-peer pair over bare Socket.IO. */
import { fileURLToPath } from 'node:url';
import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { ServerProgram } from '../browser/stage/server-program.ts';
import { BarePeer } from './first-contact/bare-peer.ts';
import { LinkedPeer } from './first-contact/linked-peer.ts';
import type { Question } from './first-contact/resident.ts';
import type { Measures } from './measure.ts';
import { newTopic } from './new-topic.ts';
import { percentiles } from './quantiles.ts';
import { Child } from './server-scale/child.ts';
import { measured } from './targets.ts';

const MEETINGS = 70;
/** Not counted: what is compiled when it is first used. */
const WARM_UP = 5;

const program = (name: string) =>
  fileURLToPath(new URL(`./first-contact/${name}.ts`, import.meta.url));

async function took(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export async function firstContact(): Promise<Measures> {
  const server = await ServerProgram.start();
  const bareServer = new Child<'url'>(program('bare-server'));
  const resident = new Child<Question>(program('resident'));
  try {
    const bareUrl = await bareServer.ask('url', v.string());
    const start = { ask: 'start', ours: server.url, bare: bareUrl } as const;
    const other = await resident.ask(start, PeerId);

    const ours = async () => {
      const peer = await LinkedPeer.connect(server.url);
      const meeting = { topic: newTopic(), signalKey: randomBytes(32) };
      await resident.ask({ ask: 'wait', meeting: { ...meeting, other: peer.id } }, v.null());
      const ms = await took(() => peer.meet({ ...meeting, other }));
      await peer.close();
      return ms;
    };
    const bare = async () => {
      const peer = await BarePeer.connect(bareUrl);
      const room = newTopic();
      await resident.ask({ ask: 'wait-bare', room }, v.null());
      const ms = await took(() => peer.meet(room));
      peer.close();
      return ms;
    };

    const times: { readonly ours: number; readonly bare: number }[] = [];
    for (let i = 0; i < WARM_UP + MEETINGS; i++) {
      // Who goes first changes, so that neither always follows on the other's leavings.
      const first = i % 2 === 0 ? await bare() : await ours();
      const second = i % 2 === 0 ? await ours() : await bare();
      if (i < WARM_UP) continue;
      times.push(i % 2 === 0 ? { bare: first, ours: second } : { bare: second, ours: first });
    }
    return measuresOf(times);
  } finally {
    await resident.end();
    await bareServer.end();
    await server.kill();
  }
}

function measuresOf(times: readonly { readonly ours: number; readonly bare: number }[]): Measures {
  const ours = percentiles(times.map((t) => t.ours));
  const bare = percentiles(times.map((t) => t.bare));
  return {
    J0: measured('J0', ours.p95 / bare.p95, {
      compared: {
        'p95, ms': ours.p95,
        'bare p95, ms': bare.p95,
        'p50, ms': ours.p50,
        'bare p50, ms': bare.p50,
        'p50 ÷ p50': ours.p50 / bare.p50,
        'meetings of each': times.length,
      },
      detail: {
        what: 'from asking to join a topic, connected to the server already, to an open channel with the one who waits there. Peers in Node with node-datachannel, each side, each server and whoever waits in a process of its own; no STUN on either side; in turns in one run',
        times,
      },
    }),
  };
}

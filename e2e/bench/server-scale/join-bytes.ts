import { newTopic } from '../new-topic.ts';
import { CrowdProcess } from './crowd-process.ts';
import type { HostProcess } from './host-process.ts';

const VISITS = 25;
const AT_ONCE = 32;

/** Bytes at the sockets of the whole server, in and out, each time that somebody who is connected joins a topic. */
export async function bytesOfVisits(host: HostProcess, topic: string): Promise<readonly number[]> {
  const visitor = new CrowdProcess();
  await visitor.ask({ ask: 'authenticate', url: host.url, count: 1, atOnce: 1 });
  const bytes: number[] = [];
  for (let i = 0; i < VISITS; i++) {
    const before = await host.reading();
    await visitor.visit(topic, true);
    const after = await host.reading();
    bytes.push(after.socketBytes - before.socketBytes);
    await visitor.visit(topic, false);
  }
  await visitor.end();
  return bytes;
}

/** The same with a topic in which so many others are. */
export async function bytesOfJoins(host: HostProcess, others: number): Promise<readonly number[]> {
  const crowd = new CrowdProcess();
  const topic = newTopic();
  const topics = Array.from({ length: others }, () => topic);
  await crowd.ask({ ask: 'join', url: host.url, topics, atOnce: AT_ONCE });
  const bytes = await bytesOfVisits(host, topic);
  await crowd.end();
  return bytes;
}

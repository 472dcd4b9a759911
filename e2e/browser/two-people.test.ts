import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { directConnections } from './stage/network.ts';
import { NUMBERED, numbered, Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

/** For whoever wants to know how long things take; nothing depends on them. */
function keepFigures(figures: Readonly<Record<string, number>>): void {
  const folder = path.resolve(import.meta.dirname, '..', 'output');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'figures.json'), `${JSON.stringify(figures, null, 2)}\n`);
}

const bytesOf = ({ socketBytesIn, socketBytesOut }: Awaited<Server['counters']>) =>
  socketBytesIn + socketBytesOut;

test('two people talk over a direct link, and the server carries none of it', async () => {
  const server = await Server.start();
  const ada = await Person.withBrowser('Ada');
  const opened = performance.now();
  await ada.opens(server.url);
  await ada.choosesName();
  await ada.createsSpace('Lyre Street');
  const created = performance.now();
  await ada.says('Welcome, whoever comes.');
  const invite = await ada.invites();

  const bo = await Person.at(server.url, 'Bo');
  await bo.opens('about:blank');
  const invited = performance.now();
  await bo.opens(invite);
  await bo.sees('Welcome, whoever comes.');
  const arrived = performance.now();
  const introduced = await server.counters;
  await bo.says('Thank you, Ada.');
  await ada.sees('Thank you, Ada.');

  for (const [person, other] of [
    [ada, bo],
    [bo, ada],
  ] as const) {
    await person.seesStatus(/^direct.*2 here/);
    await person.seesMember(other.name, 'direct');
  }
  await ada.seesMark('Welcome, whoever comes.', 'Everyone here has it');
  await bo.seesMark('Thank you, Ada.', 'Everyone here has it');

  const before = await server.counters;
  const [linked] = await directConnections(ada.page);
  const [fromAda, fromBo] = [numbered('Ada', 50), numbered('Bo', 50)];
  await Promise.all([ada.says(...fromAda), bo.says(...fromBo)]);
  await ada.seesMark('Ada 50 of 50', 'Everyone here has it');
  await bo.seesMark('Bo 50 of 50', 'Everyone here has it');
  for (const person of [ada, bo]) {
    await person.showsEarlier();
    await person.seesAll([...fromAda, ...fromBo], NUMBERED);
  }
  const said = await ada.reads(NUMBERED);
  expect(await bo.reads(NUMBERED)).toEqual(said);
  expect(said.filter((text) => text.startsWith('Ada'))).toEqual(fromAda);
  expect(said.filter((text) => text.startsWith('Bo'))).toEqual(fromBo);

  for (const person of [ada, bo]) {
    const connections = await directConnections(person.page);
    expect(connections).toHaveLength(1);
    expect(connections[0]?.messagesSent).toBeGreaterThanOrEqual(50);
    expect(connections[0]?.messagesReceived).toBeGreaterThanOrEqual(50);
  }
  const [after, carried] = [await server.counters, await directConnections(ada.page)];
  expect(after.relayedFrames).toBe(0);
  expect(after.relayedBytes).toBe(0);
  expect(after.signals).toBe(before.signals);
  // A hundred messages are some 30,000 bytes; what grows here is Socket.IO's sign of life, a few bytes each half minute.
  expect(bytesOf(after) - bytesOf(before)).toBeLessThan(500);

  keepFigures({
    openedToSpaceCreatedMs: Math.round(created - opened),
    inviteToFirstMessageMs: Math.round(arrived - invited),
    serverBytesUntilFirstMessage: bytesOf(introduced),
    serverBytesAtTheEnd: bytesOf(after),
    serverSignals: after.signals,
    serverSignalsBytesOfHundredMessages: bytesOf(after) - bytesOf(before),
    serverRelayedBytes: after.relayedBytes,
    directBytesOfHundredMessages:
      (carried[0]?.bytesSent ?? 0) +
      (carried[0]?.bytesReceived ?? 0) -
      (linked?.bytesSent ?? 0) -
      (linked?.bytesReceived ?? 0),
  });
});

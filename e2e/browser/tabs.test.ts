import { expect, test } from 'vitest';
import { NUMBERED, Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

async function adaAndBo(): Promise<{ server: Server; ada: Person; bo: Person }> {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const bo = await Person.invited(await ada.invites(), 'Bo');
  await bo.seesStatus(/^direct/);
  return { server, ada, bo };
}

test('a second tab shows the same, writes through the first, and takes over when that closes', async () => {
  const { server, ada: first, bo } = await adaAndBo();
  await first.says('Ada 1 of 5');
  await bo.says('Bo 1 of 2');

  const second = await first.opensAnotherTab(server.url);
  await second.seesAll(['Ada 1 of 5', 'Bo 1 of 2'], NUMBERED);
  await second.seesStatus(/^direct.*2 here/);
  await second.seesMember('Bo', 'direct');
  await second.says('Ada 2 of 5');
  await first.sees('Ada 2 of 5');
  await bo.sees('Ada 2 of 5');
  await second.seesMark('Ada 2 of 5', 'Everyone here has it');
  await first.says('Ada 3 of 5');
  await second.sees('Ada 3 of 5');
  // Two tabs are one device: no second link, and nobody else.
  await bo.seesStatus(/^direct, 1 link.*2 here/);

  await first.closesTab();
  await second.says('Ada 4 of 5');
  await second.seesMember('Bo', 'direct');
  await bo.says('Bo 2 of 2');
  await second.sees('Bo 2 of 2');
  await second.says('Ada 5 of 5');
  await second.seesMark('Ada 5 of 5', 'Everyone here has it');
  const all = [
    'Ada 1 of 5',
    'Ada 2 of 5',
    'Ada 3 of 5',
    'Ada 4 of 5',
    'Ada 5 of 5',
    'Bo 1 of 2',
    'Bo 2 of 2',
  ];
  for (const person of [second, bo]) await person.seesAll(all, NUMBERED);
  expect(await bo.reads(NUMBERED)).toEqual(await second.reads(NUMBERED));
});

test('what stands in the timeline when a tab is closed has been kept, and arrives once', async () => {
  const { server, ada, bo } = await adaAndBo();
  const second = await ada.opensAnotherTab(server.url);
  await second.isIn();
  const [fromLeader, fromFollower] = ['Ada 1 of 2', 'Ada 2 of 2'] as const;
  await ada.says(fromLeader);
  await ada.seesStored(fromLeader);
  await ada.closesTab();
  await second.says(fromFollower);
  await second.seesStored(fromFollower);
  await second.closesTab();

  const third = await second.opensAnotherTab(server.url);
  await third.seesAll([fromLeader, fromFollower], NUMBERED);
  await bo.seesAll([fromLeader, fromFollower], NUMBERED);
});

test('a message sent in the very moment of a reload is in the timeline or still in the composer', async () => {
  const { server, ada, bo } = await adaAndBo();
  const second = await ada.opensAnotherTab(server.url);
  await second.isIn();
  const [fromLeader, fromFollower] = ['Ada 1 of 2', 'Ada 2 of 2'] as const;
  for (const [tab, text] of [
    [ada, fromLeader],
    [second, fromFollower],
  ] as const) {
    await tab.composer.fill(text);
    const send = tab.page.getByRole('button', { name: 'Send' });
    const reloaded = tab.page.waitForEvent('load');
    await send.evaluate((button: HTMLElement) => {
      button.click();
      location.reload();
    });
    await reloaded;
    await tab.isIn();
    await tab.stillHas(text);
  }
  await bo.says('Bo 1 of 1');
  for (const tab of [ada, second]) await tab.sees('Bo 1 of 1');
  const arrived = await bo.reads(NUMBERED);
  expect(arrived).toEqual([...new Set(arrived)]);
});

import { expect, test } from 'vitest';
import { HeadlessPeer } from './stage/headless-peer.ts';
import { directConnections } from './stage/network.ts';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

test('a browser and a headless peer talk both ways over a direct link', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  await ada.says('Is anybody there?');
  const invite = await ada.invites();

  const peer = HeadlessPeer.start(
    ...['--invite', invite, '--name', 'Robin', '--say', 'Robin is here.', '--keep'],
  );
  await ada.sees('Robin is here.');
  await ada.seesMember('Robin', 'direct');
  await ada.seesStatus(/^direct, 1 link.*2 here/);
  const heard = await peer.tells({ is: 'message', text: 'Is anybody there?' });
  expect(heard).toMatchObject({ author: expect.stringMatching(/^did:key:/), own: false });
  await ada.says('Glad to hear it.');
  await peer.tells({ is: 'message', text: 'Glad to hear it.', authorName: 'Ada' });
  await ada.seesMark('Glad to hear it.', 'Everyone here has it');

  await peer.tells({ is: 'space', name: 'Lyre Street', state: 'open', here: 2 });
  await peer.tells({ is: 'link', path: 'direct' });
  const own = await peer.tells({ is: 'message', text: 'Robin is here.', own: true });
  await peer.tells({ is: 'delivery', id: own?.id, delivery: 'everyone' });
  expect(await directConnections(ada.page)).toHaveLength(1);
  expect((await server.counters).relayedBytes).toBe(0);

  expect(await peer.stop()).toBe(0);
  expect(peer.junk).toEqual([]);
  await ada.seesMember('Robin', 'offline');
});

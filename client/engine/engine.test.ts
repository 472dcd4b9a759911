import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { lobbyTopicFor } from '@snug/shared/crypto/topic.ts';
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { afterEach, expect, test } from 'vitest';
import { must, type Resident, TestRoom, texts } from './test/room.ts';

const residents: Resident[] = [];
afterEach(async () => {
  for (const resident of residents.splice(0)) {
    expect(resident.problems).toEqual([]);
    await resident.leave();
  }
});

async function enter(room: TestRoom, name: string, store?: Resident['store']): Promise<Resident> {
  const resident = await room.enter(name, store);
  residents.push(resident);
  return resident;
}

/** Ada has a space and Ben has joined it by her link; both watch its first channel. */
async function twoInASpace(room: TestRoom) {
  const ada = await enter(room, 'Ada');
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  await ada.engine.commands.watch({ space, channel, newest: 100 });
  const ben = await join(room, 'Ben', ada, space, channel);
  return { ada, ben, space, channel };
}

async function join(
  room: TestRoom,
  name: string,
  inviter: Resident,
  space: SpaceId,
  channel: ChannelId,
) {
  const { link } = must(await inviter.engine.commands.invite({ space }));
  const newcomer = await enter(room, name);
  must(await newcomer.engine.commands.joinSpace({ invite: link }));
  await newcomer.until('the space is open with its channel', (v) =>
    v.spaces.some((s) => s.state === 'open' && s.channels.some((c) => c.name === 'general')),
  );
  await newcomer.engine.commands.watch({ space, channel, newest: 100 });
  return newcomer;
}

test('a newcomer with a link is let in, and both see each other by name', async () => {
  const { ada, ben } = await twoInASpace(new TestRoom());
  for (const who of [ada, ben])
    await who.until('both names', (v) => {
      const names = v.spaces[0]?.members.map((m) => m.name);
      return names?.join() === 'Ada,Ben' && v.spaces[0]?.here === 2;
    });
  expect(ben.view.spaces[0]?.name).toBe('Lyre Street');
  expect(ada.view.spaces[0]?.members.map((m) => m.role)).toEqual(['admin', 'member']);
});

test('messages go both ways, once each, in one order, and are ticked when held', async () => {
  const { ada, ben, space, channel } = await twoInASpace(new TestRoom());
  for (let i = 0; i < 20; i++) {
    must(await ada.engine.commands.say({ space, channel, text: `a${i}` }));
    must(await ben.engine.commands.say({ space, channel, text: `b${i}` }));
  }
  await ada.until('40 messages', (v) => texts(v).length === 40);
  await ben.until('40 messages', (v) => texts(v).length === 40);
  expect(texts(ada.view)).toEqual(texts(ben.view));
  expect(new Set(texts(ada.view)).size).toBe(40);
  await ada.until('all ticked twice', (v) =>
    Boolean(v.timeline?.messages.every((m) => !m.own || m.delivery === 'everyone')),
  );
});

test('a message written while nobody else is here says so, and goes out later', async () => {
  const room = new TestRoom();
  const { ada, ben, space, channel } = await twoInASpace(room);
  room.offline(ben);
  must(await ada.engine.commands.say({ space, channel, text: 'alone' }));
  await ada.until('shown as only here', (v) => v.timeline?.messages[0]?.delivery === 'device');
  room.online(ben);
  await ben.until('it arrived', (v) => texts(v).includes('alone'));
  await ada.until('ticked', (v) => v.timeline?.messages[0]?.delivery === 'everyone');
});

test('two who wrote apart hold the same afterwards, through a sync session', async () => {
  const room = new TestRoom();
  const { ada, ben, space, channel } = await twoInASpace(room);
  for (let i = 0; i < 30; i++)
    must(await ada.engine.commands.say({ space, channel, text: `before ${i}` }));
  await ben.until('all before', (v) => texts(v).length === 30);
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  for (let i = 0; i < 5; i++) {
    must(await ada.engine.commands.say({ space, channel, text: `ada apart ${i}` }));
    must(await ben.engine.commands.say({ space, channel, text: `ben apart ${i}` }));
  }
  room.frames.length = 0;
  room.online(ben);
  await ada.until('all', (v) => texts(v).length === 40);
  await ben.until('all', (v) => texts(v).length === 40);
  expect(texts(ada.view)).toEqual(texts(ben.view));
  const sessionFrame = 6;
  expect(room.frames.some(({ frame }) => frame[0] === sessionFrame)).toBe(true);
});

test('what was written survives a restart, and so does who one is', async () => {
  const room = new TestRoom();
  const { ada, space, channel } = await twoInASpace(room);
  must(await ada.engine.commands.say({ space, channel, text: 'kept' }));
  const { peer, store } = ada;
  await ada.leave();
  const again = await enter(room, 'Ada', store);
  expect(again.peer).toBe(peer);
  await again.engine.commands.watch({ space, channel, newest: 100 });
  await again.until('kept', (v) => texts(v).includes('kept'));
  expect(again.view.device?.name).toBe('Ada');
});

test('someone without a link to the author gets messages through others', async () => {
  const room = new TestRoom();
  const { ada, ben, space, channel } = await twoInASpace(room);
  const cleo = await join(room, 'Cleo', ada, space, channel);
  await ben.until('three', (v) => v.spaces[0]?.members.length === 3);
  room.cut.add([ben.peer, cleo.peer].sort().join(' '));
  room.offline(cleo);
  room.online(cleo);
  await ada.until('linked to both', () => room.linked(ada, cleo) && room.linked(ada, ben));
  expect(room.linked(ben, cleo)).toBe(false);
  must(await ben.engine.commands.say({ space, channel, text: 'over Ada' }));
  await cleo.until('it came', (v) => texts(v).includes('over Ada'));
  await cleo.until('says so', (v) =>
    Boolean(
      v.spaces[0]?.members.some(
        (m) => m.name === 'Ben' && m.tie === 'through others' && m.via === 'Ada',
      ),
    ),
  );
});

test('an expired invite is refused with a reason', async () => {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const { space } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  const later = Date.now() + 40 * 24 * 3600_000;
  room.now = () => later;
  const ben = await enter(room, 'Ben');
  must(await ben.engine.commands.joinSpace({ invite: link }));
  const view = await ben.until('refused', (v) => v.spaces[0]?.state === 'refused');
  expect(view.spaces[0]?.trouble?.code).toBe('expired-invite');
});

test('strangers in the lobby who say that an invite is bad end nothing: the person is told, and is let in by a member', async () => {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const { space } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  const invite = parseInviteLink(link);
  if (!invite.ok) throw new Error(invite.message);
  const topic = lobbyTopicFor(invite.invite.lobbySecret);
  room.offline(ada);
  const ben = await enter(room, 'Ben');
  must(await ben.engine.commands.joinSpace({ invite: link }));
  for (let n = 0; n < 5; n++) {
    const { peerId } = await openDeviceKey(await generateDeviceKey({ extractable: true }));
    ben.engine.linksEvent({ is: 'refused', peer: peerId, topic, reason: 'bad-invite' });
  }
  const view = await ben.until('told', (v) => v.spaces[0]?.trouble !== undefined);
  expect(view.spaces[0]).toMatchObject({ state: 'joining', trouble: { code: 'not-yet' } });
  room.online(ada);
  const after = await ben.until('let in', (v) => v.spaces[0]?.state === 'open');
  expect(after.spaces[0]?.trouble).toBeUndefined();
});

test('a channel opened by one appears to the other and takes messages', async () => {
  const { ada, ben, space } = await twoInASpace(new TestRoom());
  const { channel } = must(await ben.engine.commands.createChannel({ space, name: 'tools' }));
  await ada.until('the channel', (v) =>
    Boolean(v.spaces[0]?.channels.some((c) => c.id === channel && c.name === 'tools')),
  );
  await ada.engine.commands.watch({ space, channel, newest: 100 });
  must(await ben.engine.commands.say({ space, channel, text: 'pegs' }));
  await ada.until('pegs', (v) => texts(v).includes('pegs'));
});

test('an admin says where the space meets, and everybody meets there from then on', async () => {
  const room = new TestRoom();
  const { ada, ben, space } = await twoInASpace(room);
  const servers = ['https://snug.test', 'https://wells.test'];
  must(
    await ada.engine.commands.setServers({
      space,
      servers: ['HTTPS://snug.test/', 'https://wells.test'],
    }),
  );
  for (const who of [ada, ben]) {
    await who.until('both servers', (v) => v.spaces[0]?.servers.join() === servers.join());
    for (const spec of room.specsOf(who)) expect(spec.servers).toEqual(servers);
  }

  const refused = [
    await ben.engine.commands.setServers({ space, servers: ['https://ben.test'] }),
    await ada.engine.commands.setServers({ space, servers: [] }),
    await ada.engine.commands.setServers({ space, servers: ['ftp://wells.test'] }),
    await ada.engine.commands.setServers({
      space,
      servers: [1, 2, 3, 4].map((n) => `https://${n}.test`),
    }),
  ];
  expect(refused.map((result) => result.ok)).toEqual([false, false, false, false]);
  expect(ada.view.spaces[0]?.servers).toEqual(servers);
});

test('of many spaces only the one on the screen is in the foreground', async () => {
  const room = new TestRoom();
  const ada = await enter(room, 'Ada');
  const create = async (name: string) => must(await ada.engine.commands.createSpace({ name }));
  const made = [
    await create('One'),
    await create('Two'),
    await create('Three'),
    await create('Four'),
  ];
  const shown = async (at: (typeof made)[number] | undefined) => {
    if (at) await ada.engine.commands.watch({ ...at, newest: 50 });
    return room.specsOf(ada).filter((s) => s.initiate === 'listed' && s.background !== true).length;
  };
  expect(await shown(undefined)).toBe(0);
  for (const at of made) expect(await shown(at)).toBe(1);
});

test('a segment that is full rolls over without loss, also when both write at once', async () => {
  const { ada, ben, space, channel } = await twoInASpace(new TestRoom());
  for (const who of [ada, ben]) await who.engine.commands.watch({ space, channel, newest: 5000 });
  const count = 560;
  await Promise.all(
    [ada, ben].map(async (who, w) => {
      for (let i = 0; i < count; i++)
        must(await who.engine.commands.say({ space, channel, text: `${w} ${i}` }));
    }),
  );
  for (const who of [ada, ben]) await who.until('all', (v) => texts(v).length === 2 * count);
  expect(texts(ada.view)).toEqual(texts(ben.view));
}, 60_000);

test('what was said while one was away is marked as new, what is said while one looks is not', async () => {
  const { ada, ben, space, channel } = await twoInASpace(new TestRoom());
  must(await ben.engine.commands.say({ space, channel, text: 'seen' }));
  await ada.until('seen', (v) => texts(v).includes('seen'));
  must(await ada.engine.commands.markRead({ space, channel }));
  await ada.engine.commands.watch(null);
  await ada.engine.commands.watch({ space, channel, newest: 100 });
  must(await ben.engine.commands.say({ space, channel, text: 'while looking' }));
  await ada.until('it is there', (v) => texts(v).includes('while looking'));
  expect(ada.view.timeline?.firstUnread).toBeUndefined();

  await ada.engine.commands.watch(null);
  must(await ben.engine.commands.say({ space, channel, text: 'while away' }));
  await ada.until('a mark at the channel', (v) => v.spaces[0]?.channels[0]?.unread === true);
  await ada.engine.commands.watch({ space, channel, newest: 100 });
  await ada.until('the line', (v) => v.timeline?.firstUnread !== undefined);
});

test('that somebody who holds a message leaves takes nothing back from its mark', async () => {
  const room = new TestRoom();
  const { ada, ben, space, channel } = await twoInASpace(room);
  must(await ada.engine.commands.say({ space, channel, text: 'held' }));
  await ada.until('held', (v) => v.timeline?.messages[0]?.delivery === 'everyone');
  room.offline(ben);
  await ada.until('alone', (v) => v.spaces[0]?.here === 1);
  expect(ada.view.timeline?.messages[0]?.delivery).toBe('everyone');
});

import type { ChannelView, MemberView, MessageView, SpaceView, Tie } from '../../engine/view.ts';
import type { LinkStats, LinksStatus } from '../shown.ts';
import { channelNamed, entryNamed, peerNamed, spaceNamed } from './names.ts';

/** A believable space: a street with a garden. */
export const YOU = 'Jo Abara';
export const lyreStreet = spaceNamed('Lyre Street');
export const garden = channelNamed('garden');

export function member(name: string, tie: Tie, more: Partial<MemberView> = {}): MemberView {
  const peer = peerNamed(name);
  return {
    account: peer,
    devices: [peer],
    name,
    you: name === YOU,
    role: 'member',
    tie,
    ...more,
  };
}

export const members: readonly MemberView[] = [
  member(YOU, 'direct'),
  member('Ines Park', 'direct', { role: 'admin' }),
  member('Tomas Lind', 'direct'),
  member('Marit Oduya', 'relayed'),
  member('Ravi Anand', 'direct'),
  member('Saskia de Wit', 'through others', { via: 'Ravi Anand' }),
  member('Noor Haddad', 'direct'),
  member('Emre Kaya', 'through others', { via: 'Noor Haddad' }),
  member('Lotte Brandt', 'offline'),
  member('Pavel Novák', 'offline'),
  member('', 'offline', { account: peerNamed('new'), devices: [peerNamed('new')] }),
];

const channel = (name: string, topic = '', unread = false): ChannelView => ({
  id: channelNamed(name),
  name,
  topic,
  unread,
});

export const channels: readonly ChannelView[] = [
  channel('garden', 'What grows, what doesn’t, who waters when'),
  channel('tools', '', true),
  channel('kitchen-rota'),
  channel('photos'),
];

export const space: SpaceView = {
  id: lyreStreet,
  name: 'Lyre Street',
  state: 'open',
  you: 'member',
  mayInvite: true,
  mayOpenChannels: true,
  servers: ['https://snug.example'],
  members,
  channels,
  here: 8,
};

let written = 0;
export function message(
  author: string,
  text: string,
  at: number,
  more: Partial<MessageView> = {},
): MessageView {
  written++;
  return {
    id: entryNamed(`${author} ${written}`),
    author: peerNamed(author),
    authorName: author,
    own: author === YOU,
    text,
    at,
    farOff: false,
    ...more,
  };
}

const clock = (hours: number, minutes: number, daysAgo: number) => {
  const date = new Date();
  date.setDate(date.getDate() - daysAgo);
  return date.setHours(hours, minutes, 0, 0);
};

export const conversation: readonly MessageView[] = [
  message(
    'Lotte Brandt',
    'Compost is full again. Is anyone taking the second bin out to the field?',
    clock(17, 12, 2),
  ),
  message(YOU, 'I can, on Saturday.', clock(17, 40, 2), { delivery: 'everyone' }),
  message(
    'Marit Oduya',
    'The beans by the south wall are done. I pulled them, roots left in for the nitrogen.',
    clock(18, 2, 1),
  ),
  message(
    'Marit Oduya',
    'Somebody with long arms should get the poles down before the wind does it for us.',
    clock(18, 3, 1),
  ),
  message(
    'Tomas Lind',
    '> Somebody with long arms should get the poles down\n\nOn it tomorrow morning. *Ines*, is the ladder still in the blue shed?',
    clock(18, 9, 1),
  ),
  message(
    'Ines Park',
    'Frost warning for tonight, **minus three**. Covers on before nine, please. The fleece is under the bench; last year this was enough:\n\n```\ninner bed   2 layers, pegged\nolive pot   jute + fleece, off the ground, and a board behind it against the wind\n```\n\nForecast: https://www.example.org/weather/lyre-street',
    clock(9, 15, 0),
  ),
  message(YOU, 'I have the olive. Half a roll left after that.', clock(9, 21, 0), {
    delivery: 'everyone',
  }),
  message(
    'Ravi Anand',
    'What we still need:\n\n1. pegs, about 40\n2. a second pair of hands for the long bed\n3. somebody who owns a torch',
    clock(9, 34, 0),
  ),
  message('Saskia de Wit', 'I can hold a torch.', clock(9, 58, 0), { farOff: true }),
  message(YOU, 'Pegs are in the tin by the door, I think there are enough.', clock(9, 41, 0), {
    delivery: 'stored',
  }),
  message(YOU, 'If not I will cut some from the hazel.', clock(9, 42, 0), { delivery: 'device' }),
];

const link = (name: string, more: Partial<LinkStats> = {}): LinkStats => ({
  peer: peerNamed(name),
  link: 1,
  path: 'direct',
  cause: 'direct',
  rttMs: 18,
  upSinceMs: Date.now() - 25 * 60_000,
  direct: { bytesIn: 380_200, bytesOut: 412_000 },
  relayed: { bytesIn: 0, bytesOut: 0 },
  overhead: { bytesIn: 0, bytesOut: 0 },
  framesIn: 900,
  framesOut: 1100,
  pathChanges: 0,
  ...more,
});

const server = 'https://snug.example.org';

export const links: LinksStatus = {
  servers: [{ url: server, state: 'connected' }],
  links: [
    link('Ines Park'),
    link('Tomas Lind', { rttMs: 31 }),
    link('Ravi Anand', { rttMs: 24 }),
    link('Noor Haddad', { rttMs: undefined, upSinceMs: Date.now() - 4000 }),
    link('Marit Oduya', {
      path: 'relayed',
      cause: 'direct-failed',
      rttMs: 64,
      direct: { bytesIn: 0, bytesOut: 0 },
      relayed: { bytesIn: 29_100, bytesOut: 31_400 },
    }),
  ],
  signaling: { bytesIn: 2210, bytesOut: 1980 },
};

export const allDirect: LinksStatus = {
  ...links,
  links: links.links.filter((each) => each.path === 'direct'),
};

export const serverAway: LinksStatus = {
  ...links,
  servers: [
    { url: server, state: 'unreachable', problem: 'No answer for 20 s; the next try is in 30 s.' },
  ],
};

export const noLinks: LinksStatus = { ...links, links: [] };

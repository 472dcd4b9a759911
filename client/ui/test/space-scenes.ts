import type { DeedView, SpaceHistoryView } from '../../engine/overview-view.ts';
import type { PageView } from '../../engine/page-view.ts';
import type { SpaceView } from '../../engine/view.ts';
import * as street from './lyre-street.ts';
import { channelNamed, entryNamed, peerNamed } from './names.ts';
import type { Scene } from './scenes.ts';

const DAY = 86_400_000;
const ago = (ms: number) => Date.now() - ms;

const deed = (
  byName: string,
  what: DeedView['what'],
  excerpt: string,
  hoursAgo: number,
  more: Partial<DeedView> = {},
): DeedView => ({
  byName,
  account: peerNamed(byName),
  you: byName === street.YOU,
  at: ago(hoursAgo * 3_600_000),
  what,
  excerpt,
  messages: [entryNamed(excerpt)],
  entries: [entryNamed(`deed on ${excerpt}`)],
  mayUndo: true,
  ...more,
});

const history: SpaceHistoryView = {
  deeds: [
    deed(
      'Ines Park',
      { is: 'move', channelName: 'tools', thread: entryNamed('root') },
      'The long one, from the blue shed.',
      2,
      { messages: [entryNamed('one'), entryNamed('two'), entryNamed('three')] },
    ),
    deed(street.YOU, { is: 'tag', on: ['frost'], off: [] }, 'Frost warning for tonight', 5),
    deed('Ines Park', { is: 'pin', on: true }, 'Frost warning for tonight', 26, {
      mayUndo: false,
      undone: { byName: street.YOU, at: ago(3_600_000) },
    }),
    deed('Tomas Lind', { is: 'edit' }, 'On it tomorrow morning.', 30, { mayUndo: false }),
    deed('Ines Park', { is: 'delete' }, '', 50, { mayUndo: false }),
  ],
  acts: [
    {
      byName: 'Ines Park',
      account: peerNamed('Ines Park'),
      you: false,
      what: { is: 'role', name: street.YOU, role: 'gardener' },
      about: [peerNamed(street.YOU)],
    },
    {
      byName: 'Tomas Lind',
      account: peerNamed('Tomas Lind'),
      you: false,
      what: { is: 'admitted', name: 'Saskia de Wit' },
      about: [peerNamed('Saskia de Wit')],
    },
    {
      byName: 'Ines Park',
      account: peerNamed('Ines Park'),
      you: false,
      what: { is: 'founded' },
      about: [],
    },
  ],
};

const listed = (author: string, text: string, hoursAgo: number, channelName = 'garden') => ({
  id: entryNamed(text),
  author: peerNamed(author),
  authorName: author,
  own: author === street.YOU,
  at: ago(hoursAgo * 3_600_000),
  text,
  channel: channelNamed(channelName),
  channelName,
});

const planting = [
  'What do we plant on the long bed?',
  'Beans, as last year. And the red kale.',
  'I have two trays of leeks.',
];
export const page: PageView = {
  id: entryNamed('Planting plan'),
  title: 'Planting plan for the long bed',
  channel: channelNamed('garden'),
  thread: entryNamed('root'),
  sources: planting.map(entryNamed),
  at: ago(3_600_000),
  byName: 'Ines Park',
  away: false,
  version: 1,
  mayPutAway: true,
  text: [
    '# From the shed to the wall',
    'We decided this in March, and it holds **unless it freezes again**.',
    '- Beans along the wall, on the old poles\n- Red kale in the middle\n- Leeks near the water butt',
    'Who waters: Ravi on weekdays, Saskia at the weekend.',
  ].join('\n\n'),
  from: planting.map((text, i) => ({
    id: entryNamed(text),
    authorName: ['Ines Park', 'Tomas Lind', 'Saskia de Wit'][i] ?? '',
    text,
    at: ago((40 - i) * 3_600_000),
  })),
};

const overview: NonNullable<Scene['overview']> = {
  threads: [
    {
      root: listed('Ines Park', 'Who brings a ladder on Saturday?', 30),
      replies: 6,
      latest: { authorName: street.YOU, at: ago(3_600_000), text: 'Two short ones.' },
    },
    {
      root: listed('Ravi Anand', 'Which drill survived the winter?', 90, 'tools'),
      replies: 1,
      latest: { authorName: 'Tomas Lind', at: ago(2 * DAY), text: 'The blue one.' },
    },
  ],
  tended: {
    pinned: [
      listed('Ines Park', 'Frost warning for tonight, minus three. Covers on before nine.', 8),
      listed('Marit Oduya', 'Water in the long bed runs on Tuesdays and Fridays.', 190),
    ],
    tags: [
      {
        tag: 'frost',
        messages: [listed('Ines Park', 'Frost warning for tonight, minus three.', 8)],
      },
      { tag: 'saturday', messages: [listed('Tomas Lind', 'I will, and a saw.', 30)] },
    ],
  },
};

const found: NonNullable<Scene['found']> = {
  messages: [
    ['Ines Park', 'The fleece is under the bench; last year this was enough.', 'fleece', 8],
    [street.YOU, 'Half a roll of fleece left after that.', 'fleece', 7],
    ['Tomas Lind', 'Is the fleece dry? It was in the blue shed when it rained.', 'fleece', 90],
  ].map(([author, text, word, hours]) => ({
    ...listed(String(author), String(text), Number(hours)),
    space: street.lyreStreet,
    spaceName: 'Lyre Street',
    highlights: [
      {
        start: String(text).indexOf(String(word)),
        end: String(text).indexOf(String(word)) + String(word).length,
      },
    ],
    permalink: '',
  })),
  total: 3,
  hints: [],
  complete: true,
};

const asAdmin: Partial<SpaceView> = {
  you: 'admin',
  members: street.members.map((one) =>
    one.you
      ? { ...one, role: 'admin' as const }
      : { ...one, role: one.name === 'Marit Oduya' ? ('gardener' as const) : ('member' as const) },
  ),
  invites: [
    {
      key: 'one',
      byName: street.YOU,
      you: true,
      uses: 'reusable',
      openDoor: false,
      expires: Date.now() + 20 * DAY,
    },
    {
      key: 'two',
      byName: 'Tomas Lind',
      you: false,
      uses: 'single',
      openDoor: false,
      expires: Date.now() + DAY,
    },
  ],
};

/** Scenes of a space's own screens. */
export function spaceScenes(base: {
  readonly open: Scene;
  readonly inSpace: (changes: Partial<SpaceView>) => Scene['view'];
}): Readonly<Record<string, Scene>> {
  const { open, inSpace } = base;
  const admin: Scene = { ...open, view: inSpace(asAdmin), history, overview, found };
  return {
    admin,
    member: { ...admin, does: [{ pressWhere: 'Marit Oduya' }] },
    removing: {
      ...admin,
      does: [{ pressWhere: 'Tomas Lind' }, { pressWhere: 'Remove from the space' }],
    },
    provisional: {
      ...admin,
      view: inSpace({
        ...asAdmin,
        members: (asAdmin.members ?? []).slice(0, 4),
        provisional: [{ account: peerNamed('Una'), device: peerNamed('Una'), name: 'Una Brook' }],
      }),
    },
    'no-admin': {
      ...open,
      view: inSpace({ members: street.members.map((one) => ({ ...one, role: 'member' })) }),
    },
    history: { ...admin, does: [{ press: 'See who did what' }] },
    'leaving-last-admin': { ...admin, does: [{ press: 'Leave the space' }] },
    'channel-settings': { ...admin, does: [{ press: 'Edit channel tools' }] },
    'message-menu': { ...admin, does: [{ comeTo: 'What we still need' }, { press: 'More' }] },
    selecting: {
      ...admin,
      does: [
        { comeTo: 'What we still need' },
        { press: 'More' },
        { pressWhere: 'Select' },
        { comeTo: 'I can hold a torch' },
        { press: 'More' },
        { pressWhere: 'Select' },
      ],
    },
    moving: {
      ...admin,
      does: [
        { comeTo: 'What we still need' },
        { press: 'More' },
        { pressWhere: 'Select' },
        { comeTo: 'I can hold a torch' },
        { press: 'More' },
        { pressWhere: 'Select' },
        { press: 'Move', within: '.selection-bar' },
      ],
    },
    search: { ...admin, does: [{ press: 'Search' }, { type: 'fleece', into: 'Search messages' }] },
    naming: { ...admin, does: [{ type: 'Thank you. @@Ines Park and @m', into: 'Message' }] },
    invite: {
      ...admin,
      does: [{ press: 'Invite' }, { press: 'Show as a QR code' }],
    },
    tags: {
      ...admin,
      does: [{ comeTo: 'What we still need' }, { press: 'More' }, { pressWhere: 'Tags' }],
    },
    pinned: { ...admin, does: [{ press: 'Channel menu' }, { pressWhere: 'Pinned and tagged' }] },
    'message-history': {
      ...admin,
      does: [{ comeTo: 'What we still need' }, { press: 'More' }, { pressWhere: 'History' }],
    },
    threads: { ...admin, pages: [page] },
    page: { ...admin, pages: [page] },
    'page-writing': { ...admin, pages: [page], does: [{ press: 'Edit page' }] },
  };
}

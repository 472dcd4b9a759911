import { encodeInvite } from '@snug/shared/entries/invite.ts';
import type { WaitingView } from '../../engine/catch-up-view.ts';
import type { SpaceHistoryView, TendedView, ThreadIndexView } from '../../engine/overview-view.ts';
import type { PageView } from '../../engine/page-view.ts';
import type { SearchView } from '../../engine/search-view.ts';
import type { MessageView, PointerView, View } from '../../engine/view.ts';
import { deviceScenes } from './device-scenes.ts';
import * as street from './lyre-street.ts';
import { channelNamed, entryNamed, peerNamed, spaceNamed } from './names.ts';
import { alone, asked, contacts, conversations, knocks } from './people-scenes.ts';
import type { Step } from './performs.ts';
import { spaceScenes } from './space-scenes.ts';
import { waitingFor } from './waiting-scenes.ts';

/** The state of a device at one moment, to be drawn or tested. */
export interface Scene {
  readonly view: Omit<View, 'timeline'>;
  readonly messages: readonly MessageView[];
  readonly pointers?: readonly PointerView[];
  readonly gap?: boolean;
  /** Who is typing in the channel. */
  readonly typing?: readonly string[];
  readonly unread?: number;
  /** What is done on the page as soon as it can be. */
  readonly does?: readonly Step[];
  readonly history?: SpaceHistoryView;
  readonly pages?: readonly PageView[];
  readonly overview?: { readonly threads: readonly ThreadIndexView[]; readonly tended: TendedView };
  /** What waits for this person. */
  readonly waiting?: readonly WaitingView[];
  /** What every search finds. */
  readonly found?: SearchView;
  /** Every message said is refused, with this as the reason. */
  readonly sayFails?: string;
}

const device = {
  peer: peerNamed(street.YOU),
  name: street.YOU,
  leads: true,
  storage: 'kept',
} as const;

const ready: Scene['view'] = {
  phase: 'ready',
  device,
  spaces: [
    street.space,
    { ...street.space, id: spaceNamed('Repair café'), name: 'Repair café' },
    { ...street.space, id: spaceNamed('42 stairs'), name: '42 stairs' },
  ],
  links: street.links,
};
const open: Scene = { view: ready, messages: street.conversation };
const inSpace = (changes: Partial<(typeof street)['space']>): Scene['view'] => ({
  ...ready,
  spaces: [{ ...street.space, ...changes }],
});
const you = street.member(street.YOU, 'direct', { role: 'admin' });

const long: readonly MessageView[] = Array.from({ length: 400 }, (_, i) =>
  street.message(
    ['Ines Park', 'Tomas Lind', 'Tomas Lind', street.YOU][i % 4] ?? '',
    `Message ${i + 1} of a long conversation about pegs, poles and the wind.`,
    Date.now() - (400 - i) * 7 * 60_000,
    i % 4 === 3 ? { delivery: 'everyone' } : {},
  ),
);

/** A conversation that was edited, answered, reacted to, pruned and moved about. */
const tended = ((): readonly MessageView[] => {
  const ago = (minutes: number) => Date.now() - minutes * 60_000;
  const question = street.message('Ines Park', 'Who brings a ladder on Saturday?', ago(50), {
    reactions: [
      { emoji: '🪜', names: ['Tomas Lind', street.YOU], you: true },
      { emoji: '👍', names: ['Ravi Anand'], you: false },
    ],
    seen: [
      { name: 'Lotte Brandt', answers: false, you: false },
      { name: 'Marit Oduya', answers: true, you: false },
    ],
    pinned: { byName: 'Marit Oduya' },
    tags: ['saturday', 'tools'],
  });
  return [
    {
      ...question,
      thread: {
        replies: 2,
        newest: [
          street.message('Tomas Lind', 'The long one, from the blue shed.', ago(44)),
          street.message(street.YOU, 'I have *two* short ones.', ago(41), { editedAt: ago(40) }),
        ],
      },
    },
    street.message('Tomas Lind', 'I will, and a saw.', ago(30), {
      reply: { id: question.id, authorName: 'Ines Park', text: question.text },
      editedAt: ago(29),
    }),
    street.message('Ravi Anand', '', ago(25), {
      deleted: { byName: 'Ravi Anand', byAuthor: true },
    }),
    street.message('Saskia de Wit', '', ago(20), {
      deleted: { byName: 'Marit Oduya', byAuthor: false },
    }),
    street.message(street.YOU, 'Then we are complete.', ago(3), { delivery: 'everyone' }),
  ];
})();

const poles = 'Somebody with long arms';
const olive = 'I have the olive';
const ladder = 'Who brings a ladder';

export const scenes: Readonly<Record<string, Scene>> = {
  street: { ...open, gap: true },
  typing: { ...open, typing: ['Ines Park'] },
  'many-here': {
    ...open,
    messages: [
      ...street.conversation,
      street.message(street.YOU, 'Can everybody read this?', Date.now(), {
        delivery: { held: 37, of: 52 },
      }),
    ],
    typing: ['Ines Park', 'Tomas Lind', 'Marit Oduya', 'Ravi Anand'],
  },
  tended: {
    view: inSpace({
      channels: [
        ...street.channels,
        {
          id: channelNamed('summer fair'),
          name: 'summer fair',
          topic: '',
          unread: false,
          archived: true,
        },
      ],
    }),
    messages: tended,
    pointers: [
      {
        ...(tended[3] ? { before: tended[3].id } : {}),
        messages: [entryNamed('moved'), entryNamed('moved too')],
        byName: 'Marit Oduya',
        at: Date.now(),
        channel: channelNamed('tools'),
        channelName: 'tools',
      },
    ],
  },
  tools: { ...open, does: [{ comeTo: olive }] },
  picker: { ...open, does: [{ comeTo: olive }, { press: 'React' }] },
  'picker-below': { ...open, does: [{ comeTo: poles }, { press: 'React' }] },
  replying: { ...open, does: [{ comeTo: poles }, { press: 'Reply' }] },
  editing: { ...open, does: [{ comeTo: olive }, { press: 'Edit' }] },
  deleting: { ...open, does: [{ comeTo: olive }, { press: 'Delete' }] },
  deleted: {
    ...open,
    does: [{ comeTo: olive }, { press: 'Delete' }, { press: 'Delete', within: 'dialog' }],
  },
  thread: { ...open, messages: tended, does: [{ comeTo: ladder }, { press: 'Open thread' }] },
  'thread-begun': { ...open, does: [{ comeTo: poles }, { press: 'Start thread' }] },
  unread: { ...open, unread: 5 },
  direct: { ...open, view: { ...ready, links: street.allDirect } },
  long: { ...open, messages: long, unread: 380 },
  namesakes: {
    view: inSpace({
      members: [
        ...street.members,
        { ...street.member('ines\u200B park', 'relayed'), name: 'ines\u200B park' },
      ],
    }),
    messages: [
      ...street.conversation,
      street.message('ines\u200B park', 'Please send the keys of the shed to me.', Date.now()),
      street.message('ines\u200B park', 'Before nine.', Date.now()),
    ],
  },
  directs: {
    ...open,
    view: { ...ready, spaces: [...ready.spaces, ...conversations], contacts, knocks },
    messages: alone,
  },
  'asked-to-write': {
    ...open,
    view: {
      ...ready,
      spaces: [{ ...asked, state: 'joining', channels: [] }, ...ready.spaces],
    },
  },
  'first-run': {
    view: {
      phase: 'first-run',
      device: { ...device, name: '' },
      spaces: [],
      links: street.noLinks,
    },
    messages: [],
  },
  starting: { view: { phase: 'starting', spaces: [], links: street.noLinks }, messages: [] },
  failed: {
    view: {
      phase: 'failed',
      failure: {
        code: 'internal',
        message:
          'This browser cannot run WebAssembly, which Snug needs to hold conversations. Nothing was changed. A current Firefox, Chrome or Safari will do.',
      },
      spaces: [],
      links: street.noLinks,
    },
    messages: [],
  },
  'no-spaces': { view: { ...ready, spaces: [], links: street.noLinks }, messages: [] },
  alone: {
    view: {
      ...inSpace({ members: [you], here: 1, channels: street.channels.slice(0, 1) }),
      links: street.noLinks,
    },
    messages: [],
  },
  joining: {
    view: {
      ...inSpace({ state: 'joining', members: [], channels: [], here: 1 }),
      links: street.noLinks,
    },
    messages: [],
  },
  refused: {
    view: inSpace({
      state: 'refused',
      members: [],
      channels: [],
      trouble: {
        code: 'refused-invite',
        message: 'This invite to Lyre Street ran out on Friday.',
      },
    }),
    messages: [],
  },
  removed: {
    ...open,
    view: inSpace({
      state: 'removed',
      mayInvite: false,
      mayOpenChannels: false,
      here: 0,
      trouble: {
        code: 'removed',
        message:
          'Ines Park removed you from this space. What you hold of it stays readable; nothing new comes, and nothing can be written.',
      },
    }),
  },
  'server-away': { ...open, view: { ...ready, links: street.serverAway } },
  'storage-refused': {
    ...open,
    view: { ...ready, device: { ...device, storage: 'refused' } },
  },
  'storage-full': {
    ...open,
    view: { ...ready, device: { ...device, storage: 'full' } },
    sayFails:
      'This device has no room left, so the message was not kept. It is still in the field. Free some room and send it again.',
  },
  ...spaceScenes({ open, inSpace }),
  waiting: { ...open, waiting: waitingFor(street.lyreStreet) },
  'caught-up': {
    ...open,
    view: inSpace({ channels: street.channels.map((c) => ({ ...c, unread: false })) }),
  },
  wiping: { ...open, does: [{ press: 'Wipe this device' }] },
  exporting: { ...open, does: [{ press: 'Export Lyre Street' }] },
  ...deviceScenes({ ready }),
  'best-effort': { ...open, view: { ...ready, device: { ...device, storage: 'best-effort' } } },
};

const inviteBy = (servers: readonly string[]) =>
  encodeInvite({
    space: spaceNamed('Nine Wells'),
    name: 'Nine Wells',
    lobbySecret: new Uint8Array(32),
    inviteSecret: new Uint8Array(32),
    heads: [],
    servers,
    peers: [peerNamed('Ines Park')],
  });

/** Tokens to open a scene with, in an address that ends in `#/join/<token>`. */
export const invites: Readonly<Record<string, string>> = {
  'to this server': inviteBy([]),
  'to a strange server': inviteBy(['https://wells.example']),
  'to two strange servers': inviteBy(['https://wells.example', 'http://198.51.100.4:8600']),
  'that is bad': 'hello',
};

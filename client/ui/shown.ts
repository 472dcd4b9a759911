import type { OwnDeviceView } from '../engine/device-view.ts';
import type {
  ContactView,
  GapView,
  MemberView,
  MessageView,
  PendingView,
  PointerView,
  SpaceView,
  View,
} from '../engine/view.ts';

/** The parts of the links' status, named for the page. */
export type LinksStatus = View['links'];
export type LinkStats = LinksStatus['links'][number];
export type Path = LinkStats['path'];
export type ServerStatus = LinksStatus['servers'][number];
export type ServerState = ServerStatus['state'];

export type Named<T> = T & { readonly id: string };

export interface ShownSpace extends Omit<SpaceView, 'members'> {
  readonly members: readonly Named<MemberView>[];
}

export interface ShownTimeline
  extends Omit<NonNullable<View['timeline']>, 'pending' | 'gaps' | 'pointers'> {
  readonly pending: readonly Named<PendingView>[];
  readonly gaps: readonly Named<GapView>[];
  readonly pointers: readonly Named<PointerView>[];
}

/** The view as the page holds it: everything in a list has an `id`, by which it is found again after a change. */
export interface Shown
  extends Omit<View, 'spaces' | 'timeline' | 'links' | 'contacts' | 'devices'> {
  /** Another number after each change, also of what is not in the view. */
  readonly changes: number;
  readonly spaces: readonly ShownSpace[];
  readonly contacts: readonly Named<ContactView>[];
  readonly devices: readonly Named<OwnDeviceView>[];
  readonly timeline?: ShownTimeline;
  readonly links: {
    readonly servers: readonly Named<ServerStatus>[];
    readonly links: readonly Named<LinkStats>[];
    readonly signaling: View['links']['signaling'];
  };
}

const named = <T extends object>(list: readonly T[], id: (item: T) => string): Named<T>[] =>
  list.map((item) => ({ ...item, id: id(item) }));

export const spacesOf = (spaces: View['spaces']): ShownSpace[] =>
  structuredClone(spaces).map((space) => ({
    ...space,
    members: named(space.members, (member) => member.account),
  }));

/** Nearly all are flat, and there may be 5,000: cheaper than a structured clone. */
const messageOf = (message: MessageView): MessageView =>
  Object.values(message).some((part) => typeof part === 'object')
    ? structuredClone(message)
    : { ...message };

export const timelineOf = (timeline: NonNullable<View['timeline']>): ShownTimeline => ({
  ...timeline,
  messages: timeline.messages.map(messageOf),
  pending: named(structuredClone(timeline.pending), (pending) => pending.draft),
  gaps: named(timeline.gaps, (gap) => gap.author),
  pointers: named(structuredClone(timeline.pointers), ({ messages }) => messages.join(' ')),
  typing: [...timeline.typing],
});

export const contactsOf = (contacts: View['contacts'] = []): Named<ContactView>[] =>
  named(contacts, (contact) => contact.account);

export const devicesOf = (devices: View['devices'] = []): Named<OwnDeviceView>[] =>
  named(devices, (device) => device.peer);

export const linksOf = (links: View['links']): Shown['links'] => ({
  servers: named(links.servers, (server) => server.url),
  links: named(structuredClone(links.links), (link) => link.peer),
  signaling: { ...links.signaling },
});

/** A copy of a whole view that shares no object with it, because a store writes into what it holds. */
export const copyOf = ({
  spaces,
  contacts,
  card,
  knocks,
  timeline,
  links,
  device,
  failure,
  phase,
  fileWork,
  devices,
  linking,
}: View): Shown => ({
  changes: 0,
  phase,
  spaces: spacesOf(spaces),
  contacts: contactsOf(contacts),
  devices: devicesOf(devices),
  links: linksOf(links),
  ...(linking ? { linking: structuredClone(linking) } : {}),
  ...(card ? { card: { ...card } } : {}),
  ...(knocks ? { knocks: structuredClone(knocks) } : {}),
  ...(device ? { device: { ...device } } : {}),
  ...(fileWork ? { fileWork: fileWork.map((work) => ({ ...work })) } : {}),
  ...(failure ? { failure: { ...failure } } : {}),
  ...(timeline ? { timeline: timelineOf(timeline) } : {}),
});

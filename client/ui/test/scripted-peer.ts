import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type {
  ChannelView,
  Delivery,
  Peer,
  Result,
  SpaceView,
  TimelineView,
  Trouble,
  View,
} from '../../engine/view.ts';
import { member, message, space as street } from './lyre-street.ts';
import { channelNamed, peerNamed, spaceNamed } from './names.ts';
import { performs } from './performs.ts';
import { scenes } from './scenes.ts';
import { createTalk } from './scripted-talk.ts';

const ok = <T>(value: T): Result<T> => ({ ok: true, value });
const no = (code: Trouble['code'], text: string): { ok: false; trouble: Trouble } => ({
  ok: false,
  trouble: { code, message: text },
});

/** A peer over plain data in memory: it answers every command, and links to nobody. */
export function scriptedPeer(sceneName: string): Peer {
  const scene = scenes[sceneName] ?? scenes.street;
  if (!scene) throw new Error(`expected a scene, got ${sceneName}`);
  if (scene.does) performs(scene.does);
  let view: View = scene.view;
  let name = view.device?.name ?? '';
  let watched: { space: SpaceId; channel: ChannelId; newest: number } | null = null;
  const listeners = new Set<(view: View) => void>();
  const talk = createTalk(() => change({}));
  for (const space of view.spaces) {
    const [first] = space.channels;
    if (first) talk.begin(first.id, scene.messages);
  }

  const timeline = (): TimelineView | undefined => {
    if (!watched) return undefined;
    const all = talk.of(watched.channel);
    const unread = scene.unread === undefined ? undefined : all[scene.unread];
    return {
      space: watched.space,
      channel: watched.channel,
      messages: all.slice(-watched.newest),
      pointers: scene.pointers ?? [],
      pending: [],
      gaps: scene.gap
        ? [{ author: peerNamed('Lotte Brandt'), authorName: 'Lotte Brandt', missing: 2 }]
        : [],
      typing: scene.typing ?? [],
      more: all.length > watched.newest,
      ...(unread ? { firstUnread: unread.id } : {}),
    };
  };
  const change = (next: Partial<View>) => {
    const { timeline: _, ...rest } = { ...view, ...next };
    const shown = timeline();
    view = shown ? { ...rest, timeline: shown } : rest;
    for (const listener of listeners) listener(view);
  };
  const changeSpace = (id: SpaceId, by: (space: SpaceView) => SpaceView) =>
    change({ spaces: view.spaces.map((space) => (space.id === id ? by(space) : space)) });
  const deliver = (id: string, delivery: Delivery) => talk.rewrite(id, (m) => ({ ...m, delivery }));
  const newSpace = (title: string, state: SpaceView['state']): SpaceView => ({
    ...street,
    id: spaceNamed(title),
    name: title,
    state,
    you: 'admin',
    members: [{ ...member(name, 'direct', { role: 'admin' }), you: true }],
    channels: state === 'open' ? [newChannel('hearth')] : [],
    here: 1,
  });
  const newChannel = (title: string): ChannelView => ({
    id: channelNamed(title),
    name: title,
    topic: '',
    unread: false,
  });

  return {
    get view() {
      return view;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      listeners.clear();
    },
    async setName(input) {
      name = input.name;
      change({
        phase: 'ready',
        device: { peer: peerNamed(name), name, leads: true, storage: 'kept' },
      });
      return ok(null);
    },
    async createSpace(input) {
      const made = newSpace(input.name, 'open');
      change({ spaces: [...view.spaces, made] });
      const channel = made.channels[0]?.id ?? channelNamed('hearth');
      return ok({ space: made.id, channel });
    },
    async joinSpace(input) {
      const parsed = parseInviteLink(input.invite);
      if (!parsed.ok) return no('bad-invite', parsed.message);
      const joined = newSpace(parsed.invite.name, 'joining');
      change({ spaces: [...view.spaces.filter((s) => s.id !== joined.id), joined] });
      return ok({ space: joined.id });
    },
    async invite() {
      const token = 'AYIBWCD'.repeat(34);
      return ok({
        link: `${location.origin}/#/join/${token}`,
        expires: Date.now() + 7 * 86_400_000,
      });
    },
    async revokeInvite({ space: id, invite }) {
      changeSpace(id, (space) => ({
        ...space,
        invites: (space.invites ?? []).filter(({ key }) => key !== invite),
      }));
      return ok(null);
    },
    async confirmMember({ space: id, account }) {
      changeSpace(id, (space) => ({
        ...space,
        provisional: (space.provisional ?? []).filter((one) => one.account !== account),
      }));
      return ok(null);
    },
    async removeMember({ space: id, account }) {
      changeSpace(id, (space) => ({
        ...space,
        members: space.members.filter((member) => member.account !== account),
      }));
      return ok(null);
    },
    async removeDevice({ space: id, device }) {
      changeSpace(id, (space) => ({
        ...space,
        members: space.members.map((member) => ({
          ...member,
          devices: member.devices.filter((peer) => peer !== device),
        })),
      }));
      return ok(null);
    },
    async setRole({ space: id, account, role }) {
      changeSpace(id, (space) => ({
        ...space,
        members: space.members.map((member) =>
          member.account === account ? { ...member, role } : member,
        ),
      }));
      return ok(null);
    },
    async renewKeys() {
      return ok(null);
    },
    async leaveSpace(input) {
      change({ spaces: view.spaces.filter((s) => s.id !== input.space) });
      return ok(null);
    },
    async setServers(input) {
      changeSpace(input.space, (space) => ({ ...space, servers: input.servers }));
      return ok(null);
    },
    async createChannel(input) {
      const made = newChannel(input.name);
      changeSpace(input.space, (space) => ({ ...space, channels: [...space.channels, made] }));
      return ok({ channel: made.id });
    },
    async setChannel(input) {
      const { name: title, topic } = input;
      changeSpace(input.space, (space) => ({
        ...space,
        channels: space.channels.map((c) =>
          c.id === input.channel ? { ...c, name: title ?? c.name, topic: topic ?? c.topic } : c,
        ),
      }));
      return ok(null);
    },
    async edit({ message: id, text }) {
      return talk.done(id, (m) => ({ ...m, text, editedAt: Date.now() }));
    },
    async delete({ message: id }) {
      return talk.done(id, (m) => ({ ...m, text: '', deleted: { byName: name, byAuthor: m.own } }));
    },
    async react({ message: id, emoji, on }) {
      return talk.done(id, ({ reactions = [], ...m }) => {
        const others = (names: readonly string[]) => names.filter((one) => one !== name);
        const given = reactions.some((one) => one.emoji === emoji);
        const changed = (given ? reactions : [...reactions, { emoji, names: [], you: on }])
          .map((r) =>
            r.emoji === emoji
              ? { emoji, names: [...others(r.names), ...(on ? [name] : [])], you: on }
              : r,
          )
          .filter((r) => r.names.length > 0);
        return changed.length > 0 ? { ...m, reactions: changed } : m;
      });
    },
    async markSeen({ message: id, level }) {
      return talk.done(id, (m) => ({
        ...m,
        seen: [
          ...(m.seen ?? []).filter(({ you }) => !you),
          ...(level ? [{ name, answers: level === 2, you: true }] : []),
        ],
      }));
    },
    async pin({ message: id, on }) {
      return talk.done(id, ({ pinned: _, ...m }) => (on ? { ...m, pinned: { byName: name } } : m));
    },
    async tag({ message: id, on, off }) {
      return talk.done(id, (m) => ({
        ...m,
        tags: [...(m.tags ?? []).filter((tag) => !off?.includes(tag)), ...(on ?? [])],
      }));
    },
    async move() {
      return ok({ entries: [] });
    },
    async promote(input) {
      const made = newChannel(input.name);
      changeSpace(input.space, (space) => ({ ...space, channels: [...space.channels, made] }));
      return ok({ entries: [], channel: made.id });
    },
    async undo({ entries }) {
      talk.undo(entries);
      return ok({ entries: [] });
    },
    async search() {
      return ok({ messages: [], total: 0, hints: [], complete: true });
    },
    async exportSpace() {
      return ok({ name: 'lyre-street.snug', file: new Blob() });
    },
    async exportText() {
      return ok({ name: 'lyre-street.md', file: new Blob() });
    },
    async importSpace() {
      return no('bad-file', 'This is no file of Snug’s. Choose one that Snug has made.');
    },
    async wipe() {
      change({ phase: 'starting', spaces: [] });
      return ok(null);
    },
    async watch(input) {
      watched = input;
      change({});
      return ok(null);
    },
    async say(input) {
      if (scene.sayFails) return no('storage-full', scene.sayFails);
      const answered = input.reply === undefined ? undefined : talk.find(input.reply);
      const said = message(name, input.text, Date.now(), {
        own: true,
        delivery: 'device',
        ...(answered
          ? { reply: { id: answered.id, authorName: answered.authorName, text: answered.text } }
          : {}),
      });
      talk.say(said, input.channel, input.thread);
      if (view.links.links.length > 0) {
        setTimeout(() => deliver(said.id, 'stored'), 400);
        setTimeout(() => deliver(said.id, 'everyone'), 900);
      }
      return ok({ id: said.id });
    },
    async typing() {
      return ok(null);
    },
    async markRead(input) {
      const is = (channel: ChannelView) => channel.id === input.channel && channel.unread;
      const at = view.spaces.find((space) => space.id === input.space);
      if (!at?.channels.some(is)) return ok(null);
      changeSpace(input.space, (space) => ({
        ...space,
        channels: space.channels.map((c) => (is(c) ? { ...c, unread: false } : c)),
      }));
      return ok(null);
    },
  };
}

import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type {
  ChannelView,
  Delivery,
  MessageView,
  Peer,
  Result,
  SpaceView,
  TimelineView,
  Trouble,
  View,
} from '../../engine/view.ts';
import { member, message, space as street } from './lyre-street.ts';
import { channelNamed, peerNamed, spaceNamed } from './names.ts';
import { scenes } from './scenes.ts';

const ok = <T>(value: T): Result<T> => ({ ok: true, value });
const no = (code: Trouble['code'], text: string): { ok: false; trouble: Trouble } => ({
  ok: false,
  trouble: { code, message: text },
});

/** A peer over plain data in memory: it answers every command, and links to nobody. */
export function scriptedPeer(sceneName: string): Peer {
  const scene = scenes[sceneName] ?? scenes.street;
  if (!scene) throw new Error(`expected a scene, got ${sceneName}`);
  let view: View = scene.view;
  let name = view.device?.name ?? '';
  let watched: { space: SpaceId; channel: ChannelId; newest: number } | null = null;
  const listeners = new Set<(view: View) => void>();
  const told = new Map<string, readonly MessageView[]>();
  for (const space of view.spaces) {
    const [first] = space.channels;
    if (first) told.set(first.id, scene.messages);
  }

  const timeline = (): TimelineView | undefined => {
    if (!watched) return undefined;
    const all = told.get(watched.channel) ?? [];
    const unread = scene.unread === undefined ? undefined : all[scene.unread];
    return {
      space: watched.space,
      channel: watched.channel,
      messages: all.slice(-watched.newest),
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
  const deliver = (channel: ChannelId, id: string, delivery: Delivery) => {
    const all = told.get(channel) ?? [];
    told.set(
      channel,
      all.map((m) => (m.id === id ? { ...m, delivery } : m)),
    );
    change({});
  };
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
    async watch(input) {
      watched = input;
      change({});
      return ok(null);
    },
    async say(input) {
      if (scene.sayFails) return no('storage-full', scene.sayFails);
      const said = message(name, input.text, Date.now(), { own: true, delivery: 'device' });
      told.set(input.channel, [...(told.get(input.channel) ?? []), said]);
      change({});
      if (view.links.links.length > 0) {
        setTimeout(() => deliver(input.channel, said.id, 'stored'), 400);
        setTimeout(() => deliver(input.channel, said.id, 'everyone'), 900);
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

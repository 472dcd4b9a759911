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
import { contactsAfter, conversationWith } from './people-scenes.ts';
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
    async messagePerson({ account }) {
      const there = view.spaces.find(({ direct }) => direct?.account === account);
      if (there) return ok({ space: there.id });
      const other = view.spaces
        .flatMap(({ members }) => members)
        .find((m) => m.account === account);
      const made = conversationWith(other ?? member(account, 'offline'));
      change({ spaces: [...view.spaces, made] });
      return ok({ space: made.id });
    },
    async setContact({ account, kept, ...said }) {
      change({ contacts: contactsAfter(view, account, kept, said) });
      return ok(null);
    },
    async verificationPhrase() {
      return ok({ words: [12, 1999, 733, 401, 1600, 87], of: 'these' });
    },
    async markVerified({ account, of }) {
      const contacts = contactsAfter(view, account, undefined, {}).map((contact) => {
        if (contact.account !== account) return contact;
        const { verified: _, ...rest } = contact;
        return of === undefined ? rest : { ...rest, verified: 'yes' as const };
      });
      change({ contacts });
      return ok(null);
    },
    async makeCard() {
      const card = { link: `${location.origin}/#/contact/${'AYIBWCD'.repeat(40)}` };
      change({ card });
      return ok(card);
    },
    async withdrawCard() {
      const { card: _, ...rest } = view;
      view = rest;
      change({});
      return ok(null);
    },
    async knock() {
      const made = conversationWith(member('Noor Haddad', 'offline'), { here: 1 });
      change({ spaces: [...view.spaces, made] });
      return ok({ space: made.id });
    },
    async answerKnock({ account }) {
      change({ knocks: (view.knocks ?? []).filter((knock) => knock.account !== account) });
      return ok(null);
    },
    async readCard() {
      return ok({ account: peerNamed('Noor Haddad'), name: 'Noor Haddad' });
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
    async move({ messages, to }) {
      return talk.move(messages, to);
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
    async renameSpace(input) {
      changeSpace(input.space, (space) => ({ ...space, name: input.name }));
      return ok(null);
    },
    async spaceHistory() {
      return ok(scene.history ?? { deeds: [], acts: [] });
    },
    async messageHistory({ message: id }) {
      const said = talk.find(id);
      if (!said) return no('not-found', 'That message is not here.');
      const versions = [
        ...(said.editedAt === undefined ? [] : [{ text: 'As it was first.', at: said.at }]),
        { text: said.text, at: said.editedAt ?? said.at },
      ];
      return ok({ versions, deeds: scene.history?.deeds ?? [] });
    },
    async threads() {
      return ok(scene.overview?.threads ?? []);
    },
    async pages() {
      return ok(scene.pages ?? []);
    },
    async readPage({ page: id }) {
      const page = scene.pages?.find((one) => one.id === id);
      return page ? ok(page) : no('not-found', 'There is no such page on this device.');
    },
    async createPage() {
      const [page] = scene.pages ?? [];
      return page ? ok({ page: page.id }) : no('not-found', 'This scene has no page.');
    },
    async editPage({ page: id }) {
      const page = scene.pages?.find((one) => one.id === id);
      return page ? ok(page) : no('not-found', 'There is no such page on this device.');
    },
    async putAwayPage() {
      return ok(null);
    },
    async pageHistory() {
      return ok([]);
    },
    async pageAt() {
      return ok({ text: '' });
    },
    async tended() {
      return ok(scene.overview?.tended ?? { pinned: [], tags: [] });
    },
    async locate(input) {
      const channel = watched?.channel;
      const all = channel === undefined ? [] : talk.of(channel);
      const found =
        'message' in input
          ? all.find((m) => m.id === input.message)
          : all.find((m) => m.at >= input.at);
      if (!found || channel === undefined) return no('not-found', 'That message is not here.');
      return ok({ channel, message: found.id, newest: 5000 });
    },
    async search({ query }) {
      return ok(
        scene.found && query ? scene.found : { messages: [], total: 0, hints: [], complete: true },
      );
    },
    async linkDevice() {
      const link = `${location.origin}/#/link/${'AYRYIK'.repeat(25)}`;
      const expires = Date.now() + 300_000;
      const begun = scene.view.linking;
      change({ linking: begun ?? { is: 'offering', side: 'old', link, expires } });
      return ok({ link, expires });
    },
    async confirmLinking() {
      if (view.linking?.is !== 'comparing') return no('not-linked', 'There is no device to link.');
      change({ linking: { is: 'linked', side: view.linking.side, name: view.linking.name } });
      return ok(null);
    },
    async endLinking() {
      const { linking: _, ...rest } = view;
      view = rest;
      change({});
      return ok(null);
    },
    async acceptLink({ name: device }) {
      const words = [1019, 74, 1701, 2, 512, 1999];
      change({ linking: { is: 'comparing', side: 'new', words, name: device, asks: false } });
      return ok(null);
    },
    async unlinkDevice({ device }) {
      change({ devices: (view.devices ?? []).filter(({ peer }) => peer !== device) });
      return ok(null);
    },
    async catchUp() {
      return ok({ waiting: scene.waiting ?? [], more: false });
    },
    async caughtUp() {
      return ok(null);
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
    async keepForGood() {
      if (view.device) change({ device: { ...view.device, storage: 'kept' } });
      return true;
    },
    hidesAddress: false,
    hideAddress() {
      return true;
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

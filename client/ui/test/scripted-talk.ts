import type { EntryId } from '@snug/shared/protocol/ids.ts';
import type { Done, MessageView, Result } from '../../engine/view.ts';
import { entryNamed } from './names.ts';

/** What has been said in which channel, and what was done to it, in memory. @param onChange after each */
export function createTalk(onChange: () => void) {
  const told = new Map<string, readonly MessageView[]>();
  const before = new Map<string, MessageView>();
  const moved = new Map<string, ReadonlyMap<string, readonly MessageView[]>>();

  const find = (id: string) =>
    [...told.values()]
      .flat()
      .flatMap((m) => [m, ...(m.thread?.newest ?? [])])
      .find((m) => m.id === id);
  const rewrite = (id: string, by: (message: MessageView) => MessageView) => {
    const inThread = ({ thread, ...m }: MessageView): MessageView =>
      thread
        ? {
            ...m,
            thread: { ...thread, newest: thread.newest.map((u) => (u.id === id ? by(u) : u)) },
          }
        : m;
    for (const [channel, all] of told)
      told.set(
        channel,
        all.map((m) => (m.id === id ? by(m) : inThread(m))),
      );
    onChange();
  };
  const of = (channel: string) => told.get(channel) ?? [];

  return {
    of,
    find,
    rewrite,
    begin: (channel: string, messages: readonly MessageView[]) => void told.set(channel, messages),
    /** At the end of a channel, or under a message. */
    say(said: MessageView, channel: string, under: EntryId | undefined): void {
      if (under === undefined) {
        told.set(channel, [...of(channel), said]);
        onChange();
        return;
      }
      rewrite(under, ({ thread = { replies: 0, newest: [] }, ...m }) => ({
        ...m,
        thread: { replies: thread.replies + 1, newest: [...thread.newest, said] },
      }));
    },
    /** Changes a message in a way that can be undone. */
    done(id: string, by: (message: MessageView) => MessageView): Result<Done> {
      const was = find(id);
      if (!was)
        return { ok: false, trouble: { code: 'not-found', message: 'That message is not here.' } };
      const entry = entryNamed(`deed ${before.size}`);
      before.set(entry, was);
      rewrite(id, by);
      return { ok: true, value: { entries: [entry] } };
    },
    /** Below a message, or to the end of a channel. */
    move(ids: readonly EntryId[], to: { thread: EntryId } | { channel: string }): Result<Done> {
      const entry = entryNamed(`move ${moved.size}`);
      moved.set(entry, new Map(told));
      const root = 'thread' in to ? to.thread : undefined;
      const gone = ids.filter((id) => id !== root).flatMap((id) => find(id) ?? []);
      for (const [channel, all] of told)
        told.set(
          channel,
          all.filter((m) => !gone.includes(m)),
        );
      for (const message of gone) this.say(message, 'channel' in to ? to.channel : '', root);
      onChange();
      return { ok: true, value: { entries: [entry] } };
    },
    undo(entries: readonly EntryId[]): void {
      for (const entry of entries) {
        const was = before.get(entry);
        if (was) rewrite(was.id, () => was);
        for (const [channel, all] of moved.get(entry) ?? []) told.set(channel, all);
        onChange();
      }
    },
  };
}

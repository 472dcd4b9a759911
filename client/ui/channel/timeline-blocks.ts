import type { MessageView } from '../../engine/view.ts';

/** Messages of one author closer together than this share a head. */
export const SAME_BREATH_MS = 5 * 60_000;

/** A run of messages of one day, or of one side of the "New since you left" line. */
export interface Block {
  /** Stable while messages are added: the day, and whether it lies after the line. */
  readonly id: string;
  /** Set when the day begins here: any time of that day, ms since 1970. */
  readonly day?: number;
  /** The "New since you left" line stands before it. */
  readonly fresh: boolean;
  readonly messages: readonly MessageView[];
}

export interface Blocks {
  readonly blocks: readonly Block[];
  /** Ids of the messages that show avatar, name and time; the others only say them to a screen reader. */
  readonly heads: ReadonlySet<string>;
}

/** The day of a time in the viewer's own zone, `2026-11-22`. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * Cuts a timeline, oldest first, into blocks. The order is the timeline's own, so a clock that runs wrong may show
 * a day twice; it never moves a message.
 */
export function timelineBlocks(messages: readonly MessageView[], firstUnread?: string): Blocks {
  const blocks: { id: string; day?: number; fresh: boolean; messages: MessageView[] }[] = [];
  const heads = new Set<string>();
  const seen = new Map<string, number>();
  let before: MessageView | undefined;
  for (const message of messages) {
    const fresh = message.id === firstUnread;
    const newDay = before === undefined || dayOf(before.at) !== dayOf(message.at);
    let block = blocks.at(-1);
    if (!block || newDay || fresh) {
      const name = `${dayOf(message.at)}${fresh ? ' new' : ''}`;
      const times = (seen.get(name) ?? 0) + 1;
      seen.set(name, times);
      block = {
        id: times === 1 ? name : `${name} ${times}`,
        fresh,
        messages: [],
        ...(newDay ? { day: message.at } : {}),
      };
      blocks.push(block);
      heads.add(message.id);
    } else if (
      before?.author !== message.author ||
      Math.abs(message.at - before.at) > SAME_BREATH_MS ||
      before.farOff !== message.farOff
    ) {
      heads.add(message.id);
    }
    block.messages.push(message);
    before = message;
  }
  return { blocks, heads };
}

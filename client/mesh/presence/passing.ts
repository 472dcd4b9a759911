/** What is to be passed on to neighbours: gathered for a moment, the latest of each device. Sans-I/O. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { AttendanceOutput, PresenceMessage } from './attendance-inputs.ts';

/** What is to be passed on is gathered for so long, ms. */
const GATHER_MS = 50;
/** A neighbour gets so many messages in one go. */
export const MESSAGES_AT_ONCE = 32;

interface Passed extends PresenceMessage {
  readonly from: PeerId | undefined;
  readonly wide: boolean;
}

export class Passing {
  readonly #messages = new Map<PeerId, Passed>();
  #at: number | undefined;

  /** When it is passed on. */
  get at(): number | undefined {
    return this.#at;
  }

  /**
   * @param from who brought it; absent for one's own
   * @param wide to every neighbour, whether the tree pushes to them or not: what comes first by an edge that is none of the tree's
   * makes it one
   */
  add(message: PresenceMessage, from: PeerId | undefined, wide: boolean, now: number): void {
    this.#messages.set(message.device, { ...message, from, wide });
    this.#at ??= now + GATHER_MS;
  }

  take(eager: readonly PeerId[], neighbours: Iterable<PeerId>): readonly AttendanceOutput[] {
    const passed = [...this.#messages.values()];
    this.#messages.clear();
    this.#at = undefined;
    return [...new Set([...eager, ...neighbours])].flatMap((to) => {
      const theirs = passed.filter(
        ({ device, from, wide }) => from !== to && device !== to && (wide || eager.includes(to)),
      );
      const messages = theirs.map(({ device, bytes }) => ({ device, bytes }));
      return sends(to, messages, false);
    });
  }
}

/** One neighbour's share of messages, in as many goes as it takes. */
export function sends(
  to: PeerId,
  messages: readonly PresenceMessage[],
  answers: boolean,
): AttendanceOutput[] {
  const outputs: AttendanceOutput[] = [];
  for (let at = 0; at < messages.length; at += MESSAGES_AT_ONCE) {
    const part = messages.slice(at, at + MESSAGES_AT_ONCE);
    outputs.push({ do: 'send', to, messages: part, asks: false, answers });
  }
  return outputs;
}

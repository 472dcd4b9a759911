/**
 * Calls that a tab has made and nobody has answered. A tab that follows hands them to the leader; should the leader die
 * with one, the next leader gets it again. What is said is named by its draft, so it is written once all the same.
 */
import * as v from 'valibot';
import type { PendingView, Result } from '../engine/view.ts';
import type { Call, CommandName } from './engine-port.ts';

/** A call is handed over again after so long without an answer, ms. */
export const AGAIN_MS = 2_000;

/** Done twice these are the same as done once. */
const REPEATABLE: readonly CommandName[] = [
  'search',
  'spaceHistory',
  'messageHistory',
  'threads',
  'tended',
  'locate',
  'pages',
  'readPage',
  'putAwayPage',
  'pageHistory',
  'pageAt',
  'renameSpace',
  'linkDevice',
  'confirmLinking',
  'endLinking',
  'acceptLink',
  'unlinkDevice',
  'messagePerson',
  'setContact',
  'markVerified',
  'knock',
  'readCard',
  'withdrawCard',
  'say',
  'setName',
  'markRead',
  'invite',
  'joinSpace',
  'setChannel',
  'edit',
  'delete',
  'react',
  'markSeen',
  'pin',
  'tag',
  'move',
  'undo',
  'revokeInvite',
  'confirmMember',
  'removeMember',
  'removeDevice',
  'setRole',
];

/** An invite of its own kind is another one each time. */
const Usual = v.strictObject({ space: v.string() });

function isRepeatable({ name, input }: Call): boolean {
  return REPEATABLE.includes(name) && (name !== 'invite' || v.is(Usual, input));
}

const Said = v.object({ channel: v.string(), text: v.string() });

const unclear: Result<never> = {
  ok: false,
  trouble: {
    code: 'internal',
    message:
      'Another tab took over while this was under way. Look whether it was done, and try again if not.',
  },
};

interface OpenCall {
  readonly call: Call;
  /** Somebody was asked to carry it out. */
  handed: boolean;
  readonly at: number;
  readonly resolve: (result: Result<unknown>) => void;
}

export class TabCalls {
  readonly #tab: string;
  readonly #open = new Map<number, OpenCall>();
  #made = 0;

  /** @param tab unlike any other tab's name */
  constructor(tab: string) {
    this.#tab = tab;
  }

  /** Opens a call; `hand` hands it over, and `answer` resolves it. */
  make(
    name: CommandName,
    input: unknown,
    hand: (id: number, call: Call) => boolean,
  ): Promise<Result<unknown>> {
    const draft = `${this.#tab} ${this.#made + 1}`;
    return this.repeat({ name, input, draft }, hand);
  }

  /** Opens a call under the draft of whoever made it first. */
  repeat(call: Call, hand: (id: number, call: Call) => boolean): Promise<Result<unknown>> {
    return new Promise((resolve) => {
      const id = ++this.#made;
      const open = { call, at: Date.now(), resolve, handed: false };
      this.#open.set(id, open);
      open.handed = hand(id, call);
    });
  }

  answer(id: number, result: Result<unknown>): void {
    this.#open.get(id)?.resolve(result);
    this.#open.delete(id);
  }

  /**
   * Hands every open call to a leader that has just begun. What the one before may have done already, and must not be
   * done twice, is answered instead.
   */
  handAll(hand: (id: number, call: Call) => boolean): void {
    for (const [id, open] of this.#open) {
      if (open.handed && !isRepeatable(open.call)) this.answer(id, unclear);
      else open.handed = hand(id, open.call);
    }
  }

  /** Open calls that have waited long enough to be handed over again. */
  *overdue(now: number): Generator<readonly [number, Call]> {
    for (const [id, { call, at }] of this.#open)
      if (now - at > AGAIN_MS && isRepeatable(call)) yield [id, call];
  }

  /** What has been said in a channel and is not stored yet. */
  pending(channel: string | undefined): readonly PendingView[] {
    return [...this.#open.values()].flatMap(({ call, at }): PendingView[] => {
      const said = v.safeParse(Said, call.name === 'say' ? call.input : undefined);
      if (!said.success || said.output.channel !== channel) return [];
      return [{ draft: call.draft, text: said.output.text, at }];
    });
  }
}

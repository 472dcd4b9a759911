/** Whoever takes part in a conversation, with a browser or without. */

/** How one member is tied to another, in the words of the page. */
export type Tie = 'direct' | 'relayed' | 'through others' | 'offline';

export interface Talker {
  readonly name: string;
  opensInvite(link: string): Promise<void>;
  /** Says so many numbered messages, `everyMs` apart. @returns their texts */
  says(messages: number, everyMs?: number): Promise<readonly string[]>;
  /** Every message received or said that `numbered` makes, in order, each as often as it is there. */
  reads(): Promise<readonly string[]>;
  tieTo(name: string): Promise<Tie>;
  /** Whether what is direct goes by way of a TURN server. */
  usesTurn(): Promise<boolean>;
  leaves(): Promise<void>;
}

/** `Ada says 1.`, `Ada says 2.`, …: each found apart from the others, and missed when it is missing. */
export function numbered(name: string, number: number): string {
  return `${name} says ${number}.`;
}

export const NUMBERED = /[A-Z][a-z]+ says \d+\./;

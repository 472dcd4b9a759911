/** What the messages of automerge-repo's WebSocket adapters are for. */
import { cbor } from '@automerge/automerge-repo';
import * as v from 'valibot';
import type { Classify } from './socket-accounts.ts';

/** Peers introduce themselves by these. All else synchronises the document. */
const INTRODUCTIONS: ReadonlySet<string> = new Set(['join', 'peer', 'error', 'leave']);
const Typed = v.object({ type: v.string() });

export function starClassifier(): Classify {
  return (message) => {
    const type = typeOf(message);
    return type !== undefined && INTRODUCTIONS.has(type) ? 'setUp' : 'chat';
  };
}

/** `undefined` where it cannot be read: so long a message is no introduction. */
function typeOf(message: Uint8Array): string | undefined {
  try {
    const typed = v.safeParse(Typed, cbor.decode(message));
    return typed.success ? typed.output.type : undefined;
  } catch {
    return undefined;
  }
}

import { createMemo } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import { namesakeMarks } from '../pieces/names.ts';
import type { ShownSpace } from '../shown.ts';

/** Whose messages are whose, and what tells namesakes apart. */
export function createPeople(space: () => ShownSpace, messages: () => readonly MessageView[]) {
  const accounts = createMemo(
    () => new Map(space().members.flatMap((m) => m.devices.map((d) => [d, m.account] as const))),
  );
  const accountOf = (message: MessageView) => accounts().get(message.author) ?? message.author;
  // Who has left the space is no member any more, and may have been called as somebody is now.
  const marks = createMemo(() =>
    namesakeMarks([
      ...messages()
        .filter((message) => !accounts().has(message.author))
        .map((message) => ({ account: message.author, name: message.authorName })),
      ...space().members,
    ]),
  );
  return { accountOf, markOf: (message: MessageView) => marks().get(accountOf(message)) };
}

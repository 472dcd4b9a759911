import type { MessageView, Role } from '../../engine/view.ts';

/** What can be done to a message, in the order in which it is offered. */
export type Tool = 'reply' | 'react' | 'edit' | 'thread' | 'delete' | 'more';

/**
 * The tools of one message: editing is its author's, deleting theirs and that of admins and gardeners. Of what is
 * deleted only the thread remains, where there is one.
 */
export function toolsFor(
  message: Pick<MessageView, 'own' | 'deleted' | 'thread'>,
  at: { readonly role: Role; readonly inThread: boolean },
): readonly Tool[] {
  if (message.deleted) return message.thread && !at.inThread ? ['thread'] : [];
  return [
    'reply',
    'react',
    ...(message.own ? (['edit'] as const) : []),
    ...(at.inThread ? [] : (['thread'] as const)),
    ...(message.own || at.role !== 'member' ? (['delete'] as const) : []),
    'more',
  ];
}

/** The newest message of one's own that can be edited. */
export function lastOwn(messages: readonly MessageView[]): MessageView | undefined {
  return messages.findLast((message) => message.own && !message.deleted);
}

import { hrefOf } from '../route.ts';

/** The whole address of one message: it names, and lets nobody in. */
export function messageLink(at: {
  readonly space: string;
  readonly channel: string;
  readonly message: string;
}): string {
  return `${location.href.replace(/#.*/s, '')}${hrefOf({ at: 'space', ...at })}`;
}

import { Show } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import { Markdown } from '../markdown/markdown-view.tsx';
import { nameOf } from '../pieces/names.ts';

/** What a message says, with what it answers above it and whether it was changed below. */
export function Said(props: { message: MessageView }) {
  return (
    <div class="message-said">
      <Show when={props.message.reply}>
        {(quote) => (
          <blockquote class="message-quote">
            <span class="message-quoted">{nameOf(quote().authorName)}</span>{' '}
            <span dir="auto">{quote().text || 'Deleted'}</span>
          </blockquote>
        )}
      </Show>
      <Markdown text={props.message.text} />
      <Show when={props.message.editedAt !== undefined}>
        <span class="message-edited">edited</span>
      </Show>
    </div>
  );
}

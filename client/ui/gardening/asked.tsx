import { Match, Switch } from 'solid-js';
import type { Asking, Desk } from '../channel/desk.ts';
import type { ShownSpace } from '../shown.ts';
import { LinkDialog } from './link-dialog.tsx';
import { MessageHistory } from './message-history.tsx';
import { messageLink } from './message-link.ts';
import { MoveDialog } from './move-dialog.tsx';
import { TagsDialog } from './tags-dialog.tsx';

/** The dialog about a message, or about those that are selected. */
export function Asked(props: { space: ShownSpace; desk: Desk; asking: Asking }) {
  const first = () => props.asking.messages[0];
  const close = () => {
    props.desk.ask(undefined);
    const back = first();
    if (back) props.desk.focus(back.id);
  };
  return (
    <Switch>
      <Match when={props.asking.is === 'move'}>
        <MoveDialog
          space={props.space}
          desk={props.desk}
          messages={props.asking.messages}
          onClose={close}
        />
      </Match>
      <Match when={props.asking.is === 'tags' && first()} keyed>
        {(message) => <TagsDialog desk={props.desk} message={message} onClose={close} />}
      </Match>
      <Match when={props.asking.is === 'history' && first()} keyed>
        {(message) => (
          <MessageHistory space={props.space.id} message={message.id} onClose={close} />
        )}
      </Match>
      <Match when={props.asking.is === 'link' && first()} keyed>
        {(message) => (
          <LinkDialog
            link={messageLink({
              space: props.space.id,
              channel: props.desk.channel,
              message: message.id,
            })}
            onClose={close}
          />
        )}
      </Match>
    </Switch>
  );
}

import './message-tools.css';
import Copy from 'lucide-solid/icons/copy';
import Ellipsis from 'lucide-solid/icons/ellipsis';
import Smile from 'lucide-solid/icons/face-slightly-smiling-plus';
import Pencil from 'lucide-solid/icons/pencil';
import ReplyIcon from 'lucide-solid/icons/reply';
import Spool from 'lucide-solid/icons/spool';
import Trash from 'lucide-solid/icons/trash';
import { type Component, createSignal, For, type JSX, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import type { MessageView } from '../../engine/view.ts';
import { later } from '../pieces/later.tsx';
import type { Desk } from './desk.ts';
import { ReactionPicker } from './reaction-picker.tsx';
import type { Tool } from './tools-for.ts';

const MessageMenu = later(async () => (await import('./message-menu.tsx')).MessageMenu);

type Icon = Component<{ size: number; 'stroke-width': number; 'aria-hidden': 'true' }>;
const icons: Readonly<Record<Tool, Icon>> = {
  reply: ReplyIcon,
  react: Smile,
  edit: Pencil,
  thread: Spool,
  delete: Trash,
  more: Ellipsis,
};

/** The strip of tools of the one message that is being looked at. */
export function MessageTools(props: { message: MessageView; desk: Desk }) {
  let react: HTMLButtonElement | undefined;
  const [opener, setOpener] = createSignal<HTMLButtonElement>();
  const fingers = matchMedia('(pointer: coarse) and (hover: none)');
  const names = (): Readonly<Record<Tool, string>> => ({
    reply: 'Reply',
    react: 'React',
    edit: 'Edit',
    thread: props.message.thread ? 'Open thread' : 'Start thread',
    delete: 'Delete',
    more: 'More',
  });
  const showingMore = () => props.desk.showsMore(props.message.id);
  const picking = () => props.desk.picking(props.message.id);
  const use = (tool: Tool) => {
    const { desk, message } = props;
    if (tool === 'reply') desk.reply(message);
    if (tool === 'edit') desk.edit(message);
    if (tool === 'thread') desk.openThread?.(message.id);
    if (tool === 'delete') desk.askToDelete(message);
    if (tool === 'react') desk.pick(picking() ? undefined : message.id);
    else if (tool === 'more') desk.showMore(showingMore() ? undefined : message.id);
    else if (fingers.matches) desk.attend(undefined);
  };
  const Button = (
    button: { name: string; icon: Icon; children?: JSX.Element } & Partial<{
      ref: (element: HTMLButtonElement) => void;
      expanded: boolean;
      onClick: () => void;
    }>,
  ) => (
    <button
      type="button"
      class="icon-button"
      aria-label={button.name}
      aria-expanded={button.expanded}
      title={button.name}
      ref={button.ref}
      onClick={button.onClick}
    >
      <Dynamic component={button.icon} size={18} stroke-width={1.7} aria-hidden="true" />
    </button>
  );
  return (
    <div
      class="message-tools"
      role="toolbar"
      aria-label="Message tools"
      // A log is read out as it grows; tools that come and go are nothing new in it.
      aria-live="off"
      onKeyDown={(event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
        const buttons = [...event.currentTarget.children].filter((each) => each.matches('button'));
        const at = buttons.findIndex((button) => button.matches(':focus'));
        const next = step === undefined || at < 0 ? undefined : buttons[at + step];
        if (!(next instanceof HTMLElement)) return;
        event.preventDefault();
        next.focus();
      }}
    >
      <For each={props.desk.toolsOf(props.message)}>
        {(tool) => (
          <Button
            name={names()[tool]}
            icon={icons[tool]}
            onClick={() => use(tool)}
            {...(tool === 'react'
              ? {
                  expanded: picking(),
                  ref: (element: HTMLButtonElement) => {
                    react = element;
                  },
                }
              : {})}
            {...(tool === 'more' ? { expanded: showingMore(), ref: setOpener } : {})}
          />
        )}
      </For>
      <Show when={fingers.matches && !props.message.deleted && navigator.clipboard}>
        {(clipboard) => (
          <Button
            name="Copy text"
            icon={Copy}
            onClick={() => {
              void clipboard().writeText(props.message.text);
              props.desk.attend(undefined);
            }}
          />
        )}
      </Show>
      <Show when={showingMore() && opener()}>
        {(button) => (
          <MessageMenu
            message={props.message}
            desk={props.desk}
            opener={button()}
            onClose={(back: boolean) => {
              props.desk.showMore(undefined);
              if (back) opener()?.focus({ preventScroll: true });
            }}
          />
        )}
      </Show>
      <Show when={picking()}>
        <ReactionPicker
          message={props.message}
          desk={props.desk}
          onClose={(back) => {
            props.desk.pick(undefined);
            if (back) react?.focus({ preventScroll: true });
          }}
        />
      </Show>
    </div>
  );
}

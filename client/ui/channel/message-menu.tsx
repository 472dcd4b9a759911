import History from 'lucide-solid/icons/clock-arrow-left';
import Leaf from 'lucide-solid/icons/leaf';
import Link from 'lucide-solid/icons/link';
import Pin from 'lucide-solid/icons/pin';
import PinOff from 'lucide-solid/icons/pin-off';
import Check from 'lucide-solid/icons/square-check';
import Tag from 'lucide-solid/icons/tag';
import type { MessageView } from '../../engine/view.ts';
import { messageLink } from '../gardening/message-link.ts';
import { Menu, type MenuItem } from '../pieces/menu.tsx';
import type { Desk } from './desk.ts';

/** What else can be done with a message. */
export function MessageMenu(props: {
  message: MessageView;
  desk: Desk;
  opener: HTMLElement;
  onClose: (back: boolean) => void;
}) {
  const { desk } = props;
  const copyLink = async () => {
    const { message } = props;
    const link = messageLink({ space: desk.space(), channel: desk.channel, message: message.id });
    try {
      await navigator.clipboard.writeText(link);
      desk.did({ words: 'The link to the message is copied.' });
    } catch {
      // No clipboard on plain http, or it was not allowed.
      desk.ask({ is: 'link', messages: [message] });
    }
  };
  const items = (): readonly MenuItem[] => {
    const { message } = props;
    const pin = message.pinned
      ? { name: 'Unpin', icon: PinOff, onChoose: () => void desk.pin(message) }
      : { name: 'Pin', icon: Pin, onChoose: () => void desk.pin(message) };
    const ask = (is: 'tags' | 'history' | 'move') => () => desk.ask({ is, messages: [message] });
    const tending: readonly MenuItem[] = [
      pin,
      { name: 'Tags', icon: Tag, onChoose: ask('tags') },
      { name: 'Move', icon: Leaf, onChoose: ask('move') },
      {
        name: desk.isSelected(message.id) ? 'Deselect' : 'Select',
        icon: Check,
        shortcut: 'x',
        onChoose: () => desk.toggle(message.id),
      },
    ];
    return [
      ...(desk.mayTend(message) ? tending : []),
      { name: 'Copy link', icon: Link, onChoose: () => void copyLink() },
      { name: 'History', icon: History, onChoose: ask('history') },
    ];
  };
  return <Menu label="More" opener={props.opener} items={items()} onClose={props.onClose} />;
}

import Calendar from 'lucide-solid/icons/calendar-search';
import Ellipsis from 'lucide-solid/icons/ellipsis';
import Pencil from 'lucide-solid/icons/pencil';
import Pin from 'lucide-solid/icons/pin';
import Search from 'lucide-solid/icons/search';
import { createSignal, Match, Show, Switch } from 'solid-js';
import type { ChannelView } from '../../engine/view.ts';
import { later } from '../pieces/later.tsx';
import { Menu, type MenuItem } from '../pieces/menu.tsx';
import { setSearching } from '../search/searching.ts';
import type { ShownSpace } from '../shown.ts';

const TendedDialog = later(
  async () => (await import('../gardening/tended-dialog.tsx')).TendedDialog,
);
const DateDialog = later(async () => (await import('../gardening/date-dialog.tsx')).DateDialog);
const ChannelDialog = later(
  async () => (await import('../space/channel-dialog.tsx')).ChannelDialog,
);

/** What can be done with a channel, behind one button. */
export function ChannelMenu(props: { space: ShownSpace; channel: ChannelView }) {
  const [open, setOpen] = createSignal(false);
  const [over, setOver] = createSignal<'tended' | 'date' | 'settings'>();
  const [opener, setOpener] = createSignal<HTMLButtonElement>();
  const close = () => {
    setOver(undefined);
    opener()?.focus();
  };
  const items = (): readonly MenuItem[] => [
    { name: 'Search', icon: Search, shortcut: '/', onChoose: () => setSearching(true) },
    { name: 'Pinned and tagged', icon: Pin, onChoose: () => setOver('tended') },
    { name: 'Jump to a day', icon: Calendar, onChoose: () => setOver('date') },
    ...(props.space.state === 'open'
      ? [{ name: 'Channel settings', icon: Pencil, onChoose: () => setOver('settings') }]
      : []),
  ];
  return (
    <>
      <button
        type="button"
        class="icon-button channel-menu"
        aria-label="Channel menu"
        title="Channel menu"
        aria-haspopup="menu"
        aria-expanded={open()}
        ref={setOpener}
        onClick={() => setOpen(!open())}
      >
        <Ellipsis size={18} stroke-width={1.7} aria-hidden="true" />
      </button>
      <Show when={open() && opener()}>
        {(button) => (
          <Menu
            label="Channel menu"
            opener={button()}
            items={items()}
            onClose={(back) => {
              setOpen(false);
              if (back) opener()?.focus({ preventScroll: true });
            }}
          />
        )}
      </Show>
      <Switch>
        <Match when={over() === 'tended'}>
          <TendedDialog space={props.space} channel={props.channel.id} onClose={close} />
        </Match>
        <Match when={over() === 'date'}>
          <DateDialog space={props.space} channel={props.channel.id} onClose={close} />
        </Match>
        <Match when={over() === 'settings'}>
          <ChannelDialog space={props.space} channel={props.channel} onClose={close} />
        </Match>
      </Switch>
    </>
  );
}

import Check from 'lucide-solid/icons/check';
import CheckCheck from 'lucide-solid/icons/check-check';
import Clock from 'lucide-solid/icons/clock';
import { Match, Switch } from 'solid-js';
import type { Delivery } from '../../engine/view.ts';

const words: Readonly<Record<Delivery, string>> = {
  device: 'Only on this device so far',
  stored: 'Stored by someone else',
  everyone: 'Everyone here has it',
};

/** Where a message of one's own has got to. Never more than has been acknowledged. */
export function Ticks(props: { delivery: Delivery }) {
  return (
    <span class={`ticks ${props.delivery}`} title={words[props.delivery]}>
      <Switch>
        <Match when={props.delivery === 'device'}>
          <Clock size={14} stroke-width={1.9} aria-hidden="true" />
        </Match>
        <Match when={props.delivery === 'stored'}>
          <Check size={15} stroke-width={1.9} aria-hidden="true" />
        </Match>
        <Match when={props.delivery === 'everyone'}>
          <CheckCheck size={16} stroke-width={1.9} aria-hidden="true" />
        </Match>
      </Switch>
      <span class="heard-only">{words[props.delivery]}</span>
    </span>
  );
}

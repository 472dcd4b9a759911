import Check from 'lucide-solid/icons/check';
import CheckCheck from 'lucide-solid/icons/check-check';
import Clock from 'lucide-solid/icons/clock';
import { Match, Switch } from 'solid-js';
import type { Delivery } from '../../engine/view.ts';

const words = {
  device: 'Only on this device so far',
  stored: 'Stored by someone else',
  everyone: 'Everyone here has it',
} as const;

/** Where a message of one's own has got to. Never more than has been acknowledged. */
export function Ticks(props: { delivery: Delivery }) {
  const counted = () => (typeof props.delivery === 'object' ? props.delivery : undefined);
  const said = () =>
    typeof props.delivery === 'object'
      ? `${props.delivery.held} of the ${props.delivery.of} others here have it`
      : words[props.delivery];
  return (
    <span class={`ticks ${counted() ? 'counted' : props.delivery}`} title={said()}>
      <Switch>
        <Match when={counted()}>
          {(count) => (
            <span aria-hidden="true">
              {count().held} of {count().of}
            </span>
          )}
        </Match>
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
      <span class="heard-only">{said()}</span>
    </span>
  );
}

import { Show } from 'solid-js';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { Thread } from '../pieces/thread.tsx';
import { byteCount, span } from '../pieces/times-and-sizes.ts';
import type { LinkStats } from '../shown.ts';
import { causes } from './figures.ts';

/** One link of this device's own. */
export function LinkRow(props: { link: LinkStats; name: string; account: string; now: number }) {
  return (
    <li class="link">
      <KnitAvatar of={props.account} size={36} />
      <div class="link-who">
        <p class="link-name">
          <bdi>{props.name}</bdi>
          <span class="link-tie">
            <Thread tie={props.link.path} />
            {props.link.path}
          </span>
        </p>
        <p class="quiet">{causes[props.link.cause]}</p>
        <Show when={props.link.path === 'relayed' && props.link.directProblem}>
          {(problem) => (
            <p class="quiet">
              What this browser says of the last direct path: <bdi>{problem()}</bdi>
            </p>
          )}
        </Show>
      </div>
      <dl class="link-numbers">
        <div>
          <dt>Round trip</dt>
          <dd>
            {props.link.rttMs === undefined ? 'not yet' : `${Math.round(props.link.rttMs)} ms`}
          </dd>
        </div>
        <div>
          <dt>Up for</dt>
          <dd>{span(props.now - props.link.upSinceMs)}</dd>
        </div>
        <InAndOut label="Direct" bytes={props.link.direct} />
        <Show when={props.link.relayed.bytesIn + props.link.relayed.bytesOut > 0}>
          <InAndOut label="Relayed" bytes={props.link.relayed} />
        </Show>
      </dl>
    </li>
  );
}

function InAndOut(props: { label: string; bytes: { bytesIn: number; bytesOut: number } }) {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>
        <span>{byteCount(props.bytes.bytesOut)} out</span>
        <span>{byteCount(props.bytes.bytesIn)} in</span>
      </dd>
    </div>
  );
}

import './space-page.css';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { type JSX, Show } from 'solid-js';
import { createMedia, NARROW } from '../frame/media.ts';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';

/** A page about a space, in place of a channel. */
export function SpacePage(props: {
  space: ShownSpace;
  title: string;
  under: string;
  children: JSX.Element;
}) {
  const narrow = createMedia(NARROW);
  return (
    <div class="space-page">
      <header class="channel-head">
        <Show when={narrow()}>
          <a
            class="icon-button"
            href={hrefOf({ at: 'space', space: props.space.id })}
            aria-label="Back"
          >
            <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
          </a>
        </Show>
        <h1>{props.title}</h1>
        <p class="channel-topic">{props.under}</p>
      </header>
      <div class="space-page-scroll" tabindex={0}>
        <div class="space-page-inner">{props.children}</div>
      </div>
    </div>
  );
}

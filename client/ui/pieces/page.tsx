import '../space/space-page.css';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { type JSX, Show } from 'solid-js';
import { createMedia, NARROW } from '../frame/media.ts';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';

/** A page about no space in particular, in place of a channel. */
export function Page(props: {
  title: string;
  under: string;
  /** The space beside whose shelf it stands, and to which Back leads. */
  beside: ShownSpace | undefined;
  /** Beside the title. */
  tools?: JSX.Element;
  children: JSX.Element;
}) {
  const narrow = createMedia(NARROW);
  const back = () => (props.beside ? hrefOf({ at: 'space', space: props.beside.id }) : '#/');
  return (
    <div class="space-page">
      <header class="channel-head">
        <Show when={narrow() || !props.beside}>
          <a class="icon-button" href={back()} aria-label="Back">
            <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
          </a>
        </Show>
        <h1>{props.title}</h1>
        <p class="channel-topic">{props.under}</p>
        {props.tools}
      </header>
      <div class="space-page-scroll" tabindex={0}>
        <div class="space-page-inner">{props.children}</div>
      </div>
    </div>
  );
}

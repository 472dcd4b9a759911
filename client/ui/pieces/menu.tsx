import './menu.css';
import { type Component, For, onCleanup, onMount } from 'solid-js';
import { Dynamic } from 'solid-js/web';

export interface MenuItem {
  readonly name: string;
  readonly icon: Component<{ size: number; 'stroke-width': number; 'aria-hidden': 'true' }>;
  /** A key that does the same elsewhere, shown beside the name. */
  readonly shortcut?: string;
  readonly destructive?: boolean;
  readonly onChoose: () => void;
}

/** Space between a menu and what it belongs to, and the edge of the window, CSS pixels. */
const GAP = 4;

/**
 * A few things to do, beside the button that opened them. It lies over everything; the arrow keys lead through it, and
 * choosing, Escape, Tab and going elsewhere close it.
 */
export function Menu(props: {
  label: string;
  opener: HTMLElement;
  items: readonly MenuItem[];
  /** @param back to the button that it came from */
  onClose: (back: boolean) => void;
}) {
  let menu: HTMLDivElement | undefined;
  const buttons = () => [...(menu?.querySelectorAll('button') ?? [])];
  const outside = (event: Event) => {
    if (!(event.target instanceof Node)) return;
    if (!menu?.contains(event.target) && !props.opener.contains(event.target)) props.onClose(false);
  };
  onMount(() => {
    if (!menu) return;
    menu.showPopover();
    const at = props.opener.getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const below = at.bottom + GAP + height <= innerHeight;
    const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
    const left = Math.min(Math.max(GAP, at.right - width), innerWidth - width - GAP);
    menu.style.translate = `${left}px ${top}px`;
    buttons()[0]?.focus({ preventScroll: true });
  });
  onMount(() => {
    document.addEventListener('pointerdown', outside);
    addEventListener('resize', outside);
    onCleanup(() => {
      document.removeEventListener('pointerdown', outside);
      removeEventListener('resize', outside);
    });
  });
  const keyDown = (event: KeyboardEvent) => {
    const all = buttons();
    const at = all.findIndex((button) => button.matches(':focus'));
    const to = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    }[event.key];
    if (event.key === 'Tab') {
      props.onClose(true);
      return;
    }
    if (event.key !== 'Escape' && to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') props.onClose(true);
    else if (to !== undefined) all[to]?.focus();
  };
  return (
    <div
      class="menu"
      role="menu"
      aria-label={props.label}
      popover="manual"
      ref={menu}
      onKeyDown={keyDown}
    >
      <For each={props.items}>
        {(item) => (
          <button
            type="button"
            role="menuitem"
            tabindex={-1}
            classList={{ destructive: item.destructive ?? false }}
            onClick={() => {
              props.onClose(true);
              item.onChoose();
            }}
          >
            <Dynamic component={item.icon} size={17} stroke-width={1.7} aria-hidden="true" />
            <span class="menu-name">{item.name}</span>
            {item.shortcut ? (
              <span class="menu-key" aria-hidden="true">
                {item.shortcut}
              </span>
            ) : undefined}
          </button>
        )}
      </For>
    </div>
  );
}

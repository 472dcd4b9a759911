import { createEffect, createSignal, untrack } from 'solid-js';
import type { PlaceView } from '../../engine/overview-view.ts';
import { usePeer } from '../peer-context.ts';
import { goTo } from '../router.ts';
import type { ShownSpace, ShownTimeline } from '../shown.ts';

/**
 * Looks for the message that the address names: asks where it stands, has as much shown as it takes, and says so
 * once it is among what is shown. The address says afterwards where it was found.
 */
export function createSeeking(place: {
  readonly space: () => ShownSpace;
  readonly channel: string;
  /** As the address names it. */
  readonly message: () => string | undefined;
  readonly timeline: () => ShownTimeline | undefined;
  /** Has at least so many of the newest shown. */
  readonly showAtLeast: (newest: number) => void;
  readonly onFound: (message: PlaceView['message']) => void;
  readonly onLost: (why: string) => void;
}) {
  const { ask } = usePeer();
  const [wanted, setWanted] = createSignal<PlaceView>();
  let looking: string | undefined;
  const look = async (message: string) => {
    looking = message;
    const space = place.space().id;
    const result = await ask.locate({ space, message });
    looking = undefined;
    if (place.message() !== message) return;
    if (!result.ok) {
      place.onLost(result.trouble.message);
      goTo({ at: 'space', space, channel: place.channel }, 'replace');
      return;
    }
    const { channel, thread, newest } = result.value;
    if (channel !== place.channel) return goTo({ at: 'space', space, channel, message }, 'replace');
    place.showAtLeast(newest);
    setWanted(result.value);
    goTo({ at: 'space', space, channel, ...(thread === undefined ? {} : { thread }) }, 'replace');
  };
  createEffect(() => {
    const message = place.message();
    // Nothing is known of a channel before it is shown.
    if (message === undefined || message === looking || !place.timeline()) return;
    untrack(() => void look(message));
  });
  createEffect(() => {
    const found = wanted();
    if (!found || found.thread !== undefined) return;
    if (!place.timeline()?.messages.some(({ id }) => id === found.message)) return;
    setWanted(undefined);
    // What the timeline does as it grows comes first.
    setTimeout(() => place.onFound(found.message));
  });
  return {
    /** Of a message in a thread: it is for the thread to show it. */
    inThread: () => (wanted()?.thread === undefined ? undefined : wanted()?.message),
    /** It does. */
    shown: () => setWanted(undefined),
  };
}

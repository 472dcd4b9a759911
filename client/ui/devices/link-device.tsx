import { createSignal, Match, onCleanup, onMount, Show, Switch } from 'solid-js';
import type { LinkingView } from '../../engine/device-view.ts';
import { usePeer } from '../peer-context.ts';
import { CopyField } from '../pieces/copy-field.tsx';
import { Dialog } from '../pieces/dialog.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { deviceName } from './device-name.ts';
import { QrCode } from './qr-code.tsx';
import { SixWords } from './six-words.tsx';

type Of<K extends LinkingView['is']> = Extract<LinkingView, { readonly is: K }>;

/** On the device that is in use: a link for another one, the words, and whether they match. */
export function LinkDevice(props: { onClose: () => void }) {
  const { view, ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const begin = async () => {
    setTrouble(undefined);
    const result = await ask.linkDevice({ name: deviceName(navigator.userAgent) });
    if (!result.ok) setTrouble(result.trouble.message);
  };
  onMount(() => void begin());
  // Closed is ended: nobody is let in whom the person does not see.
  onCleanup(() => void ask.endLinking({ differ: false }));
  const now = <K extends LinkingView['is']>(is: K) => {
    const { linking } = view;
    const is_ = (one: LinkingView | undefined): one is Of<K> =>
      one?.is === is && one.side === 'old';
    return is_(linking) ? linking : undefined;
  };
  const answer = async (matches: boolean) => {
    const result = matches ? await ask.confirmLinking({}) : await ask.endLinking({ differ: true });
    if (!result.ok) setTrouble(result.trouble.message);
  };

  return (
    <Dialog title="Link a device" onClose={props.onClose}>
      <TroubleNote message={trouble()} />
      <Switch>
        <Match when={now('offering')}>
          {(it) => (
            <>
              <p class="quiet">
                Scan this code with the other device, or open the link there. It works once, for
                five minutes: whoever sees it could come first, so show it to nobody.
              </p>
              <QrCode text={it().link} label="QR code of the device link" />
              <CopyField label="Device link" value={it().link} />
            </>
          )}
        </Match>
        <Match when={now('comparing')}>
          {(it) => (
            <>
              <p>
                <strong>{it().name}</strong> shows six words. Are they these?
              </p>
              <SixWords numbers={it().words} />
              <p class="quiet">
                If they match, that device gets into all your spaces and speaks as you. If it shows
                other words, or none, somebody else has your link.
              </p>
              <div class="dialog-actions">
                <button type="button" class="button" onClick={() => void answer(false)}>
                  They differ
                </button>
                <button type="button" class="button primary" onClick={() => void answer(true)}>
                  The words match
                </button>
              </div>
            </>
          )}
        </Match>
        <Match when={now('entering')}>
          {(it) => <p role="status">Letting {it().name} into your spaces…</p>}
        </Match>
        <Match when={now('linked')}>
          {(it) => (
            <>
              <p role="status">
                {it().name} is linked. It is filled from this device and from everybody who is here:
                leave both pages open for a moment.
              </p>
              <div class="dialog-actions">
                <button type="button" class="button primary" onClick={() => props.onClose()}>
                  Done
                </button>
              </div>
            </>
          )}
        </Match>
        <Match when={now('failed')}>
          {(it) => (
            <>
              <TroubleNote message={it().trouble.message} />
              <div class="dialog-actions">
                <button type="button" class="button primary" onClick={() => void begin()}>
                  Make a new link
                </button>
              </div>
            </>
          )}
        </Match>
      </Switch>
      <Show when={!view.linking && !trouble()}>
        <p class="quiet">Making a link…</p>
      </Show>
    </Dialog>
  );
}

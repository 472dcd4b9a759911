import '../start/start.css';
import './devices.css';
import { createSignal, Match, onMount, Show, Switch } from 'solid-js';
import type { LinkingView } from '../../engine/device-view.ts';
import { usePeer } from '../peer-context.ts';
import { Mark } from '../pieces/mark.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { goTo, hideInvite } from '../router.ts';
import { deviceName } from './device-name.ts';
import { SixWords } from './six-words.tsx';

type Of<K extends LinkingView['is']> = Extract<LinkingView, { readonly is: K }>;

/** On the device that is to be linked: the link, from the address or pasted, and the six words. */
export function LinkPage(props: { token: string | undefined }) {
  const { view, ask } = usePeer();
  const [link, setLink] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  document.title = 'Link this device · Snug';

  const take = async (text: string) => {
    setTrouble(undefined);
    const name = deviceName(navigator.userAgent);
    const result = await ask.acceptLink({ link: text, name });
    if (!result.ok) setTrouble(result.trouble.message);
  };
  onMount(() => {
    const { token } = props;
    if (!token) return;
    // Whoever reads the address over one's shoulder, or later in the history, finds nothing there.
    const whole = `${location.origin}${location.pathname}#/link/${token}`;
    hideInvite();
    void take(whole);
  });
  const now = <K extends LinkingView['is']>(is: K) => {
    const { linking } = view;
    const is_ = (one: LinkingView | undefined): one is Of<K> =>
      one?.is === is && one.side === 'new';
    return is_(linking) ? linking : undefined;
  };
  const idle = () => view.linking?.side !== 'new';
  const end = async (differ: boolean) => {
    await ask.endLinking({ differ });
    setLink('');
  };

  return (
    <main class="start">
      <div class="start-sheet">
        <Mark size={52} />
        <h1>Link this device</h1>
        <Switch>
          <Match when={idle()}>
            <p>
              On your other device open <strong>Settings</strong>, press{' '}
              <strong>Link a device</strong>, and scan the code with this one, or paste the link
              here.
            </p>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (link().trim()) void take(link());
                else setTrouble('Paste the link first. Your other device makes one.');
              }}
            >
              <TextField
                label="Device link"
                value={link()}
                onInput={setLink}
                maxLength={4096}
                autofocus
              />
              <TroubleNote message={trouble()} />
              <button type="submit" class="button primary">
                Link
              </button>
            </form>
          </Match>
          <Match when={now('looking')}>
            <p role="status">Looking for your other device. Leave its page open.</p>
          </Match>
          <Match when={now('comparing')}>
            {(it) => (
              <>
                <p>Your other device shows six words. Are they these?</p>
                <SixWords numbers={it().words} />
                <Show
                  when={it().asks}
                  fallback={<p>Confirm it there: this device comes in as soon as you do.</p>}
                >
                  <p>
                    Whoever shows the same words gets into all your spaces here. Go on only if you
                    made the link yourself, on a device of your own.
                  </p>
                </Show>
                <TroubleNote message={trouble()} />
                <div class="start-choice">
                  <button type="button" class="button" onClick={() => void end(true)}>
                    They differ
                  </button>
                  <Show when={it().asks}>
                    <button
                      type="button"
                      class="button primary"
                      onClick={() => void ask.confirmLinking({})}
                    >
                      The words match
                    </button>
                  </Show>
                </div>
              </>
            )}
          </Match>
          <Match when={now('entering')}>
            <p role="status">
              Coming in. Leave your other device's page open until your spaces are here.
            </p>
          </Match>
          <Match when={now('linked')}>
            <p role="status">
              This device is linked. Your spaces fill up from your other device and from everybody
              who is here.
            </p>
            <button
              type="button"
              class="button primary"
              onClick={() => {
                void ask.endLinking({ differ: false });
                goTo({ at: 'home' }, 'replace');
              }}
            >
              Continue
            </button>
          </Match>
          <Match when={now('failed')}>
            {(it) => (
              <>
                <TroubleNote message={it().trouble.message} />
                <button type="button" class="button" onClick={() => void end(false)}>
                  Try another link
                </button>
              </>
            )}
          </Match>
        </Switch>
        <Show when={view.phase === 'first-run' && (idle() || now('failed'))}>
          <p>
            <a href="#/">Begin without another device</a>
          </p>
        </Show>
      </div>
    </main>
  );
}

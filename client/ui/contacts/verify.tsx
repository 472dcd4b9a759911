import { createSignal, Match, Show, Switch } from 'solid-js';
import '../devices/devices.css';
import { SixWords } from '../devices/six-words.tsx';
import { usePeer } from '../peer-context.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';

type Verified = 'yes' | 'changed' | undefined;

/** Six words that both compare, by voice or face to face, to know that nobody stands between them. */
export function Verify(props: { account: string; name: string; verified: Verified }) {
  const { ask } = usePeer();
  const [phrase, setPhrase] = createSignal<{ words: readonly number[]; of: string }>();
  const [busy, setBusy] = createSignal(false);
  const [trouble, setTrouble] = createSignal<string>();
  const show = async () => {
    if (busy()) return;
    setBusy(true);
    const result = await ask.verificationPhrase({ account: props.account });
    setBusy(false);
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) setPhrase(result.value);
  };
  const mark = async (of: string | undefined) => {
    const { account } = props;
    const result = await ask.markVerified(of === undefined ? { account } : { account, of });
    setTrouble(result.ok ? undefined : result.trouble.message);
    setPhrase(undefined);
  };
  return (
    <section class="verify">
      <h2>Verification</h2>
      <p classList={{ quiet: props.verified !== 'changed', trouble: props.verified === 'changed' }}>
        <Switch
          fallback={`Six words tell whether you hold the real keys of ${props.name}. Compare them by voice, or side by side.`}
        >
          <Match when={props.verified === 'yes'}>
            Verified: you have compared the words, and neither of you has other devices since.
          </Match>
          <Match when={props.verified === 'changed'}>
            Not verified any more: {props.name} or you have other devices than when you compared.
            Compare the words again.
          </Match>
        </Switch>
      </p>
      <Show
        when={phrase()}
        fallback={
          <div class="contact-actions">
            <button type="button" class="button" aria-disabled={busy()} onClick={() => void show()}>
              {busy() ? 'Working out the words' : 'Show the words'}
            </button>
            <Show when={props.verified}>
              <button type="button" class="button" onClick={() => void mark(undefined)}>
                Take the mark away
              </button>
            </Show>
          </div>
        }
      >
        {(shown) => (
          <>
            <SixWords numbers={shown().words} />
            <p class="quiet">
              {props.name} finds the same words on the page of your contact. If they differ,
              somebody may stand between you, or one of you has not heard of all devices yet.
            </p>
            <div class="contact-actions">
              <button type="button" class="button primary" onClick={() => void mark(shown().of)}>
                Words match
              </button>
              <button type="button" class="button" onClick={() => setPhrase(undefined)}>
                They differ
              </button>
            </div>
          </>
        )}
      </Show>
      <TroubleNote message={trouble()} />
    </section>
  );
}

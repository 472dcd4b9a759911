import './contacts.css';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { createResource, Match, Switch } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { nameOf } from '../pieces/names.ts';
import { OneLineForm } from '../pieces/one-line-form.tsx';
import { hrefOf } from '../route.ts';
import { goTo } from '../router.ts';

/** Characters of the longest introduction. */
const LONGEST = 200;

/** Somebody's contact card, opened: a few words, and one has knocked. */
export function KnockPage(props: { token: string }) {
  const { ask } = usePeer();
  const [card] = createResource(
    () => props.token,
    (token) => ask.readCard({ card: token }),
  );
  const read = () => {
    const result = card();
    return result?.ok ? result.value : undefined;
  };
  const trouble = () => {
    const result = card();
    return result && !result.ok ? result.trouble.message : undefined;
  };
  return (
    <div class="contacts">
      <header class="channel-head">
        <a class="icon-button" href={hrefOf({ at: 'contacts' })} aria-label="Back">
          <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
        </a>
        <h1>Contact card</h1>
      </header>
      <div class="contacts-scroll" tabindex={0}>
        <div class="contacts-inner">
          <Switch fallback={<p class="quiet">Reading the card.</p>}>
            <Match when={trouble()}>
              {(message) => (
                <p class="trouble" role="alert">
                  {message()}
                </p>
              )}
            </Match>
            <Match when={read()}>
              {(one) => (
                <>
                  <div class="contact-card">
                    <KnitAvatar of={one().account} size={72} />
                    <div>
                      <p class="contact-name">
                        <bdi>{nameOf(one().name)}</bdi>
                      </p>
                      <p class="quiet">
                        They call themselves so. Say who you are: they read it before they decide.
                      </p>
                    </div>
                  </div>
                  <OneLineForm
                    label="Introduction"
                    button="Knock"
                    missing="Say who you are, in a few words."
                    maxLength={LONGEST}
                    ask={(text) => ask.knock({ card: props.token, text })}
                    onDone={({ space }) => goTo({ at: 'space', space }, 'replace')}
                  />
                </>
              )}
            </Match>
          </Switch>
        </div>
      </div>
    </div>
  );
}

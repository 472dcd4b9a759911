import './contacts.css';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { createMemo, createSignal, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { nameOf } from '../pieces/names.ts';
import { Thread } from '../pieces/thread.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { hrefOf } from '../route.ts';
import { MessageButton } from './message-button.tsx';
import { calledOf, peopleMet } from './people.ts';
import { Petname } from './petname.tsx';
import { Verify } from './verify.tsx';
import { inSpaces } from './words.ts';

/** One person, and what this person has to say of them. */
export function ContactPage(props: { account: string }) {
  const { view } = usePeer();
  const person = createMemo(() =>
    peopleMet(view.spaces, view.contacts).find(({ account }) => account === props.account),
  );
  return (
    <div class="contacts">
      <header class="channel-head">
        <a class="icon-button" href={hrefOf({ at: 'contacts' })} aria-label="Back">
          <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
        </a>
        <h1>{person() ? calledOf(person() ?? { name: '' }) : 'Nobody you know'}</h1>
      </header>
      <div class="contacts-scroll" tabindex={0}>
        <div class="contacts-inner">
          <Show
            when={person()}
            fallback={
              <p class="contacts-none">
                This device has met nobody by that address. They appear here once you share a space.
              </p>
            }
          >
            {(one) => (
              <>
                <div class="contact-card">
                  <KnitAvatar of={one().account} size={72} />
                  <div>
                    <p class="contact-name">
                      <bdi>{calledOf(one())}</bdi>
                    </p>
                    <p class="quiet">
                      <Show when={one().petname}>
                        They call themselves <bdi>{nameOf(one().name)}</bdi>.{' '}
                      </Show>
                      <Show when={one().spaces.length > 0}>
                        You share {inSpaces(one().spaces)}.
                      </Show>
                      <span class="contact-tie">
                        {one().tie}
                        <Thread tie={one().tie} />
                      </span>
                    </p>
                  </div>
                </div>
                <div class="contact-actions">
                  <Show when={!one().blocked}>
                    <MessageButton account={one().account} primary />
                  </Show>
                  <Sayings account={one().account} blocked={one().blocked} muted={one().muted} />
                </div>
                <Petname account={one().account} petname={one().petname ?? ''} />
                <Show when={one().spaces.length > 0}>
                  <Verify
                    account={one().account}
                    name={calledOf(one())}
                    verified={one().verified}
                  />
                </Show>
                <section>
                  <h2>Key</h2>
                  <p class="quiet">The same person always has the same pattern and the same key.</p>
                  <p class="contact-key">{one().account}</p>
                </section>
              </>
            )}
          </Show>
        </div>
      </div>
    </div>
  );
}

/** To hear less of somebody, or nothing. */
function Sayings(props: { account: string; blocked: boolean; muted: boolean }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const say = async (said: { blocked: boolean } | { muted: boolean }) => {
    const result = await ask.setContact({ account: props.account, ...said });
    setTrouble(result.ok ? undefined : result.trouble.message);
  };
  return (
    <>
      <button
        type="button"
        class="button"
        aria-pressed={props.muted}
        onClick={() => void say({ muted: !props.muted })}
      >
        {props.muted ? 'Unmute' : 'Mute'}
      </button>
      <button type="button" class="button" onClick={() => void say({ blocked: !props.blocked })}>
        {props.blocked ? 'Unblock' : 'Block'}
      </button>
      <p class="quiet contact-effect">
        <Show
          when={props.blocked}
          fallback={
            props.muted
              ? 'Muted: their direct messages come without a mark.'
              : 'Muting takes the mark off their direct messages. Blocking hides them, and new ones do not reach you. Neither is told to them.'
          }
        >
          Blocked: their direct messages are not shown, and none reach you. In spaces that you share
          you still see what they say.
        </Show>
      </p>
      <TroubleNote message={trouble()} />
    </>
  );
}

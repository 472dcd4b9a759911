import { createSignal, For } from 'solid-js';
import type { KnockView } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { nameOf } from '../pieces/names.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';

/** Who has knocked and waits for an answer. */
export function Knocks(props: { knocks: readonly KnockView[] }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const answer = async (account: string, accept: boolean) => {
    const result = await ask.answerKnock({ account, accept });
    setTrouble(result.ok ? undefined : result.trouble.message);
  };
  return (
    <section>
      <h2>Knocking</h2>
      <p class="quiet">
        They have your card. Nobody vouches for what they call themselves; refused, they are told
        nothing.
      </p>
      <ul class="knocks" aria-label="Knocking">
        <For each={props.knocks}>
          {(knock) => (
            <li class="knock-row">
              <KnitAvatar of={knock.account} size={36} />
              <div class="knock">
                <p>
                  <bdi>{nameOf(knock.name)}</bdi>
                </p>
                <p class="knock-text">{knock.text || 'No words of their own.'}</p>
                <div class="contact-actions">
                  <button
                    type="button"
                    class="button primary"
                    aria-label={`Accept ${nameOf(knock.name)}`}
                    onClick={() => void answer(knock.account, true)}
                  >
                    Accept
                  </button>
                  <button
                    type="button"
                    class="button"
                    aria-label={`Refuse ${nameOf(knock.name)}`}
                    onClick={() => void answer(knock.account, false)}
                  >
                    Refuse
                  </button>
                </div>
              </div>
            </li>
          )}
        </For>
      </ul>
      <TroubleNote message={trouble()} />
    </section>
  );
}

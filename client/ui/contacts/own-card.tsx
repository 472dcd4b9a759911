import { createSignal, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { CopyField } from '../pieces/copy-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';

/** The card by which people with whom one shares no space may knock. There is none until it is made. */
export function OwnCard() {
  const { view, ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const make = async () => {
    const result = await ask.makeCard({});
    setTrouble(result.ok ? undefined : result.trouble.message);
  };
  const withdraw = async () => {
    const result = await ask.withdrawCard({});
    setTrouble(result.ok ? undefined : result.trouble.message);
  };
  return (
    <section>
      <h2>Your contact card</h2>
      <Show
        when={view.card}
        fallback={
          <>
            <p class="quiet">
              Without one, only people who share a space with you can write to you. A card is a
              link: whoever has it may knock here, and you decide.
            </p>
            <div class="contact-actions below">
              <button type="button" class="button" onClick={() => void make()}>
                Make a card
              </button>
            </div>
          </>
        }
      >
        {(card) => (
          <>
            <CopyField
              label="Contact card"
              value={card().link}
              after="Whoever has it may knock at this device while it is online, and sees by its server when you are."
            />
            <div class="contact-actions below">
              <button type="button" class="button" onClick={() => void make()}>
                Replace
              </button>
              <button type="button" class="button" onClick={() => void withdraw()}>
                Withdraw
              </button>
            </div>
            <p class="quiet">Replaced or withdrawn, the old link leads nowhere.</p>
          </>
        )}
      </Show>
      <TroubleNote message={trouble()} />
    </section>
  );
}

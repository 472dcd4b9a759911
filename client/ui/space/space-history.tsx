import './space-history.css';
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import { createResource, createSignal, For, Show } from 'solid-js';
import type { ActView, DeedView, SpaceHistoryView } from '../../engine/overview-view.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { nameOf } from '../pieces/names.ts';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { actWords, deedWords } from './history-words.ts';

/** How much of a history is told. */
const NEWEST = 200;

/** Who did what in a space, all of it or what one person did and what was done about them. */
export function SpaceHistory(props: {
  space: SpaceId;
  title: string;
  account?: string;
  onClose: () => void;
}) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [history, { refetch }] = createResource(async (): Promise<SpaceHistoryView> => {
    const result = await ask.spaceHistory({ space: props.space, newest: NEWEST });
    if (result.ok) return result.value;
    setTrouble(result.trouble.message);
    return { deeds: [], acts: [] };
  });
  const deeds = () =>
    (history.latest?.deeds ?? []).filter(
      ({ account }) => props.account === undefined || account === props.account,
    );
  const acts = () =>
    (history.latest?.acts ?? []).filter(
      ({ account, about }) =>
        props.account === undefined || account === props.account || about.includes(props.account),
    );
  const undo = async (deed: DeedView) => {
    const result = await ask.undo({ space: props.space, entries: deed.entries });
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) await refetch();
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <TroubleNote message={trouble()} />
      <Show when={history.latest} fallback={<p class="quiet">Looking.</p>}>
        <section class="history" aria-label="Messages">
          <h3>Messages</h3>
          <Show when={deeds().length > 0} fallback={<p class="quiet">Nothing was changed.</p>}>
            <ol>
              <For each={deeds()}>
                {(deed) => <Deed deed={deed} onUndo={() => void undo(deed)} />}
              </For>
            </ol>
          </Show>
        </section>
        <section class="history" aria-label="Membership">
          <h3>Membership</h3>
          <Show when={acts().length > 0} fallback={<p class="quiet">Nothing was changed.</p>}>
            <p class="quiet">Newest first. Nobody’s clock is kept with these, only their order.</p>
            <ol>
              <For each={acts()}>{(act) => <Act act={act} />}</For>
            </ol>
          </Show>
        </section>
      </Show>
    </Dialog>
  );
}

function Act(props: { act: ActView }) {
  return (
    <li class="deed">
      <p>
        {actWords(props.act)}
        <Show when={props.act.void}>
          <small> · has no effect</small>
        </Show>
      </p>
    </li>
  );
}

/** One thing that was done to messages, and the way to take it back. */
export function Deed(props: { deed: DeedView; onUndo: () => void }) {
  const when = () => `${dayName(props.deed.at, Date.now())}, ${clockTime(props.deed.at)}`;
  return (
    <li class="deed">
      <p>
        {deedWords(props.deed)}
        <small>
          {` · ${when()}`}
          <Show when={props.deed.undone}>
            {(undone) => ` · undone by ${nameOf(undone().byName)}`}
          </Show>
        </small>
        <Show when={props.deed.excerpt}>
          {(text) => (
            <q class="deed-excerpt" dir="auto">
              {text()}
            </q>
          )}
        </Show>
      </p>
      <Show when={props.deed.mayUndo}>
        <button type="button" class="button small" onClick={() => props.onUndo()}>
          Undo
        </button>
      </Show>
    </li>
  );
}

import type { EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { createResource, createSignal, For, Show } from 'solid-js';
import type { RevisionView } from '../../engine/page-view.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { nameOf } from '../pieces/names.ts';
import { clockTime, countOf, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';

/** Who changed what of a page, and its text as it was after each change. */
export function PageHistory(props: {
  space: SpaceId;
  page: EntryId;
  mayBringBack: boolean;
  onBringBack: (text: string) => Promise<void>;
  onClose: () => void;
}) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [shown, setShown] = createSignal<{ readonly change: EntryId; readonly text: string }>();
  const [revisions] = createResource(async (): Promise<readonly RevisionView[]> => {
    const result = await ask.pageHistory({ space: props.space, page: props.page });
    if (result.ok) return result.value;
    setTrouble(result.trouble.message);
    return [];
  });
  const show = async (change: EntryId) => {
    const result = await ask.pageAt({ space: props.space, page: props.page, change });
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) setShown({ change, text: result.value.text });
  };
  return (
    <Dialog title="History of this page" onClose={props.onClose}>
      <TroubleNote message={trouble()} />
      <Show when={revisions.latest}>
        {(all) => (
          <Show
            when={all().length > 0}
            fallback={<p class="quiet">Nobody has written here yet.</p>}
          >
            <ol class="page-revisions">
              <For each={all()}>
                {(revision) => (
                  <li>
                    <button
                      type="button"
                      aria-expanded={shown()?.change === revision.id}
                      onClick={() => void show(revision.id)}
                    >
                      <strong>{nameOf(revision.byName)}</strong>
                      {` ${whatOf(revision)}`}
                      <small>{`${dayName(revision.at, Date.now())}, ${clockTime(revision.at)}`}</small>
                    </button>
                    <Show when={shown()?.change === revision.id && shown()}>
                      {(then) => (
                        <div class="page-then">
                          <pre dir="auto" tabindex={0}>
                            {then().text || 'The page was empty.'}
                          </pre>
                          <Show when={props.mayBringBack}>
                            <button
                              type="button"
                              class="button"
                              onClick={() => void props.onBringBack(then().text)}
                            >
                              Bring this text back
                            </button>
                          </Show>
                        </div>
                      )}
                    </Show>
                  </li>
                )}
              </For>
            </ol>
          </Show>
        )}
      </Show>
    </Dialog>
  );
}

function whatOf({ added, removed, title, away }: RevisionView): string {
  const done = [
    ...(title === undefined ? [] : [`called it “${title}”`]),
    ...(away === undefined ? [] : [away ? 'put it away' : 'brought it back']),
    ...(added === 0 ? [] : [`wrote ${countOf(added, 'character')}`]),
    ...(removed === 0 ? [] : [`took out ${countOf(removed, 'character')}`]),
  ];
  return done.join(', ');
}

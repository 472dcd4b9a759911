import { createSignal, createUniqueId, Show } from 'solid-js';
import type { ImportView } from '../../engine/archive-view.ts';
import { usePeer } from '../peer-context.ts';
import { TextField } from '../pieces/text-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { hrefOf } from '../route.ts';
import { FileProgress } from './file-progress.tsx';
import { importedWords } from './imported-words.ts';

/** Takes an exported space up again. */
export function ImportFile() {
  const { ask } = usePeer();
  const id = createUniqueId();
  const [file, setFile] = createSignal<File>();
  const [passphrase, setPassphrase] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const [imported, setImported] = createSignal<ImportView>();
  let field: HTMLInputElement | undefined;

  const take = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const chosen = file();
    setImported(undefined);
    if (!chosen) {
      setTrouble('Choose a file first: one that Snug has exported, its name ends in .snug.');
      return;
    }
    setBusy(true);
    setTrouble(undefined);
    const result = await ask.importSpace({ file: chosen, passphrase: passphrase() });
    setBusy(false);
    if (!result.ok) {
      setTrouble(result.trouble.message);
      return;
    }
    setPassphrase('');
    setFile(undefined);
    if (field) field.value = '';
    setImported(result.value);
  };

  return (
    <section class="space-section" aria-label="Import">
      <h2>Import</h2>
      <p class="quiet">
        A space from a file comes back where you are still a member; otherwise you can read it.
      </p>
      <form class="stacked" onSubmit={(event) => void take(event)}>
        <div class="field">
          <label for={id}>File</label>
          <input
            id={id}
            type="file"
            accept=".snug"
            ref={field}
            onChange={(event) => setFile(event.currentTarget.files?.[0])}
          />
        </div>
        <div class="with-button">
          <TextField label="Its passphrase" value={passphrase()} onInput={setPassphrase} />
          <button type="submit" class="button" aria-disabled={busy()}>
            Import
          </button>
        </div>
        <Show when={busy()}>
          <FileProgress does="import" label="Import under way" />
        </Show>
        <TroubleNote message={trouble()} />
      </form>
      <div role="status">
        <Show when={imported()}>
          {(it) => (
            <p>
              {importedWords(it())}{' '}
              <a href={hrefOf({ at: 'space', space: it().space })}>{`Open ${it().name}`}</a>
            </p>
          )}
        </Show>
      </div>
    </section>
  );
}

import { createSignal, onCleanup, Show } from 'solid-js';
import type { FileView } from '../../engine/archive-view.ts';
import type { Result } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { byteCount } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';
import { FileProgress } from './file-progress.tsx';

/** Shortest passphrase that the engine takes, in characters. */
const SHORTEST = 8;

/** Makes a file of a space: sealed, or by its own name as text that anybody can read. */
export function ExportDialog(props: { space: ShownSpace; onClose: () => void }) {
  const { ask } = usePeer();
  const [passphrase, setPassphrase] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const [made, setMade] = createSignal<{ file: FileView; url: string }>();
  const forget = () => {
    const held = made();
    if (held) URL.revokeObjectURL(held.url);
    setMade(undefined);
  };
  onCleanup(forget);

  const make = async (work: () => Promise<Result<FileView>>) => {
    if (busy()) return;
    setBusy(true);
    setTrouble(undefined);
    forget();
    const result = await work();
    setBusy(false);
    if (result.ok) setMade({ file: result.value, url: URL.createObjectURL(result.value.file) });
    else setTrouble(result.trouble.message);
  };
  const sealed = (event: SubmitEvent) => {
    event.preventDefault();
    if (Array.from(passphrase()).length < SHORTEST)
      setTrouble(`Choose a passphrase of at least ${SHORTEST} characters.`);
    else void make(() => ask.exportSpace({ space: props.space.id, passphrase: passphrase() }));
  };

  return (
    <Dialog title={`Export ${props.space.name}`} onClose={props.onClose}>
      <form class="stacked" onSubmit={sealed}>
        <p class="quiet">
          The file can be imported again, and only the passphrase opens it. Write it down: nobody
          can find it out for you.
        </p>
        <div class="with-button">
          <TextField label="Passphrase" value={passphrase()} onInput={setPassphrase} autofocus />
          <button type="submit" class="button primary" aria-disabled={busy()}>
            Export
          </button>
        </div>
      </form>
      <div class="stacked or-else">
        <p class="quiet">
          Or as text without a passphrase, to read or print. Whoever gets that file can read it, and
          it cannot be imported.
        </p>
        <button
          type="button"
          class="button"
          aria-disabled={busy()}
          onClick={() => void make(() => ask.exportText({ space: props.space.id }))}
        >
          Export as readable text
        </button>
      </div>
      <Show when={busy()}>
        <FileProgress does="export" space={props.space.id} label="Export under way" />
      </Show>
      <TroubleNote message={trouble()} />
      <div role="status">
        <Show when={made()}>
          {(it) => (
            <p class="file-made">
              <a class="button primary" href={it().url} download={it().file.name}>
                Download
              </a>
              <span class="quiet">{`${it().file.name}, ${byteCount(it().file.file.size)}`}</span>
            </p>
          )}
        </Show>
      </div>
    </Dialog>
  );
}

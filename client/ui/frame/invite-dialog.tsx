import './invite-dialog.css';
import { createSignal, onMount, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { CopyField } from '../pieces/copy-field.tsx';
import { Dialog } from '../pieces/dialog.tsx';
import { later } from '../pieces/later.tsx';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';

const QrCode = later(async () => (await import('../devices/qr-code.tsx')).QrCode);
const InviteList = later(async () => (await import('../space/invite-list.tsx')).InviteList);

const HOUR = 3_600_000;
/** How long an invite of its own kind may hold, with what that is called, ms. */
const SPANS = [
  [HOUR, 'an hour'],
  [24 * HOUR, 'a day'],
  [7 * 24 * HOUR, 'a week'],
  [30 * 24 * HOUR, 'a month'],
] as const;

/** The space's invite link, to be handed on; of another kind if one wants, and which others hold. */
export function InviteDialog(props: { space: ShownSpace; onClose: () => void }) {
  const { ask } = usePeer();
  const [invite, setInvite] = createSignal<{ link: string; expires: number; single: boolean }>();
  const [trouble, setTrouble] = createSignal<string>();
  const [single, setSingle] = createSignal(false);
  const [span, setSpan] = createSignal<number>(SPANS[2][0]);
  const [showsCode, setShowsCode] = createSignal(false);
  const [busy, setBusy] = createSignal(false);

  const get = async (kind?: { uses: 'single' | 'reusable'; expiresIn: number }) => {
    if (busy()) return;
    setBusy(true);
    const result = await ask.invite({ space: props.space.id, ...kind });
    setBusy(false);
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) setInvite({ ...result.value, single: kind?.uses === 'single' });
  };
  onMount(() => void get());

  return (
    <Dialog title={`Invite to ${props.space.name}`} onClose={props.onClose}>
      <TroubleNote message={trouble()} />
      <Show when={invite()}>
        {(it) => (
          <>
            <p class="quiet">
              {it().single
                ? 'The one person who opens this link first can join and read what is written here.'
                : 'Whoever opens this link can join and read what is written here. Hand it only to people you want in.'}
            </p>
            <CopyField label="Invite link" value={it().link} after={expiry(it().expires)} />
            <button
              type="button"
              class="button"
              aria-expanded={showsCode()}
              onClick={() => setShowsCode(!showsCode())}
            >
              {showsCode() ? 'Hide the QR code' : 'Show as a QR code'}
            </button>
            <Show when={showsCode()}>
              <div class="invite-code">
                <QrCode text={it().link} label="The invite link as a QR code" />
              </div>
            </Show>
          </>
        )}
      </Show>
      <details class="more-invites">
        <summary>Another kind of invite</summary>
        <form
          class="stacked"
          onSubmit={(event) => {
            event.preventDefault();
            void get({ uses: single() ? 'single' : 'reusable', expiresIn: span() });
          }}
        >
          <label class="tick">
            <input
              type="checkbox"
              checked={single()}
              onChange={(event) => setSingle(event.currentTarget.checked)}
            />
            For one person only
          </label>
          <label class="tick">
            It holds for
            <select
              aria-label="It holds for"
              onChange={(event) => setSpan(Number(event.currentTarget.value))}
            >
              {SPANS.map(([ms, words]) => (
                <option value={ms} selected={ms === span()}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          <div class="dialog-actions">
            <button type="submit" class="button" aria-disabled={busy()}>
              Make the invite
            </button>
          </div>
        </form>
      </details>
      <details class="more-invites">
        <summary>{`Invites that hold (${(props.space.invites ?? []).length})`}</summary>
        <InviteList space={props.space} />
      </details>
    </Dialog>
  );
}

function expiry(at: number): string {
  return `It holds until ${dayName(at, Date.now())}, ${clockTime(at)}.`;
}

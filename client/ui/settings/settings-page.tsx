import './settings.css';
import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createSignal, For } from 'solid-js';
import { Devices } from '../devices/devices.tsx';
import { THEMES, type Theme, theme } from '../look/theme.ts';
import { usePeer } from '../peer-context.ts';
import { Page } from '../pieces/page.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';
import { Files } from './files.tsx';
import { Network } from './network.tsx';
import { StorageSection } from './storage-section.tsx';
import { Wipe } from './wipe.tsx';

/** What is to be settled of this device and the person at it. */
export function SettingsPage(props: { space: ShownSpace | undefined }) {
  return (
    <Page title="Settings" under="This device, and you on it" beside={props.space}>
      <Profile />
      <Devices />
      <Appearance />
      <StorageSection />
      <Files />
      <Network />
      <Wipe />
    </Page>
  );
}

function Profile() {
  const { view, ask } = usePeer();
  const [name, setName] = createSignal(view.device?.name ?? '');
  const [trouble, setTrouble] = createSignal<string>();
  const [told, setTold] = createSignal('');
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setTold('');
    const given = name().trim();
    if (!given) {
      setTrouble('Type a name first. Any will do; the others will see it.');
      return;
    }
    const result = await ask.setName({ name: given });
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) setTold('Saved. The others see it as soon as they are reached.');
  };
  return (
    <section class="space-section" aria-label="Profile">
      <h2>Profile</h2>
      <form onSubmit={(event) => void save(event)}>
        <div class="with-button">
          <TextField
            label="Display name"
            value={name()}
            onInput={setName}
            maxLength={TEXT_LIMITS.displayName}
            autocomplete="nickname"
          />
          <button type="submit" class="button">
            Save
          </button>
        </div>
        <TroubleNote message={trouble()} />
      </form>
      <p class="quiet" role="status">
        {told()}
      </p>
    </section>
  );
}

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

function Appearance() {
  const [chosen, setChosen] = createSignal(theme.chosen());
  const choose = (next: Theme) => {
    theme.choose(next);
    setChosen(next);
  };
  return (
    <section class="space-section" aria-label="Appearance">
      <h2>Appearance</h2>
      <fieldset class="choices">
        <legend class="heard-only">Theme</legend>
        <For each={THEMES}>
          {(one) => (
            <label class="choice">
              <input
                type="radio"
                name="theme"
                value={one}
                checked={chosen() === one}
                onChange={() => choose(one)}
              />
              <span>{THEME_NAMES[one]}</span>
            </label>
          )}
        </For>
      </fieldset>
      <p class="quiet">
        Size of text follows your browser’s zoom, and movement what your system says of it.
      </p>
    </section>
  );
}

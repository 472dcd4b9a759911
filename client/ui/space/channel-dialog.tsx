import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createSignal, Show } from 'solid-js';
import type { ChannelView } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';

/** Longest topic, UTF-16 code units. */
const TOPIC = 250;

/** What a channel is called and about, and whether it is kept out of the way. */
export function ChannelDialog(props: {
  space: ShownSpace;
  channel: ChannelView;
  onClose: () => void;
}) {
  const { ask } = usePeer();
  const [name, setName] = createSignal(props.channel.name);
  const [topic, setTopic] = createSignal(props.channel.topic);
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const tends = () => props.space.you !== 'member';

  const change = async (what: { name?: string; topic?: string; archived?: boolean }) => {
    if (busy()) return;
    setBusy(true);
    const { id: channel } = props.channel;
    const result = await ask.setChannel({ space: props.space.id, channel, ...what });
    setBusy(false);
    if (result.ok) props.onClose();
    else setTrouble(result.trouble.message);
  };
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const called = name().trim();
    if (!called) return setTrouble('A channel has a name.');
    const about = topic().trim();
    const what = {
      ...(called === props.channel.name ? {} : { name: called }),
      ...(about === props.channel.topic ? {} : { topic: about }),
    };
    if (Object.keys(what).length === 0) return props.onClose();
    void change(what);
  };
  return (
    <Dialog title={`Channel ${props.channel.name}`} onClose={props.onClose}>
      <form class="stacked" onSubmit={save}>
        <TextField
          label="Channel name"
          value={name()}
          onInput={setName}
          maxLength={TEXT_LIMITS.channelName}
          autofocus
        />
        <TextField
          label="Topic"
          value={topic()}
          onInput={setTopic}
          maxLength={TOPIC}
          placeholder="What it is about"
        />
        <TroubleNote message={trouble()} />
        <div class="dialog-actions">
          <button type="submit" class="button primary" aria-disabled={busy()}>
            Save
          </button>
        </div>
      </form>
      <Show when={tends()}>
        <div class="row">
          <span class="row-words">
            {props.channel.archived ? 'Archived' : 'Archive'}
            <small>
              {props.channel.archived
                ? 'Out of the way, and readable.'
                : 'Puts it out of the way, for everybody. All of it stays readable.'}
            </small>
          </span>
          <button
            type="button"
            class="button"
            onClick={() => void change({ archived: !props.channel.archived })}
          >
            {props.channel.archived ? 'Bring back' : 'Archive'}
          </button>
        </div>
      </Show>
    </Dialog>
  );
}

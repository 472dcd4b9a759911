import './move-dialog.css';
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import type { ThreadIndexView } from '../../engine/overview-view.ts';
import type { Commands, MessageView } from '../../engine/view.ts';
import type { Desk } from '../channel/desk.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { nameOf } from '../pieces/names.ts';
import { countOf } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';
import { movedWords } from './moved-words.ts';

type Way = 'new' | 'thread' | 'channel';
type To = Parameters<Commands['move']>[0]['to'];

/** Where messages are to stand from now on: in a thread of their own, in one that there is, or in a channel. */
export function MoveDialog(props: {
  space: ShownSpace;
  desk: Desk;
  messages: readonly MessageView[];
  onClose: () => void;
}) {
  const { ask } = usePeer();
  const first = () => props.messages[0];
  const several = () => props.messages.length > 1;
  const [way, setWay] = createSignal<Way>(several() ? 'new' : 'thread');
  const [thread, setThread] = createSignal<EntryId>();
  const [channel, setChannel] = createSignal<ChannelId>();
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const [threads] = createResource(async (): Promise<readonly ThreadIndexView[]> => {
    const result = await ask.threads({ space: props.space.id });
    return result.ok ? result.value : [];
  });
  /** A message does not go below itself, nor where it stands. */
  const roots = () =>
    (threads.latest ?? []).filter(
      ({ root }) =>
        root.id !== props.desk.thread && !props.messages.some(({ id }) => id === root.id),
    );
  const channels = () =>
    props.space.channels.filter(
      ({ id, archived }) =>
        !archived && (props.desk.thread !== undefined || id !== props.desk.channel),
    );
  const to = (): To | undefined => {
    const [root, place, begin] = [thread(), channel(), first()];
    if (way() === 'new') return begin && { thread: begin.id };
    if (way() === 'thread') return root && { thread: root };
    return place && { channel: place };
  };
  const move = async () => {
    const where = to();
    if (!where) {
      setTrouble('Choose where they are to stand.');
      return;
    }
    if (busy()) return;
    setBusy(true);
    const messages = props.messages.map(({ id }) => id);
    const result = await ask.move({ space: props.space.id, messages, to: where });
    setBusy(false);
    if (!result.ok) {
      setTrouble(result.trouble.message);
      return;
    }
    // The first of a new thread stays where it is, and the others go below it.
    const moved = way() === 'new' ? messages.length - 1 : messages.length;
    const name = props.space.channels.find(({ id }) => id === channel())?.name;
    props.desk.did({
      words: movedWords(moved, way() === 'channel' ? { channel: name ?? '' } : 'thread'),
      done: result.value,
    });
    props.desk.deselect();
    props.onClose();
  };
  return (
    <Dialog title={`Move ${countOf(props.messages.length, 'message')}`} onClose={props.onClose}>
      <form
        class="stacked"
        onSubmit={(event) => {
          event.preventDefault();
          void move();
        }}
      >
        <fieldset class="ways">
          <legend>Where to</legend>
          <Show when={several()}>
            <Choice way="new" chosen={way()} onChoose={setWay} name="A new thread">
              <p class="quiet" dir="auto">
                {`Below “${(first()?.text ?? '').slice(0, 120)}”`}
              </p>
            </Choice>
          </Show>
          <Choice way="thread" chosen={way()} onChoose={setWay} name="A thread that there is">
            <Show
              when={roots().length > 0}
              fallback={<p class="quiet">There is no other thread yet.</p>}
            >
              <select
                aria-label="Thread"
                onChange={(event) => {
                  const id = event.currentTarget.value;
                  setThread(roots().find(({ root }) => root.id === id)?.root.id);
                }}
              >
                <option value="">Choose a thread</option>
                <For each={roots()}>
                  {({ root }) => (
                    <option value={root.id} selected={thread() === root.id}>
                      {`#${root.channelName} · ${nameOf(root.authorName)}: ${root.text.slice(0, 60)}`}
                    </option>
                  )}
                </For>
              </select>
            </Show>
          </Choice>
          <Choice way="channel" chosen={way()} onChoose={setWay} name="A channel">
            <Show
              when={channels().length > 0}
              fallback={<p class="quiet">There is no other channel yet.</p>}
            >
              <select
                aria-label="Channel"
                onChange={(event) => {
                  const wanted = event.currentTarget.value;
                  setChannel(channels().find(({ id }) => id === wanted)?.id);
                }}
              >
                <option value="">Choose a channel</option>
                <For each={channels()}>
                  {({ id, name }) => (
                    <option value={id} selected={channel() === id}>{`#${name}`}</option>
                  )}
                </For>
              </select>
            </Show>
          </Choice>
        </fieldset>
        <p class="quiet">
          A quiet line stays where they stood. Nothing is lost, and it can be undone.
        </p>
        <TroubleNote message={trouble()} />
        <div class="dialog-actions">
          <button type="submit" class="button primary" aria-disabled={busy() || !to()}>
            Move
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Choice(props: {
  way: Way;
  chosen: Way;
  name: string;
  onChoose: (way: Way) => void;
  children: JSX.Element;
}) {
  return (
    <div class="way" classList={{ chosen: props.chosen === props.way }}>
      <label>
        <input
          type="radio"
          name="way"
          checked={props.chosen === props.way}
          onChange={() => props.onChoose(props.way)}
        />
        {props.name}
      </label>
      <Show when={props.chosen === props.way}>{props.children}</Show>
    </div>
  );
}

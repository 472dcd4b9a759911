import './composer.css';
import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import {
  createEffect,
  createMemo,
  createSignal,
  createUniqueId,
  on,
  onMount,
  Show,
} from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { countOf } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';
import { kept, wordingKey } from '../text-storage.ts';
import type { Desk, Intent } from './desk.ts';
import { IntentNote } from './intent-note.tsx';
import { MentionList, MentionNote } from './mention-list.tsx';
import { createMentioning } from './mentioning.ts';
import { createUnsent } from './unsent.ts';

/** That one is typing is handed to the engine's thread so often at most, ms. */
const TYPING_MS = 1_000;
/** The counter shows when less than this is left. */
const NEAR_LIMIT = 400;

/**
 * Where one writes: something new, an answer, or another wording of what one has said. What is typed is never lost: it is
 * kept as a draft until it is stored as a message.
 */
export function Composer(props: {
  desk: Desk;
  alone: boolean;
  /** Who can be named. */
  members: ShownSpace['members'];
  label: string;
  placeholder: string;
  send: string;
}) {
  const { ask } = usePeer();
  const { desk } = props;
  const [draft, setDraft] = createSignal(kept.read(desk.draftKey) ?? '');
  const [wording, setWording] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const unsent = createUnsent();
  let field: HTMLTextAreaElement | undefined;

  const edited = () => {
    const intent = desk.intent();
    return intent?.is === 'edit' ? intent : undefined;
  };
  const text = () => (edited() ? wording() : draft());
  const left = () => TEXT_LIMITS.message - text().length;
  const keep = () => kept.write(desk.draftKey, unsent.draftWith(draft()));
  let toldAt = 0;
  const type = (value: string) => {
    const changed = edited();
    if (changed) {
      setWording(value);
      kept.write(wordingKey(changed.message), value);
      return;
    }
    setDraft(value);
    keep();
    const now = performance.now();
    if (!value.trim() || now - toldAt < TYPING_MS) return;
    toldAt = now;
    void ask.typing({ space: desk.space(), channel: desk.channel });
  };
  const people = createUniqueId();
  const mentioning = createMentioning({
    members: () => props.members,
    text,
    field: () => field,
    type,
  });
  const mentions = createMemo(() => mentioning.mentions(text()));
  const looked = (element: HTMLTextAreaElement) =>
    mentioning.look(
      element.selectionStart === element.selectionEnd ? element.selectionStart : undefined,
    );
  const naming = (message: string) => {
    const named = mentioning.mentions(message);
    if (named.length === 0) return {};
    return { mentions: named.map(({ account, urgent }) => ({ account, urgent })) };
  };
  createEffect(
    on(
      desk.intent,
      (intent) => {
        setTrouble(undefined);
        if (intent?.is === 'edit') {
          setWording(kept.read(wordingKey(intent.message)) ?? intent.text);
          queueMicrotask(() => field?.setSelectionRange(wording().length, wording().length));
        }
        if (intent) field?.focus({ preventScroll: true });
      },
      { defer: true },
    ),
  );
  const endIntent = () => {
    const changed = edited();
    if (changed) kept.write(wordingKey(changed.message), undefined);
    desk.endIntent();
  };

  const tooLong = () => {
    if (left() >= 0) return false;
    setTrouble(
      `That is ${countOf(-left(), 'character')} too long for one message. It is still here: shorten it, or send it in two.`,
    );
    return true;
  };

  const send = async () => {
    const message = draft().trim();
    if (!message || tooLong()) return;
    setTrouble(undefined);
    const done = unsent.add(message);
    const answers = desk.intent();
    setDraft('');
    keep();
    desk.endIntent();
    desk.letGo();
    const result = await ask.say({
      space: desk.space(),
      channel: desk.channel,
      text: message,
      ...(desk.thread === undefined ? {} : { thread: desk.thread }),
      ...(answers?.is === 'reply' ? { reply: answers.message } : {}),
      ...naming(message),
    });
    done();
    if (!result.ok) {
      setDraft(draft() ? `${message}\n${draft()}` : message);
      if (answers && !desk.intent()) desk.resume(answers);
      setTrouble(result.trouble.message);
    }
    keep();
  };

  let saving = false;
  const save = async ({ message, text: before }: Intent) => {
    const changed = wording().trim();
    if (saving || tooLong()) return;
    if (!changed) {
      setTrouble('A message says something. To take it away, cancel, and delete it.');
      return;
    }
    if (changed === before.trim()) return endIntent();
    saving = true;
    const result = await ask.edit({
      space: desk.space(),
      message,
      text: changed,
      ...naming(changed),
    });
    saving = false;
    if (edited()?.message === message) {
      if (result.ok) endIntent();
      else setTrouble(result.trouble.message);
    } else if (result.ok) kept.write(wordingKey(message), undefined);
  };

  const submit = () => {
    const changed = edited();
    void (changed ? save(changed) : send());
  };

  const fingers = matchMedia('(pointer: coarse) and (hover: none)');
  const keyDown = (event: KeyboardEvent) => {
    // 229 and isComposing: the keys that accept or leave a word of an input method do nothing here.
    if (event.shiftKey || event.isComposing || event.keyCode === 229) return;
    const does = () => {
      if (mentioning.takesKey(event.key)) return;
      if (event.key === 'Escape' && desk.intent()) return endIntent();
      if (event.key === 'ArrowUp' && !text() && !desk.intent()) return desk.editLast();
      if (event.key === 'Enter' && !fingers.matches) return submit();
      return false;
    };
    if (does() !== false) event.preventDefault();
  };

  // Where the style sheet cannot size a field by its content, the height follows the text here.
  const sizes = CSS.supports('field-sizing', 'content');
  createEffect(() => {
    text();
    if (sizes || !field) return;
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  });
  onMount(() => {
    if (!fingers.matches) field?.focus({ preventScroll: true });
  });

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        field?.focus();
      }}
    >
      <TroubleNote message={trouble()} />
      <Show when={props.alone}>
        <p class="composer-hint">Nobody else is here. Your messages go out when someone comes.</p>
      </Show>
      <div class="composer-box">
        <Show when={desk.intent()}>
          {(intent) => (
            <IntentNote
              intent={intent()}
              onCancel={() => {
                endIntent();
                field?.focus();
              }}
            />
          )}
        </Show>
        <Show when={mentioning.completion()}>
          {(completion) => (
            <MentionList
              id={people}
              completion={completion()}
              chosen={mentioning.chosen()}
              onChoose={mentioning.choose}
            />
          )}
        </Show>
        <MentionNote mentions={mentions()} />
        <textarea
          aria-label={props.label}
          aria-autocomplete="list"
          aria-controls={mentioning.completion() ? people : undefined}
          aria-activedescendant={
            mentioning.completion() ? `${people}-${mentioning.chosen()}` : undefined
          }
          placeholder={props.placeholder}
          rows={1}
          ref={field}
          value={text()}
          dir="auto"
          enterkeyhint={fingers.matches ? 'enter' : 'send'}
          onInput={(event) => {
            type(event.currentTarget.value);
            looked(event.currentTarget);
          }}
          onClick={(event) => looked(event.currentTarget)}
          onBlur={() => mentioning.look(undefined)}
          onKeyDown={keyDown}
        />
        <Show when={left() < NEAR_LIMIT}>
          <span class="composer-left" classList={{ over: left() < 0 }}>
            {left() < 0 ? `${-left()} too many` : `${left()} left`}
          </span>
        </Show>
        <button type="submit" class="button primary" aria-disabled={!text().trim()}>
          {edited() ? 'Save' : props.send}
        </button>
      </div>
    </form>
  );
}

import './start.css';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { createSignal, type JSX, onCleanup, Show } from 'solid-js';
import { createMedia, NARROW } from '../frame/media.ts';
import { Notices } from '../frame/notices.tsx';
import { usePeer } from '../peer-context.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';

/** The sheet on which a space that cannot be read yet says why. */
function Sheet(props: { children: JSX.Element }) {
  const narrow = createMedia(NARROW);
  return (
    <div class="start">
      <div class="start-sheet">
        <Show when={narrow()}>
          <a class="back-link" href="#/">
            <ChevronLeft size={18} stroke-width={1.7} aria-hidden="true" />
            Back
          </a>
        </Show>
        {props.children}
        <Notices />
      </div>
    </div>
  );
}

const nameOf = (space: ShownSpace) => space.name || 'that space';

/** Letting in takes a second or two when somebody is here; only then is it known that nobody is. */
const PATIENCE_MS = 2500;

export function WaitingToBeLetIn(props: { space: ShownSpace }) {
  const [nobody, setNobody] = createSignal(false);
  const timer = setTimeout(() => setNobody(true), PATIENCE_MS);
  onCleanup(() => clearTimeout(timer));
  return (
    <Sheet>
      <h1>{props.space.name || 'Waiting to be let in'}</h1>
      <p role="status">
        <Show
          when={props.space.trouble}
          fallback={
            <Show when={nobody()} fallback="The invite is good. Asking to be let in.">
              The invite is good. Nobody of {nameOf(props.space)} is here just now. Leave this page
              open, or come back later: you are let in as soon as one of them is here.
            </Show>
          }
        >
          {(trouble) => trouble().message}
        </Show>
      </p>
      <Leave space={props.space} label="Withdraw" />
    </Sheet>
  );
}

export function Refused(props: { space: ShownSpace }) {
  return (
    <Sheet>
      <h1>Not let in</h1>
      <p class="trouble">
        {props.space.trouble?.message ??
          `Somebody of ${nameOf(props.space)} looked at the invite and could not accept it.`}
      </p>
      <p>Ask whoever invited you for a new link. Everything else on this device is as it was.</p>
      <Leave space={props.space} label="Forget this space" />
    </Sheet>
  );
}

export function EmptySpace(props: { space: ShownSpace }) {
  return (
    <Sheet>
      <h1>{nameOf(props.space)}</h1>
      <p>
        <Show
          when={props.space.mayOpenChannels}
          fallback="No channels yet. They appear here as they arrive."
        >
          No channels yet. They appear here as they arrive, or you open the first.
        </Show>
      </p>
    </Sheet>
  );
}

export function NoSuchSpace() {
  return (
    <div class="late">
      <Sheet>
        <h1>Nothing here</h1>
        <p>
          This device holds no such space. An invite link to it can be used on the page of your
          spaces.
        </p>
      </Sheet>
    </div>
  );
}

function Leave(props: { space: ShownSpace; label: string }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const leave = async () => {
    const result = await ask.leaveSpace({ space: props.space.id });
    if (result.ok) goTo({ at: 'home' }, 'replace');
    else setTrouble(result.trouble.message);
  };
  return (
    <>
      <button type="button" class="button" onClick={leave}>
        {props.label}
      </button>
      <TroubleNote message={trouble()} />
    </>
  );
}

import './contacts.css';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { createMemo, For, Show } from 'solid-js';
import { createMedia, NARROW } from '../frame/media.ts';
import { Notices } from '../frame/notices.tsx';
import { usePeer } from '../peer-context.ts';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { namesakeMarks } from '../pieces/names.ts';
import { PersonName } from '../pieces/person-name.tsx';
import { Thread } from '../pieces/thread.tsx';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { Knocks } from './knocks.tsx';
import { OwnCard } from './own-card.tsx';
import { type MetPerson, peopleMet } from './people.ts';
import { underContact } from './words.ts';

/** Who is in the contact book, and who else was met. */
export function ContactsPage(props: { space: ShownSpace | undefined }) {
  const { view } = usePeer();
  const narrow = createMedia(NARROW);
  const people = createMemo(() => peopleMet(view.spaces, view.contacts));
  const marks = createMemo(() => namesakeMarks(people()));
  const kept = () => people().filter((person) => person.kept);
  const others = () => people().filter((person) => !person.kept);
  const back = () => (props.space ? hrefOf({ at: 'space', space: props.space.id }) : '#/');
  return (
    <div class="contacts">
      <header class="channel-head">
        <Show when={narrow() || !props.space}>
          <a class="icon-button" href={back()} aria-label="Back">
            <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
          </a>
        </Show>
        <h1>Contacts</h1>
        <p class="channel-topic">Who they are to you, kept on your own devices</p>
      </header>
      <div class="contacts-scroll" tabindex={0}>
        <div class="contacts-inner">
          <Notices />
          <Show when={(view.knocks ?? []).length > 0}>
            <Knocks knocks={view.knocks ?? []} />
          </Show>
          <Show when={kept().length > 0}>
            <PeopleList title="In your contact book" people={kept()} marks={marks()} />
          </Show>
          <Show when={others().length > 0}>
            <PeopleList title="Met in your spaces" people={others()} marks={marks()} />
          </Show>
          <Show when={people().length === 0}>
            <p class="contacts-none">
              Nobody yet. Whoever you share a space with appears here; write to them alone, or give
              them a name of your own.
            </p>
          </Show>
          <OwnCard />
        </div>
      </div>
    </div>
  );
}

function PeopleList(props: {
  title: string;
  people: readonly MetPerson[];
  marks: ReadonlyMap<string, string>;
}) {
  return (
    <section>
      <h2>{props.title}</h2>
      <ul class="people" aria-label={props.title}>
        <For each={props.people}>
          {(person) => (
            <li>
              <a class="person" href={hrefOf({ at: 'contact', account: person.account })}>
                <KnitAvatar of={person.account} size={36} />
                <span class="person-name">
                  <PersonName
                    name={person.name}
                    account={person.account}
                    mark={props.marks.get(person.account)}
                  />
                  <Show when={underContact(person)}>{(under) => <small>{under()}</small>}</Show>
                </span>
                <span class="person-tie">
                  {person.tie}
                  <Thread tie={person.tie} />
                </span>
              </a>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}

import { type ComponentProps, Show } from 'solid-js';
import type { ShownSpace } from '../shown.ts';
import { Composer } from './composer.tsx';

const ARCHIVE =
  'This space came from a file. You can read it; to write, ask a member for an invite.';

/** The composer, or why one cannot write here. */
export function Writing(
  props: Omit<ComponentProps<typeof Composer>, 'members'> & { space: ShownSpace },
) {
  const closed = () => {
    const { state, trouble } = props.space;
    if (state === 'archive') return ARCHIVE;
    return state === 'removed' ? (trouble?.message ?? 'You belong to this space no more.') : '';
  };
  return (
    <Show
      when={closed()}
      fallback={
        <Composer
          desk={props.desk}
          alone={props.alone}
          members={props.space.members}
          label={props.label}
          placeholder={props.placeholder}
          send={props.send}
        />
      }
    >
      <p class="composer composer-closed" role="note">
        {closed()}
      </p>
    </Show>
  );
}

import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { OneLineForm } from '../pieces/one-line-form.tsx';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';

/** Begins a page: an empty one, or one that starts from messages. */
export function NewPageDialog(props: {
  space: ShownSpace;
  channel: ChannelId;
  /** All of this thread. */
  thread?: EntryId;
  /** Or these alone. */
  sources?: readonly EntryId[];
  onClose: () => void;
}) {
  const { ask } = usePeer();
  const grows = () => props.thread !== undefined || props.sources !== undefined;
  return (
    <Dialog title={grows() ? 'Grow into a page' : 'New page'} onClose={props.onClose}>
      <p>
        {grows()
          ? 'The page starts from these messages and links back to each. The messages stay where they are.'
          : 'A page is a text that everybody here can write in, at the same time or apart.'}
      </p>
      <OneLineForm
        label="Page title"
        button="Create"
        missing="Give the page a title first."
        maxLength={120}
        autofocus
        ask={(title) =>
          ask.createPage({
            space: props.space.id,
            channel: props.channel,
            title,
            ...(props.thread === undefined ? {} : { thread: props.thread }),
            ...(props.sources === undefined ? {} : { sources: props.sources }),
          })
        }
        onDone={({ page }) => {
          props.onClose();
          goTo({ at: 'page', space: props.space.id, page });
        }}
      />
    </Dialog>
  );
}

import type { WaitingView, WaitsBecause } from '../../engine/catch-up-view.ts';
import type { SpaceView } from '../../engine/view.ts';
import { channelNamed, entryNamed, peerNamed } from './names.ts';

/** Something of each kind that waits. */
export function waitingFor(space: SpaceView['id']): readonly WaitingView[] {
  const one = (
    because: WaitsBecause,
    author: string,
    text: string,
    hoursAgo: number,
    thread?: WaitingView['thread'],
  ): WaitingView => ({
    because,
    space,
    spaceName: 'Lyre Street',
    message: {
      id: entryNamed(text),
      author: peerNamed(author),
      authorName: author,
      own: false,
      at: Date.now() - hoursAgo * 3_600_000,
      text,
      channel: channelNamed('garden'),
      channelName: 'garden',
      ...(thread ? { thread: entryNamed(thread.text) } : {}),
    },
    ...(thread ? { thread } : {}),
    messages: [entryNamed(text)],
  });
  return [
    one('asked', 'Ines Park', 'Frost tonight, minus three. @@Jo Abara can you cover the beds?', 1),
    one('named', 'Tomas Lind', '@Jo Abara is the ladder still in the blue shed?', 20),
    one('named', 'Marit Oduya', 'I think @Jo Abara has the long gloves.', 44),
    one('answered', 'Ravi Anand', 'Half a roll is enough, thank you.', 3),
    one('thread', 'Saskia de Wit', 'I bring mine as well, it is the tall one.', 6, {
      text: 'Who brings a ladder on Saturday?',
      fresh: 4,
    }),
    one('thread', 'Emre Kaya', 'It rained into the shed again.', 70, {
      text: 'Which drill survived the winter?',
      fresh: 10,
    }),
  ];
}

import * as Automerge from '@automerge/automerge';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inserted } from './star-peers.ts';

type Channel = { messages: string[] };

test('the places that patches name hold exactly the messages that are new, whoever wrote them when', () => {
  const writing = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(writing, (steps) => {
      const origin = Automerge.from<Channel>({ messages: [] });
      const peers = [origin, Automerge.clone(origin), Automerge.clone(origin)];
      for (const [number, [writer, reader]] of steps.entries()) {
        const from = peers[writer];
        const to = peers[reader];
        if (!from || !to || from === to) continue;
        const written = Automerge.change(from, ({ messages }) => {
          messages.push(`message ${number}`);
        });
        peers[writer] = written;
        const before = new Set(to.messages);
        let found: readonly string[] = [];
        peers[reader] = Automerge.applyChanges(to, Automerge.getChanges(to, written), {
          patchCallback: (patches, { after }) => {
            found = inserted(patches).map((place) => after.messages[place] ?? 'nothing');
          },
        })[0];
        const fresh = (peers[reader]?.messages ?? []).filter((text) => !before.has(text));
        expect([...found].sort()).toEqual([...fresh].sort());
      }
    }),
    { numRuns: 50 },
  );
});

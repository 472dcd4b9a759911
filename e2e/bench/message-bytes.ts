/** What a message of 60 characters weighs: in the document, and on the wire to one neighbour. */

import * as Automerge from '@automerge/automerge';
import type { DocumentLog } from '@snug/client/space/document-log.ts';
import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import { buildChange } from '@snug/shared/entries/canonical-change.ts';
import type { Measures } from './measure.ts';
import { meet, must, startServer, TEXT_OF_60, until } from './room.ts';
import { measured } from './targets.ts';

const MESSAGES = 200;

export async function messageBytes(): Promise<Measures> {
  const { server, url } = await startServer();
  const { ada, ben, space, channel } = await meet(url);
  const out = () => ada.view().links.links[0]?.direct.bytesOut ?? 0;
  const back = () => ben.view().links.links[0]?.direct.bytesOut ?? 0;
  // One by one, as people write: so every message is acknowledged by itself, which is the dearest.
  const say = async (count: number, from: number) => {
    for (let i = 0; i < count; i++) {
      must(await ada.engine.commands.say({ space, channel, text: TEXT_OF_60 }));
      await until(ada, 'acknowledged', (v) => v.timeline?.messages.at(-1)?.delivery === 'everyone');
      await until(ben, 'heard', (v) => (v.timeline?.messages.length ?? 0) === from + i + 1);
    }
  };
  await say(10, 0);
  const before = { out: out(), back: back() };
  await say(MESSAGES, 10);
  const wire = (out() - before.out) / MESSAGES;
  const acknowledged = (back() - before.back) / MESSAGES;
  const log = ada.engine.log({ kind: 'segment', space, channel, number: 0 });
  const entries = log?.entries ?? [];
  const newest = entries.at(-1);
  const stored = log ? savedBytes(log) / entries.length : Number.NaN;
  await ada.close();
  await ben.close();
  await server.close();
  return {
    wire60: measured('wire60', wire, {
      compared: { 'and back, its acknowledgement': acknowledged },
      detail: { what: 'bytes handed to the data channel for one message of 60 characters' },
    }),
    document60: measured('document60', stored, {
      compared: {
        'the entry': newest?.bytes.length ?? 0,
        'the change': newest
          ? buildChange({ deps: newest.deps, startOp: newest.startOp, entry: newest.bytes }).bytes
              .length
          : 0,
        'of which text': TEXT_OF_60.length,
      },
      detail: { what: `bytes of the saved Automerge document a message, of ${entries.length}` },
    }),
  };
}

function savedBytes(log: DocumentLog): number {
  const doc = Automerge.loadIncremental(Automerge.init(), concatBytes(...log.changes()));
  return Automerge.save(doc).length;
}

import { toHex } from '@snug/shared/crypto/bytes.ts';
import { SORT } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { ChangeHash } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Judging } from './judging.ts';
import { membershipOf } from './membership/fold.ts';
import { SpaceDocuments } from './space-documents.ts';
import { adasSpace, inviteAct, put, written } from './test/written-space.ts';

/** Deps that tell when they are looked at. */
class Watched extends Array<ChangeHash> {
  static looks = 0;
  override find(...args: Parameters<Array<ChangeHash>['find']>): ChangeHash | undefined {
    Watched.looks++;
    return super.find(...args);
  }
}

test('what waits in vain costs nothing when something else comes in', async () => {
  const { ada, copy } = await adasSpace();
  const documents = new SpaceDocuments(copy.space);
  const log = documents.log(copy.log.address);
  const judging = new Judging(documents);
  const judge = async (arrival: Awaited<ReturnType<typeof written>>) => {
    const candidate = await judging.check(log, ada.peerId, arrival);
    const { fresh } = judging.judge(log, [candidate], membershipOf(log));
    const freed = judging.freed(
      fresh.map(({ entry }) => entry),
      membershipOf(log),
    );
    return { fresh, freed };
  };
  for (const { bytes, deps } of copy.log.entries) await judge({ bytes, deps });
  for (let n = 0; n < 200; n++) {
    const missing = v.parse(ChangeHash, toHex(seeded(n, 32)));
    const { bytes } = await written(ada, log, SORT.body, seeded(n, 40), [missing]);
    await judge({ bytes, deps: Watched.of(missing) });
  }
  expect(Watched.looks).toBe(200);
  for (let n = 0; n < 20; n++) {
    const { bytes, deps } = await put(copy, ada, inviteAct(n));
    const { fresh, freed } = await judge({ bytes, deps });
    expect(fresh).toHaveLength(1);
    expect(freed).toEqual([]);
  }
  expect(Watched.looks).toBe(200);
});

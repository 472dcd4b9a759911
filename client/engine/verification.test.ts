import { afterEach, expect, test } from 'vitest';
import { must, type Resident } from './test/room.ts';
import { SharedSpace } from './test/shared-space.ts';

let street = new SharedSpace();
afterEach(async () => {
  await street.close();
  street = new SharedSpace();
});

const phrase = async (who: Resident, whom: Resident) =>
  must(await who.engine.commands.verificationPhrase({ account: whom.peer }));

const mark = (who: Resident, whom: Resident) =>
  who.view.contacts?.find(({ account }) => account === whom.peer)?.verified;

test('two people see the same six words, and others with anybody else', async () => {
  const [ada, ben, cleo] = await street.begin('Ada', 'Ben', 'Cleo');
  const hers = await phrase(ada, ben);
  expect(hers.words).toHaveLength(6);
  expect(await phrase(ben, ada)).toEqual(hers);
  expect(await phrase(ada, cleo)).not.toEqual(hers);
});

test('words that match mark a contact as verified, until they or oneself take it back', async () => {
  const [ada, ben] = await street.begin('Ada', 'Ben');
  const { of } = await phrase(ada, ben);
  must(await ada.engine.commands.markVerified({ account: ben.peer, of }));
  await ada.until('verified', () => mark(ada, ben) === 'yes');
  must(await ada.engine.commands.markVerified({ account: ben.peer }));
  await ada.until('no more', () => mark(ada, ben) === undefined);
});

test('words of other devices than there are now verify nobody', async () => {
  const [ada, ben, cleo] = await street.begin('Ada', 'Ben', 'Cleo');
  const { of } = await phrase(ada, cleo);
  const result = await ada.engine.commands.markVerified({ account: ben.peer, of });
  expect(result.ok ? 'verified' : result.trouble.code).toBe('not-yet');
  expect(mark(ada, ben)).toBeUndefined();
});

test('there are no words for somebody with whom no space is shared', async () => {
  const [ada] = await street.begin('Ada', 'Ben');
  const stranger = await street.enter('Stranger');
  const result = await ada.engine.commands.verificationPhrase({ account: stranger.peer });
  expect(result.ok ? 'words' : result.trouble.code).toBe('not-found');
});

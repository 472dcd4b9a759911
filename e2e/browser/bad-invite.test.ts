import { expect, test } from 'vitest';
import { turnClockAhead } from './stage/engine-trouble.ts';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

/** The same token with 2 in its version byte rather than 1: sixteen letters on in the alphabet of base64url. */
function ofLaterVersion(invite: string): string {
  return invite.replace(/(#\/join\/A)(.)/, (_, start: string, letter: string) => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    return `${start}${letters[letters.indexOf(letter) + 16]}`;
  });
}

test('a mangled invite says what is wrong with it, in the address and pasted, and takes nobody anywhere', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const invite = await ada.invites();
  const last = invite.length - 1;
  const slip = `${invite.slice(0, last - 20)}${invite.at(last - 20) === 'A' ? 'B' : 'A'}${invite.slice(last - 19)}`;

  const bo = await Person.withBrowser('Bo');
  await bo.opens(slip);
  await bo.isTold('This invite does not work');
  await bo.isTold('This is not an invite link. Copy it again, whole');
  await bo.choosesName();
  await bo.page.getByRole('alert').getByText('This is not an invite link.').waitFor();
  await bo.page.getByRole('button', { name: 'Go to your spaces' }).click();
  await bo.pastesInvite(invite.slice(0, -30));
  await bo.isTold('The end of this invite link is missing. Copy it again, whole.');
  await bo.pastesInvite(ofLaterVersion(invite));
  await bo.isTold('This invite was made by another version of Snug. Reload the page');
  await bo.pastesInvite('hello');
  await bo.isTold('This is not an invite link.');
  await bo.pastesInvite(invite);
  await bo.isIn();
});

test('an invite that has expired by the clock of whoever could let in is refused with that reason', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const invite = await ada.invites();
  await turnClockAhead(ada.page, 31);

  const bo = await Person.withBrowser('Bo');
  await bo.opens(invite);
  await bo.choosesName();
  await bo.isTold('Not let in');
  await bo.isTold('This invite has expired. Ask whoever sent it for a new one.');
  expect(await ada.page.getByRole('list', { name: 'Members' }).getByRole('listitem').count()).toBe(
    1,
  );

  const fresh = await ada.invites();
  expect(fresh).not.toBe(invite);
  await bo.opens(fresh);
  await bo.isIn();
});

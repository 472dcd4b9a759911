import { expect, test } from 'vitest';
import { founded, type Holding, type Someone, someone, the } from '../test/acted-space.ts';
import { DEVICES } from './membership.ts';

const ada = someone(1);
const ben = someone(2);
const cleo = someone(3);
const eve = someone(5);

/** Ada's space with Ben, Cleo and Eve in it; Ben is an admin, too. */
function withThree() {
  const holding = founded(ada);
  holding.act(ada, the.invite(1));
  for (const one of [ben, cleo, eve]) holding.act(ada, the.admission(one, 1));
  holding.act(ada, the.role(ben, 'admin'));
  return holding;
}

const isIn = (holding: Holding, one: Someone) => holding.state.devices.has(one.peer);

test('an account has at most 16 devices, also where it added more side by side', () => {
  const holding = withThree();
  const devices = Array.from({ length: DEVICES + 3 }, (_, n) => someone(200 + n));
  for (const one of devices.slice(0, DEVICES - 2)) holding.act(cleo, the.device(one, cleo.peer));
  const fork = holding.here;
  for (const one of devices.slice(DEVICES - 2)) holding.act(cleo, the.device(one, cleo.peer), fork);
  const hers = [...holding.state.devices.values()].filter((d) => d.account === cleo.peer);
  expect(hers).toHaveLength(DEVICES);
  expect(holding.attempt(cleo, the.device(someone(250), cleo.peer))).toBe(
    `its account has ${DEVICES} devices`,
  );
  // And an epoch for the merged list is let in.
  holding.act(cleo, holding.epochAct(1));
});

test('a further device is vouched for by its own account', () => {
  const holding = withThree();
  const phone = someone(20);
  expect(holding.attempt(eve, the.device(phone, ada.peer))).toBe(
    'a device is vouched for by its own account',
  );
  holding.act(ada, the.device(phone, ada.peer));
  expect(holding.state.devices.get(phone.peer)?.account).toBe(ada.peer);
  // It has its account's role.
  holding.act(phone, the.role(cleo, 'gardener'));
  expect(holding.attempt(cleo, the.device(phone, cleo.peer))).toBe('that device is listed already');
});

test('a keeper is listed by an admin with its quota and expiry, has no role, and is removed like a device', () => {
  const holding = withThree();
  const keeper = someone(30);
  expect(holding.attempt(cleo, the.keeper(keeper))).toBe('only an admin may do that');
  holding.act(ada, the.keeper(keeper, 5_000));
  expect(holding.state.keepers.get(keeper.peer)).toMatchObject({
    quota: 1_000_000,
    expires: 5_000,
  });
  expect(isIn(holding, keeper)).toBe(false);
  expect(holding.attempt(keeper, the.channel(1))).toBe('its author was no member of what it cites');
  expect(holding.attempt(cleo, the.removalOfDevice(keeper))).toBe('only an admin removes others');
  holding.act(ben, the.removalOfDevice(keeper));
  expect(holding.state.keepers.size).toBe(0);
});

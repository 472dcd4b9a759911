/** Ada's space with five in it, for tests of who takes whom down. */
import type { LoggedEntry } from '../document-log.ts';
import { founded, type Holding, someone, the } from './acted-space.ts';

export const ada = someone(1);
export const ben = someone(2);
export const cleo = someone(3);
export const dora = someone(4);
export const eve = someone(5);
/** Strangers. */
export const mal = someone(6);
export const mallory = someone(7);

/** All five; Ada, Ben and Eve are admins. Who came later came by Ada's invite 1. */
export function withFive(): Holding {
  const holding = founded(ada);
  holding.act(ada, the.invite(1));
  for (const one of [ben, cleo, dora, eve]) holding.act(ada, the.admission(one, 1));
  holding.act(ada, the.role(ben, 'admin'));
  holding.act(ada, the.role(eve, 'admin'));
  return holding;
}

const names = new Map<string, string>(
  Object.entries({ ada, ben, cleo, dora, eve, mal, mallory }).map(([name, one]) => [
    one.peer,
    name,
  ]),
);

export function accountsOf(holding: Holding): readonly (string | undefined)[] {
  return [...holding.state.accounts.keys()].map((account) => names.get(account)).sort();
}

export function annuls(holding: Holding, entry: LoggedEntry): boolean {
  return holding.state.annulled.has(entry.hash);
}

/** What is tried: every pair of gateways, and what else happens to people. */
import type { Talk } from './conversation.ts';
import { KINDS, type Kind } from './gateways.ts';
import type { ServerOptions } from './servers.ts';

/** Those of which a path can be made without help: all others need a relay. */
const PUNCHABLE = ['open-open', 'open-cone', 'open-symmetric', 'cone-cone'];

export interface Scenario {
  /** `cone-cone`, or a few words. */
  readonly name: string;
  /** Where each person is: Ada, who invites, first. */
  readonly households: readonly Kind[];
  /** One of the ten, and whether a direct path is possible at all. */
  readonly pair?: { readonly punchable: boolean };
  /** All are on the local network of the first household. */
  readonly together?: true;
  /** What is set at the server; `public` unless said otherwise. */
  readonly settings?: ServerOptions['settings'];
  /** The last who comes is a Node peer. */
  readonly headless?: true;
  /** Share of packets that the first gateway loses, each way. */
  readonly loss?: number;
  /** The first gateway gets another address in mid-conversation. */
  readonly moves?: true;
  /** The first and the last cannot meet, and each can meet the one between. */
  readonly throughOthers?: boolean;
  /** What is to be expected, for the table. */
  readonly expected: (talk: Talk) => boolean;
}

const carried = (talk: Talk) => talk.lost === 0 && talk.repeated === 0;
const directly = (talk: Talk) => carried(talk) && talk.path === 'direct';

/** `open-open` to `udp-blocked-udp-blocked`: each kind with itself and those after it. */
export const PAIRS: readonly Scenario[] = KINDS.flatMap((one, index) =>
  KINDS.slice(index).map((other): Scenario => {
    const name = `${one}-${other}`;
    const punchable = PUNCHABLE.includes(name);
    return {
      name,
      households: [one, other],
      pair: { punchable },
      expected: punchable ? directly : carried,
    };
  }),
);

export const FURTHER: readonly Scenario[] = [
  {
    name: 'default settings, cone-cone',
    households: ['cone', 'cone'],
    settings: 'default',
    expected: directly,
  },
  {
    name: 'same NAT',
    households: ['symmetric', 'symmetric'],
    together: true,
    expected: directly,
  },
  {
    name: 'TURN, symmetric-symmetric',
    households: ['symmetric', 'symmetric'],
    settings: 'turn',
    expected: (talk) => carried(talk) && talk.path === 'turn',
  },
  {
    name: 'TURN, udp-blocked-cone',
    households: ['udp-blocked', 'cone'],
    settings: 'turn',
    expected: (talk) => carried(talk) && talk.path === 'turn',
  },
  {
    name: 'through a third',
    throughOthers: true,
    households: ['symmetric', 'open', 'symmetric'],
    expected: (talk) => carried(talk) && talk.relayedWhileTalking === 0,
  },
  {
    name: 'address changes, cone-cone',
    households: ['cone', 'cone'],
    moves: true,
    expected: carried,
  },
  { name: '5 % loss, cone-cone', households: ['cone', 'cone'], loss: 0.05, expected: directly },
  {
    name: 'Node peer, cone-cone',
    households: ['cone', 'cone'],
    headless: true,
    expected: directly,
  },
  {
    name: 'Node peer, symmetric-cone',
    households: ['symmetric', 'cone'],
    headless: true,
    expected: carried,
  },
];

/** Few enough for every run of the tests, one of each path. */
export const SMOKE = ['cone-cone', 'cone-udp-blocked'];

/** What a person sees of their own devices, and of one that is being linked. Pure. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { factsOf } from '../own/fact-fold.ts';
import { DEVICE } from '../own/fact-kinds.ts';
import type { NewFailure } from '../own/linking-new.ts';
import type { OldFailure } from '../own/linking-old.ts';
import type { Space } from '../space/space.ts';
import type { Reach } from './reach.ts';
import type { Trouble } from './view.ts';

export interface OwnDeviceView {
  readonly peer: PeerId;
  /** Empty where it is not known. */
  readonly name: string;
  readonly you: boolean;
  /** It is here just now. */
  readonly here: boolean;
  /** When it last said anything to one's other devices, by its clock, ms since 1970. Absent: never. */
  readonly lastSeen?: number;
}

/** On the device that is in use (`old`) or on the one that is being linked (`new`). `words`: numbers below 2,048 in the list of words. */
export type LinkingView =
  | {
      readonly is: 'offering';
      readonly side: 'old';
      readonly link: string;
      readonly expires: number;
    }
  | { readonly is: 'looking'; readonly side: 'new' }
  | {
      readonly is: 'comparing';
      readonly side: 'old' | 'new';
      readonly words: readonly number[];
      /** What the new device is called. */
      readonly name: string;
      /** The person has to say on this device whether the words match. */
      readonly asks: boolean;
    }
  /** The person has confirmed; the new device is being let in. */
  | { readonly is: 'entering'; readonly side: 'old' | 'new'; readonly name: string }
  | { readonly is: 'linked'; readonly side: 'old' | 'new'; readonly name: string }
  | { readonly is: 'failed'; readonly side: 'old' | 'new'; readonly trouble: Trouble };

/** Most recently listed last. Empty where this person has one device only. */
export function deviceViews(own: Space | undefined, reach: Reach, now: number): OwnDeviceView[] {
  if (!own) return [];
  const { devices, channels } = own.membership;
  if (devices.size < 2) return [];
  const named = factsOf(own, DEVICE, now);
  return [...devices.keys()].map((peer) => {
    const said = [...channels].flatMap((channel) => own.channel(channel).by(peer).at(-1) ?? []);
    const lastSeen = Math.max(...said.map(({ body }) => body.hlc), 0);
    const fact = named.get(peer)?.value;
    const you = peer === reach.me;
    return {
      peer,
      name: fact?.name ?? '',
      you,
      here: you || reach.pathTo(peer) !== undefined || reach.isHere(peer),
      ...(lastSeen > 0 ? { lastSeen } : {}),
    };
  });
}

const OLD: Readonly<Record<OldFailure, Trouble>> = {
  expired: {
    code: 'expired-link',
    message: 'The link has expired: it holds for five minutes. Make a new one.',
  },
  cancelled: { code: 'not-linked', message: 'Nothing was linked. Make a new link to try again.' },
  differ: {
    code: 'words-differ',
    message:
      'Nothing was linked. Somebody else may have seen the link: make a new one, and show it to nobody but your other device.',
  },
  gone: {
    code: 'not-linked',
    message: 'The other device went away before it was linked. Make a new link to try again.',
  },
  broken: {
    code: 'not-linked',
    message: 'The other device did not answer as it should. Nothing was linked. Make a new link.',
  },
};

const NEW: Readonly<Record<NewFailure, Trouble>> = {
  nobody: {
    code: 'not-found',
    message:
      'Your other device does not answer. Leave its page open, see that it is online, and make a new link there: a link holds for five minutes.',
  },
  gone: {
    code: 'not-linked',
    message:
      'Your other device went away before this one was linked. Make a new link there to try again.',
  },
  used: {
    code: 'used-link',
    message:
      'This link has been used. If that was not you, somebody has seen it: press “They differ” on your other device, and make a new link.',
  },
  expired: {
    code: 'expired-link',
    message:
      'This link has expired: it holds for five minutes. Make a new one on your other device.',
  },
  differ: {
    code: 'words-differ',
    message:
      'The words did not match, so nothing was linked. Make a new link on your other device.',
  },
  cancelled: {
    code: 'not-linked',
    message: 'Nothing was linked. Make a new link on your other device to try again.',
  },
  full: {
    code: 'not-allowed',
    message: 'You have 16 devices already, which is as many as there may be. Unlink one first.',
  },
  broken: {
    code: 'not-linked',
    message:
      'Your other device did not answer as it should. Nothing was linked. Make a new link there.',
  },
};

export function oldTrouble(why: OldFailure): Trouble {
  return OLD[why];
}

export function newTrouble(why: NewFailure): Trouble {
  return NEW[why];
}

/** Well-formed frames of every type about nothing in particular. */
import { KNOCK_NOTE_BYTES, type SentFrame } from '@snug/client/mesh/frames/frames.ts';
import { type AnnouncedId, announcedIdsOf } from '@snug/client/mesh/frames/short-id.ts';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { SeededRandom } from '../sim/seeded-random.ts';
import { noise } from './mutation.ts';

export const FRAME_TYPES = 15;

/** What frames speak of: given from outside, so that they can be about something that is there. */
export interface Subjects {
  readonly address: () => Uint8Array;
  readonly space: () => Uint8Array;
  readonly device: () => Uint8Array;
  /** First 8 bytes of an entry's id. */
  readonly id: () => Uint8Array;
}

const many = <T>(random: SeededRandom, most: number, make: () => T): T[] =>
  Array.from(
    { length: random.below(random.chance(0.05) ? most + 1 : Math.min(most + 1, 6)) },
    make,
  );

export const announced = (random: SeededRandom, most: number): readonly AnnouncedId[] =>
  announcedIdsOf(random.bytes(4 * (1 + random.below(most))));

export function anything(random: SeededRandom): Subjects {
  return {
    address: () => noise(random, 1 + random.below(96)),
    space: () => random.bytes(32),
    device: () => random.bytes(32),
    id: () => random.bytes(8),
  };
}

export function randomFrame(random: SeededRandom, subjects: Subjects): SentFrame {
  const { address, space, device, id } = subjects;
  const count = () =>
    random.pick([0, 1, 7, random.below(2_000), 2 ** 32, Number.MAX_SAFE_INTEGER]) ?? 0;
  const key = () => noise(random, random.below(random.chance(0.02) ? 65 : 33));
  const entry = () => noise(random, 105 + random.below(200));
  switch (random.below(FRAME_TYPES + 1)) {
    case 0:
      return {
        type: 'entry',
        address: address(),
        tags: many(random, 16, () => random.bytes(8)),
        entry: entry(),
      };
    case 1:
      return { type: 'acknowledge', ids: many(random, 1_024, id) };
    case 2:
      return { type: 'digest', space: space(), level: 'space', hash: random.bytes(8) };
    case 3:
    case 4:
      return {
        type: 'digest',
        space: space(),
        level: random.pick(['groups', 'documents']) ?? 'groups',
        within: key(),
        after: key(),
        lines: many(random, 256, () => ({ key: key(), hash: random.bytes(8), count: count() })),
        last: random.chance(0.5),
        asks: random.chance(0.5),
      };
    case 5:
      return { type: 'want', address: address(), taken: count() };
    case 6: {
      const entries = many(random, 40, () => ({
        deps: random.bytes(32 * random.below(17)),
        entry: entry(),
      }));
      return { type: 'bulk', address: address(), entries, upTo: count(), last: random.chance(0.5) };
    }
    case 7: {
      const step = random.pick(['open', 'accept', 'message', 'close'] as const) ?? 'open';
      const length = step === 'message' ? random.below(300) : 32 * random.below(40);
      return {
        type: 'session',
        session: random.bytes(8),
        address: address(),
        step,
        bytes: noise(random, length),
      };
    }
    case 8:
      return { type: 'deps', address: address(), id: id() };
    case 9:
      return {
        type: 'depsAnswer',
        address: address(),
        deps: random.bytes(32 * random.below(17)),
        entry: entry(),
      };
    case 10:
      return { type: 'announce', address: address(), ids: announced(random, 256) };
    case 11:
      return random.chance(0.5)
        ? {
            type: 'graft',
            address: address(),
            ids: random.chance(0.3) ? [] : announced(random, 256),
          }
        : { type: 'prune', address: address() };
    case 12:
      return {
        type: 'receipts',
        groups: many(random, 12, () => ({
          address: address(),
          author: device(),
          hops: random.below(256),
          tip: random.bytes(4),
          receipts: Array.from({ length: 1 + random.below(6) }, () => ({
            device: device(),
            mac: random.bytes(8),
          })),
        })),
      };
    case 13:
      return {
        type: 'presence',
        address: address(),
        asks: random.chance(0.2),
        answers: random.chance(0.3),
        messages: many(random, 64, () => ({
          device: device(),
          bytes: noise(random, random.below(256)),
        })),
      };
    case 14:
      return {
        type: 'knock',
        number: random.below(2 ** 32),
        topic: v.parse(Topic, toBase64url(random.bytes(32))),
        note: noise(random, 1 + random.below(KNOCK_NOTE_BYTES)),
      };
    case 15:
      return {
        type: 'linking',
        topic: v.parse(Topic, toBase64url(random.bytes(32))),
        message: noise(random, 1 + random.below(512)),
      };
    default:
      return {
        type: 'knockAnswer',
        number: random.below(random.chance(0.8) ? 8 : 2 ** 32),
        ...(random.chance(0.5) && {
          reason: random.pick(['expired-invite', 'bad-invite', '?']) ?? '?',
        }),
      };
  }
}

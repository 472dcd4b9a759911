/** What a device keeps of its contact card, and of who has knocked. Parsed when read back. */
import { bytesOf } from '@snug/shared/entries/fields.ts';
import { MAX_INTRODUCTION, type Note } from '@snug/shared/entries/sealed-note.ts';
import { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Store } from '../space/store.ts';

const CARD_KEY = 'contact-card';
const KNOCKS_KEY = 'contact-knocks';

const Card = v.object({ secret: bytesOf(32), servers: v.array(v.string()) });
export type InboxCard = Readonly<v.InferOutput<typeof Card>>;

const Knock = v.object({
  account: PeerId,
  at: v.number(),
  note: v.object({
    space: SpaceId,
    lobbySecret: bytesOf(32),
    inviteSecret: bytesOf(32),
    servers: v.array(v.string()),
    from: v.exactOptional(
      v.object({
        name: v.string(),
        text: v.pipe(v.string(), v.maxLength(MAX_INTRODUCTION)),
      }),
    ),
  }),
});
export interface KeptKnock {
  readonly account: PeerId;
  /** By this device's clock, ms since 1970. */
  readonly at: number;
  readonly note: Note;
}

/** `undefined` where there is none, or where it cannot be read. */
export async function readCard(store: Pick<Store, 'get'>): Promise<InboxCard | undefined> {
  const card = v.safeParse(Card, await store.get(CARD_KEY));
  return card.success ? card.output : undefined;
}

/** Rejects with `StoreError`. */
export async function writeCard(store: Store, card: InboxCard | undefined): Promise<void> {
  if (card) await store.put(CARD_KEY, card);
  else await store.remove(CARD_KEY);
}

export async function readKnocks(store: Pick<Store, 'get'>): Promise<readonly KeptKnock[]> {
  const knocks = v.safeParse(v.array(Knock), await store.get(KNOCKS_KEY));
  return knocks.success ? knocks.output : [];
}

/** Rejects with `StoreError`. */
export async function writeKnocks(store: Store, knocks: readonly KeptKnock[]): Promise<void> {
  await store.put(KNOCKS_KEY, knocks);
}

/** Throwaway keys at the door of a space, and frames of one who is linked and no member. */

import { FrameEncoder } from '@snug/client/mesh/frames/frames.ts';
import { encodeAddress } from '@snug/client/space/address.ts';
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { lobbyTopicFor } from '@snug/shared/crypto/topic.ts';
import { encodeJoinRequest, joinRequest } from '@snug/shared/entries/acts.ts';
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { SeededRandom } from '../sim/seeded-random.ts';
import { Conversation } from './conversation.ts';
import { breathe, type Family, type Run } from './family.ts';
import { mutated, noise } from './mutation.ts';
import { randomFrame } from './random-frames.ts';
import { heartbeat } from './tally.ts';

const CASES_OF_ONE = 1_000;
/** Throwaway keys are made once and come back: what they bring is another thing each time. */
const KEYS = 50;

/** Makes notes that must open no door: for another space, by another invite, of another device, or almost right. */
async function notes(talk: Conversation, random: SeededRandom) {
  const parsed = parseInviteLink(talk.invite);
  if (!parsed.ok) throw new Error(parsed.message);
  const { inviteSecret, space, lobbySecret } = parsed.invite;
  const made: { readonly peer: typeof talk.ada.peer; readonly note: Uint8Array }[] = [];
  for (let i = 0; i < KEYS; i++) {
    const device = await openDeviceKey(await generateDeviceKey());
    const [elsewhere, uninvited, good] = await Promise.all([
      joinRequest({ inviteSecret, spaceId: talk.secret.space, device }),
      joinRequest({ inviteSecret: random.bytes(32), spaceId: space, device }),
      joinRequest({ inviteSecret, spaceId: space, device }),
    ]);
    made.push({ peer: device.peerId, note: encodeJoinRequest(elsewhere) });
    made.push({ peer: device.peerId, note: encodeJoinRequest(uninvited) });
    // What another has shown, at Mallory's door.
    made.push({ peer: talk.mallory.peer, note: encodeJoinRequest(good) });
    for (let n = 0; n < 20; n++) {
      const note = mutated(encodeJoinRequest(good), random);
      if (Buffer.compare(note, encodeJoinRequest(good)) !== 0)
        made.push({ peer: device.peerId, note });
    }
    made.push({ peer: device.peerId, note: noise(random, random.below(1_500)) });
  }
  return { made, lobby: lobbyTopicFor(lobbySecret) };
}

async function attack(run: Run): Promise<void> {
  const { random, tally } = run;
  const talk = await Conversation.begin();
  const { made, lobby } = await notes(talk, random);
  const { mallory, ada, shared, secret } = talk;
  const subjects = {
    address: () =>
      encodeAddress(
        random.chance(0.5)
          ? { kind: 'space', space: shared.space }
          : { kind: 'segment', ...(random.chance(0.5) ? shared : secret), number: 0 },
      ),
    space: () => fromBase64url((random.chance(0.5) ? shared : secret).space),
    device: () => random.bytes(32),
    id: () => random.bytes(8),
  };
  let request = 10_000_000;
  mallory.link();
  const knock = () => {
    const { peer, note } = random.pick(made) ?? { peer: mallory.peer, note: new Uint8Array() };
    ada.engine.linksEvent({ is: 'authorise', request: request++, topic: lobby, peer, note });
  };
  while (tally.cases < run.cases) {
    const stop = heartbeat(tally);
    const until = Math.min(run.cases, tally.cases + CASES_OF_ONE);
    while (tally.cases < until) {
      if (mallory.closed !== undefined) {
        tally.drop(mallory.closed);
        mallory.link();
      }
      const frame = new FrameEncoder().encode(randomFrame(random, subjects));
      const bytes = random.chance(0.3) ? mutated(frame, random) : frame;
      if (random.chance(0.5)) tally.try(() => 'a knock', knock);
      else
        tally.try(
          () => Buffer.from(bytes).toString('hex').slice(0, 300),
          () => mallory.sendBytes(bytes),
        );
      if (tally.cases % 4 === 0) await breathe();
    }
    await talk.goesOn(tally);
    stop();
    talk.look(tally);
  }
  await talk.end();
}

export const strangers: Family = { name: 'strangers and knocks', share: 0.06, run: attack };

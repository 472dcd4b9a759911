/** A stranger who knocks at an inbox without an engine. */
import { fromBase64url, randomBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { type NoteParty, sealNote } from '@snug/shared/entries/sealed-note.ts';
import { type PeerId, SpaceId, type Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

export async function sealedKnock(
  to: NoteParty,
  topic: Topic,
): Promise<{ readonly peer: PeerId; readonly note: Uint8Array }> {
  const device = await openDeviceKey(await generateDeviceKey({ extractable: true }));
  const note = await sealNote({
    note: {
      space: v.parse(SpaceId, toBase64url(randomBytes(32))),
      lobbySecret: randomBytes(32),
      inviteSecret: randomBytes(32),
      servers: [],
      from: { name: 'Nobody', text: 'Let me in.' },
    },
    from: device.publicKey,
    to,
    place: fromBase64url(topic),
  });
  return { peer: device.peerId, note };
}

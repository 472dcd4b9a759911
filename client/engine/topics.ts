/**
 * Where a space's peers meet. Members are in the topic of the epoch that they write under, where they link to each other, and wait in the
 * lobby, where newcomers knock; a newcomer is in the lobby only.
 */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import {
  lobbySignalKeyFor,
  lobbyTopicFor,
  signalKeyFor,
  topicFor,
} from '@snug/shared/crypto/topic.ts';
import { encodeJoinRequest, joinRequest } from '@snug/shared/entries/acts.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { TopicSpec } from '../mesh/links-port.ts';
import type { Space } from '../space/space.ts';

export function lobbyTopic(space: Space): Topic {
  return lobbyTopicFor(space.record.lobby);
}

/** The topic of the epoch that one writes under, once its secrets are held. */
export function topicOf(space: Space): Topic | undefined {
  const epoch = space.writingEpoch;
  return epoch && topicFor(epoch.rendezvous);
}

/** How a space is met in. */
export interface Meeting {
  /** It is one of many spaces and not the one on the screen. */
  readonly background: boolean;
  /** Others are looked for in the lobby, too: members, and these who were listed once. */
  readonly seeks: readonly PeerId[] | undefined;
}

/** A further device of somebody who is in: whoever has heard that it is listed lets it in, for nothing that it could show. */
const COMES_IN = { initiate: 'knock', note: Uint8Array.of(0) } as const;

/** What to join for this space as it is now. A refused newcomer joins nothing; a device that was removed waits in the lobby. */
export async function topicsOf(
  space: Space,
  device: DeviceKey,
  { background, seeks }: Meeting,
): Promise<readonly TopicSpec[]> {
  const { record, membership } = space;
  const base = { servers: record.servers, heads: space.spaceLog.headsHash };
  const lobby = {
    ...base,
    topic: lobbyTopic(space),
    signalKey: lobbySignalKeyFor(record.lobby),
  };
  if (record.state === 'refused' || record.state === 'archive' || record.hidden) return [];
  // A person's only device has nobody to meet.
  if (record.own && record.state === 'open' && membership.everListed.size < 2) return [];
  if (record.state === 'joining') {
    if (!record.invite)
      return record.vouching ? [{ ...lobby, ...COMES_IN, allowed: record.vouching }] : [];
    const request = await joinRequest({
      inviteSecret: record.invite.secret,
      spaceId: record.id,
      device,
    });
    const allowed = record.invite.peers;
    return [{ ...lobby, initiate: 'knock', allowed, note: encodeJoinRequest(request) }];
  }
  const allowed = [...membership.devices.keys()].filter((peer) => peer !== device.peerId);
  const epoch = space.isOut ? undefined : space.writingEpoch;
  const waiting: TopicSpec = seeks
    ? { ...lobby, initiate: 'listed', allowed: [...allowed, ...seeks], background: true }
    : { ...lobby, initiate: 'wait', allowed };
  if (!epoch) return [waiting];
  const current: TopicSpec = {
    ...base,
    topic: topicFor(epoch.rendezvous),
    signalKey: signalKeyFor(epoch.rendezvous),
    initiate: 'listed',
    allowed,
    background,
  };
  return [current, waiting];
}

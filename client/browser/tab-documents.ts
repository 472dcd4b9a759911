/** What an engine needs of Automerge, in one part of the program that is loaded late; and the way to the other tabs' documents. */
import type { NetworkAdapterInterface } from '@automerge/automerge-repo/slim';
import { BroadcastChannelNetworkAdapter } from '@automerge/automerge-repo-network-broadcastchannel';

export { automergeReady, loadRepo } from './automerge-browser.ts';

/** The channel over which tabs' Repos share documents. */
const DOCUMENTS_CHANNEL = 'snug documents';

/** For one Repo. */
export function tabDocuments(): NetworkAdapterInterface {
  return new BroadcastChannelNetworkAdapter({ channelName: DOCUMENTS_CHANNEL });
}

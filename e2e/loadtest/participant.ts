/** A peer of any mode, without a browser: what a worker process drives. */

/** Says that a text of the channel is in this peer's view: decrypted and verified where the mode does that. */
export type OnMessage = (text: string) => void;

export interface Participant {
  /** Resolves once the peer has its history and may write. Rejects when it cannot get in. */
  ready(): Promise<void>;
  /** Writes a message. Resolves once it stands in this peer's own view; the texts of a run are all different. */
  say(text: string): Promise<void>;
  /** Bytes handed to and read from each kind of path so far, framing included. */
  bytes(): PeerBytes;
  /** What stands in its channel now. */
  channel(): Promise<ChannelShown>;
  close(): Promise<void>;
}

export interface ChannelShown {
  /** One as often as it is shown. */
  readonly texts: readonly string[];
  /** False where there are more, older ones. */
  readonly whole: boolean;
}

export interface PeerBytes {
  /** Peer to peer. */
  readonly direct: InAndOut;
  /** By way of the server: messages in `router` and `star`, relayed frames in `mesh`. */
  readonly relayed: InAndOut;
  /** Everything else to and from the server. */
  readonly signaling: InAndOut;
}

export interface InAndOut {
  readonly in: number;
  readonly out: number;
}

/** What the first participant of a mode makes, as text, and the others join by: an invite link, a document's URL. */
export type Invitation = string;

/** How the peers of a mode come to be. */
export interface ModePeers {
  /** Makes the room and joins it. */
  found(
    index: number,
    server: string,
    onMessage: OnMessage,
  ): Promise<{
    readonly participant: Participant;
    readonly invitation: Invitation;
  }>;
  /** @param direct whether it may connect directly to others; only `mesh` has a use for it */
  join(
    index: number,
    server: string,
    invitation: Invitation,
    direct: boolean,
    onMessage: OnMessage,
  ): Promise<Participant>;
}

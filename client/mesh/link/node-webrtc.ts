/** WebRTC for Node: node-datachannel's W3C classes, made to fit simple-peer and to connect every time. */
import { cleanup } from 'node-datachannel';
import {
  RTCPeerConnection as LibdatachannelConnection,
  RTCIceCandidate,
  RTCSessionDescription,
} from 'node-datachannel/polyfill';
import type { WebRtc } from './direct-path.ts';

/**
 * - simple-peer writes to the `sdp` of descriptions, which the polyfill's own objects do not allow.
 * - An offerer keeps its candidates to itself until it has the answer. Else the other end's checks may be there already
 *   when libdatachannel gives the answer to ICE, and DTLS begins before it is ready: a ClientHello is dropped and sent
 *   again a second later, or the fingerprint of the answer is not noted yet and the connection fails ("unknown CA").
 *   Measured, pairs in one process on a busy machine: of 100, half took a second longer and five failed; with this none.
 */
class NodeConnection extends LibdatachannelConnection {
  #answered = false;
  #held: Event[] = [];

  override async createOffer() {
    const { type, sdp } = await super.createOffer();
    return { type, sdp };
  }

  override async createAnswer() {
    const { type, sdp } = await super.createAnswer();
    return { type, sdp };
  }

  override get localDescription() {
    const description = super.localDescription;
    if (this.#answered) return description;
    const sdp = description.sdp.replace(/a=(?:candidate:.*|end-of-candidates)\r?\n/g, '');
    return new RTCSessionDescription({ type: description.type, sdp });
  }

  override async setRemoteDescription(
    description: Parameters<LibdatachannelConnection['setRemoteDescription']>[0],
  ): Promise<void> {
    await super.setRemoteDescription(description);
    this.#answered = true;
    for (const event of this.#held.splice(0)) super.dispatchEvent(event);
  }

  override dispatchEvent(event: Event): boolean {
    if (this.#answered || event.type !== 'icecandidate') return super.dispatchEvent(event);
    this.#held.push(event);
    return true;
  }
}

/** What `createLinks` takes as `rtc.wrtc` in Node. */
export function nodeWebrtc(): WebRtc {
  // Its classes differ from the DOM's in corners that neither simple-peer nor this program enters.
  const classes: object = {
    RTCPeerConnection: NodeConnection,
    RTCSessionDescription,
    RTCIceCandidate,
  };
  return classes as WebRtc;
}

/** Ends libdatachannel's threads, which otherwise keep a process alive. No connection may be made after. */
export function cleanUpNodeWebrtc(): void {
  cleanup();
}

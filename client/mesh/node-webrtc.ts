/** WebRTC for Node: node-datachannel's W3C classes, made to fit simple-peer. */
import { cleanup } from 'node-datachannel';
import {
  RTCPeerConnection as LibdatachannelConnection,
  RTCIceCandidate,
  RTCSessionDescription,
} from 'node-datachannel/polyfill';
import type { WebRtc } from './direct-path.ts';

/** simple-peer writes to the `sdp` of what these return, which the polyfill's own objects do not allow. */
class PlainDescriptions extends LibdatachannelConnection {
  override async createOffer() {
    const { type, sdp } = await super.createOffer();
    return { type, sdp };
  }

  override async createAnswer() {
    const { type, sdp } = await super.createAnswer();
    return { type, sdp };
  }
}

/** What `createLinks` takes as `rtc.wrtc` in Node. */
export function nodeWebrtc(): WebRtc {
  // Its classes differ from the DOM's in corners that neither simple-peer nor this program enters.
  const classes: object = {
    RTCPeerConnection: PlainDescriptions,
    RTCSessionDescription,
    RTCIceCandidate,
  };
  return classes as WebRtc;
}

/** Ends libdatachannel's threads, which otherwise keep a process alive. No connection may be made after. */
export function cleanUpNodeWebrtc(): void {
  cleanup();
}

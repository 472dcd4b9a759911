/**
 * What a measured page tells of itself: when Enter was pressed on a text, when a text came into its timeline, and a bare data
 * channel to another page, with nothing of Snug's on it. All times are of the machine's clock as the page has it, ms.
 */

export interface PageProbe {
  /** When Enter was pressed in the composer, by the text that stood there. */
  readonly entered: Map<string, number>;
  /** When a text first stood in the timeline as a message, not as one on its way. */
  readonly shown: Map<string, number>;
  /** When the bare channel's packets left and came, by their numbers. */
  readonly packetsOut: Map<number, number>;
  readonly packetsIn: Map<number, number>;
  /** The bare channel, as the end that offers it: answers its description, candidates and all. */
  offer(): Promise<string>;
  answer(description: string): Promise<string>;
  accept(description: string): Promise<void>;
  isOpen(): boolean;
  /** @throws while the bare channel is not open */
  sendPacket(packet: number, bytes: number): void;
}

declare global {
  var pageProbe: PageProbe;
}

/**
 * Runs in each page before anything of its own.
 *
 * @param webrtc without it, the page's own program finds no WebRTC in its browser
 */
export function installProbe(webrtc: boolean): void {
  const entered = new Map<string, number>();
  const shown = new Map<string, number>();
  const packetsOut = new Map<number, number>();
  const packetsIn = new Map<number, number>();
  const clock = (at = performance.now()) => performance.timeOrigin + at;

  addEventListener(
    'keydown',
    (event) => {
      const field = event.target;
      if (event.key === 'Enter' && field instanceof HTMLTextAreaElement)
        entered.set(field.value.trim(), clock(event.timeStamp));
    },
    { capture: true },
  );

  const STORED = '[role="log"] li.message:not(.pending)';
  const look = (item: Element) => {
    const text = item.querySelector('.markdown')?.textContent ?? '';
    if (text !== '' && !shown.has(text)) shown.set(text, clock());
  };
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches(STORED)) look(node);
        for (const item of node.querySelectorAll(STORED)) look(item);
      }
  }).observe(document, { childList: true, subtree: true });

  const Connection = RTCPeerConnection;
  if (!webrtc) Reflect.deleteProperty(globalThis, 'RTCPeerConnection');
  let connection: RTCPeerConnection | undefined;
  let channel: RTCDataChannel | undefined;
  const use = (opened: RTCDataChannel) => {
    channel = opened;
    opened.binaryType = 'arraybuffer';
    opened.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      packetsIn.set(new DataView(data).getUint32(0), clock());
    };
  };
  const begin = () => {
    connection = new Connection();
    connection.ondatachannel = (event) => use(event.channel);
    return connection;
  };
  const described = async (own: RTCPeerConnection): Promise<string> => {
    await own.setLocalDescription();
    await new Promise<void>((resolve) => {
      const done = () => own.iceGatheringState === 'complete' && resolve();
      own.addEventListener('icegatheringstatechange', done);
      done();
    });
    return JSON.stringify(own.localDescription);
  };
  globalThis.pageProbe = {
    entered,
    shown,
    packetsOut,
    packetsIn,
    offer() {
      const own = begin();
      use(own.createDataChannel('bare'));
      return described(own);
    },
    async answer(description) {
      const own = begin();
      await own.setRemoteDescription(JSON.parse(description));
      return described(own);
    },
    async accept(description) {
      await connection?.setRemoteDescription(JSON.parse(description));
    },
    isOpen: () => channel?.readyState === 'open',
    sendPacket(packet, bytes) {
      if (channel?.readyState !== 'open') throw new Error('The bare channel is not open.');
      const view = new DataView(new ArrayBuffer(bytes));
      view.setUint32(0, packet);
      packetsOut.set(packet, clock());
      channel.send(view);
    },
  };
}

/** All that passes between a page and its servers, as the server has it. */
import type { Page } from 'playwright-core';

export interface ServerTap {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Whether a word went over in clear, either way. */
  holds(word: string): boolean;
}

/** From now on, for connections that are not open yet. */
export function tapServer(page: Page): ServerTap {
  const frames: Buffer[] = [];
  let [bytesIn, bytesOut] = [0, 0];
  const keep = (payload: string | Buffer) => {
    const frame = Buffer.from(payload);
    frames.push(frame);
    return frame.length;
  };
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      bytesIn += keep(payload);
    });
    socket.on('framesent', ({ payload }) => {
      bytesOut += keep(payload);
    });
  });
  return {
    get bytesIn() {
      return bytesIn;
    },
    get bytesOut() {
      return bytesOut;
    },
    holds: (word) => frames.some((frame) => frame.includes(word)),
  };
}

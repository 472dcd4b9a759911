import type { Counters } from './counters.ts';
import { KeepAlives } from './keep-alives.ts';
import { SourceLimiter } from './source-limiter.ts';
import { answerBinding } from './stun.ts';
import { UdpPort, type UdpPortOptions } from './udp-port.ts';

export interface StunResponderOptions extends Omit<UdpPortOptions, 'onPacket'> {
  readonly counters: Pick<
    Counters,
    'stunRequests' | 'stunAnswers' | 'stunBytesIn' | 'stunBytesOut'
  >;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * Answers Binding requests over UDP, so many a second, and refuses those that only keep a port alive. Rejects with the
 * system's error if the port cannot be had.
 */
export function openStunResponder(options: StunResponderOptions): Promise<UdpPort> {
  const { counters, now } = options;
  const limiter = new SourceLimiter(now());
  const keepAlives = new KeepAlives();
  return UdpPort.open({
    ...options,
    onPacket: (packet, source, back) => {
      counters.stunRequests++;
      counters.stunBytesIn += packet.length;
      const at = now();
      if (!limiter.take(source.address, at)) return;
      const refused = keepAlives.refuses(`${source.address} ${source.port}`, at);
      const answer = answerBinding(packet, source, refused);
      if (answer === null) return;
      back(answer, () => {
        counters.stunAnswers++;
        counters.stunBytesOut += answer.length;
      });
    },
  });
}

import { PROBLEM_CODES } from '@snug/shared/protocol/signaling.ts';
import type { ProblemCode } from './answer.ts';

/**
 * What a server has done since it started, and what it holds now. Numbers only: never an address, a topic or a peer
 * id. All sizes in bytes.
 */
export interface Counters {
  /** WebSocket connections that reached Socket.IO. */
  connections: number;
  /** Challenges answered well. */
  authentications: number;
  joins: number;
  signals: number;
  signalBytes: number;
  relayedFrames: number;
  relayedBytes: number;
  /** Datagrams to and from the STUN port, of whatever kind, and their payload: 28 bytes less than an IPv4 packet, 48 than an IPv6 one. */
  stunRequests: number;
  stunAnswers: number;
  stunBytesIn: number;
  stunBytesOut: number;
  /** Errors that nothing foresaw. Anything above 0 is a defect of this server. */
  internalErrors: number;
  readonly refusals: Record<ProblemCode, number>;
}

/** `Counters`, and what is measured at the moment of asking. */
export interface CountersNow extends Counters {
  /** Authenticated peers. */
  readonly peers: number;
  readonly topics: number;
  /** Read from and written to the TCP sockets of WebSocket connections, HTTP upgrade included, past ones too. */
  readonly socketBytesIn: number;
  readonly socketBytesOut: number;
}

export function emptyCounters(): Counters {
  const refusals = Object.fromEntries(PROBLEM_CODES.map((code) => [code, 0]));
  return {
    connections: 0,
    authentications: 0,
    joins: 0,
    signals: 0,
    signalBytes: 0,
    relayedFrames: 0,
    relayedBytes: 0,
    stunRequests: 0,
    stunAnswers: 0,
    stunBytesIn: 0,
    stunBytesOut: 0,
    internalErrors: 0,
    refusals: refusals as Record<ProblemCode, number>,
  };
}

/** The text that Prometheus scrapes: exposition format 0.0.4. */
export function metricsText(now: CountersNow): string {
  const lines: string[] = [];
  const metric = (name: string, type: 'counter' | 'gauge', help: string, value: number) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`);
  };
  metric('snug_peers', 'gauge', 'Authenticated peers', now.peers);
  metric('snug_topics', 'gauge', 'Topics with at least one peer', now.topics);
  metric('snug_connections_total', 'counter', 'WebSocket connections', now.connections);
  metric('snug_authentications_total', 'counter', 'Challenges answered well', now.authentications);
  metric('snug_joins_total', 'counter', 'Topics joined', now.joins);
  metric('snug_signals_total', 'counter', 'Sealed signals forwarded', now.signals);
  metric('snug_signal_bytes_total', 'counter', 'Bytes of sealed signals', now.signalBytes);
  metric('snug_relayed_frames_total', 'counter', 'Frames relayed', now.relayedFrames);
  metric('snug_relayed_bytes_total', 'counter', 'Bytes of relayed frames', now.relayedBytes);
  metric(
    'snug_socket_bytes_in_total',
    'counter',
    'Bytes read from WebSocket connections at the TCP socket',
    now.socketBytesIn,
  );
  metric(
    'snug_socket_bytes_out_total',
    'counter',
    'Bytes written to WebSocket connections at the TCP socket',
    now.socketBytesOut,
  );
  metric('snug_stun_requests_total', 'counter', 'STUN Binding requests', now.stunRequests);
  metric('snug_stun_answers_total', 'counter', 'STUN answers sent', now.stunAnswers);
  metric('snug_stun_bytes_in_total', 'counter', 'Payload received over STUN', now.stunBytesIn);
  metric('snug_stun_bytes_out_total', 'counter', 'Payload sent over STUN', now.stunBytesOut);
  metric('snug_internal_errors_total', 'counter', 'Unforeseen errors', now.internalErrors);
  lines.push(
    '# HELP snug_refusals_total Requests refused, by the code of the problem',
    '# TYPE snug_refusals_total counter',
  );
  for (const code of PROBLEM_CODES) {
    lines.push(`snug_refusals_total{code="${code}"} ${now.refusals[code]}`);
  }
  return `${lines.join('\n')}\n`;
}

/**
 * A data-channel-only session description in a few dozen bytes. Of the SDP that a browser, Firefox or
 * libdatachannel makes only the ICE credentials and the DTLS fingerprint travel; the other end builds its SDP from a
 * fixed template, so nothing a peer writes reaches an SDP parser but values that were checked here (RFC 8839, 8841).
 */

/** What differs from one data-channel description to the next. */
export interface CompactDescription {
  readonly ufrag: string;
  readonly pwd: string;
  /** SHA-256 of the DTLS certificate, 32 bytes. */
  readonly fingerprint: Uint8Array;
}

export const CANDIDATE_TYPES = ['host', 'srflx', 'prflx', 'relay'] as const;
export type CandidateType = (typeof CANDIDATE_TYPES)[number];

/** An ICE candidate over UDP. Browsers never listen on TCP, so candidates over TCP are not sent. */
export interface Candidate {
  readonly type: CandidateType;
  /** Unsigned, 32 bits. */
  readonly priority: number;
  /** IPv4, IPv6 or the `.local` name behind which a browser hides its address. */
  readonly address: string;
  readonly port: number;
}

/** Most candidates of one attempt; a device with more interfaces connects by its first ones. */
export const MAX_CANDIDATES = 48;

export const UFRAG = /^[A-Za-z0-9+/]{4,64}$/;
export const PWD = /^[A-Za-z0-9+/]{22,128}$/;

/** Reads what the local WebRTC implementation made; `undefined` if a part is missing or of unknown form. */
export function parseDescription(sdp: string): CompactDescription | undefined {
  const ufrag = attribute(sdp, 'ice-ufrag');
  const pwd = attribute(sdp, 'ice-pwd');
  const fingerprint = /^sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})$/i.exec(
    attribute(sdp, 'fingerprint') ?? '',
  )?.[1];
  if (ufrag === undefined || !UFRAG.test(ufrag)) return undefined;
  if (pwd === undefined || !PWD.test(pwd) || fingerprint === undefined) return undefined;
  const bytes = fingerprint.split(':').map((byte) => Number.parseInt(byte, 16));
  return { ufrag, pwd, fingerprint: Uint8Array.from(bytes) };
}

/** Candidates that stand in a description rather than come after it, as libdatachannel writes them. */
export function candidatesIn(sdp: string): Candidate[] {
  return lines(sdp)
    .filter((line) => line.startsWith('a=candidate:'))
    .flatMap((line) => parseCandidate(line) ?? []);
}

/**
 * SDP for the local WebRTC implementation. The answerer is always the DTLS client (RFC 8842 §5.3), which every
 * implementation chooses by itself, so the roles need not travel.
 */
export function buildDescription(
  type: 'offer' | 'answer',
  description: CompactDescription,
): string {
  const fingerprint = Array.from(description.fingerprint, (byte) =>
    byte.toString(16).padStart(2, '0').toUpperCase(),
  ).join(':');
  return [
    'v=0',
    'o=- 1 2 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:${description.ufrag}`,
    `a=ice-pwd:${description.pwd}`,
    'a=ice-options:trickle',
    `a=fingerprint:sha-256 ${fingerprint}`,
    `a=setup:${type === 'offer' ? 'actpass' : 'active'}`,
    'a=mid:0',
    'a=sctp-port:5000',
    'a=max-message-size:262144',
    '',
  ].join('\r\n');
}

/** Reads a candidate line of the local implementation; `undefined` for one over TCP or of unknown form. */
export function parseCandidate(line: string): Candidate | undefined {
  const fields = line.trim().replace(/^a=/, '').split(/ +/);
  const [foundation, component, protocol, priority, address, port, typ, type] = fields;
  if (foundation?.startsWith('candidate:') !== true || component !== '1' || typ !== 'typ') {
    return undefined;
  }
  const known = CANDIDATE_TYPES.find((name) => name === type);
  if (protocol?.toLowerCase() !== 'udp' || known === undefined || address === undefined) {
    return undefined;
  }
  const candidate = { type: known, priority: Number(priority), address, port: Number(port) };
  return isCandidate(candidate) ? candidate : undefined;
}

/** A candidate line for `addIceCandidate`. @param foundation any number, another for each candidate */
export function buildCandidate(candidate: Candidate, foundation: number): string {
  const { type, priority, address, port } = candidate;
  const base = type === 'host' ? '' : ' raddr 0.0.0.0 rport 0';
  return `candidate:${foundation} 1 udp ${priority} ${address} ${port} typ ${type}${base}`;
}

export function isCandidate({ priority, address, port }: Candidate): boolean {
  return (
    Number.isInteger(priority) &&
    priority >= 0 &&
    priority <= 0xffff_ffff &&
    Number.isInteger(port) &&
    port >= 1 &&
    port <= 65535 &&
    isAddress(address)
  );
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const MDNS = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.local$/i;

function isAddress(address: string): boolean {
  return IPV4.test(address) || MDNS.test(address) || isIpv6(address);
}

/** RFC 4291 §2.2 without the dotted form: up to eight groups, at most one `::`. */
function isIpv6(address: string): boolean {
  if (!/^[0-9a-f:]{2,39}$/i.test(address)) return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}

function lines(sdp: string): string[] {
  return sdp.split(/\r?\n/);
}

function attribute(sdp: string, name: string): string | undefined {
  const start = `a=${name}:`;
  return lines(sdp)
    .find((line) => line.startsWith(start))
    ?.slice(start.length)
    .trim();
}

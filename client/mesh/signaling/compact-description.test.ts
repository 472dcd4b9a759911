import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildCandidate,
  buildDescription,
  candidatesIn,
  isCandidate,
  parseCandidate,
  parseDescription,
} from './compact-description.ts';

const FINGERPRINT =
  'CA:9E:61:02:DF:7E:33:6F:E6:58:E2:3B:54:93:31:0A:6E:B7:AA:9C:92:CD:03:B9:93:52:B5:AF:33:73:55:E9';

const LIBDATACHANNEL = `v=0
o=rtc 50028041 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic:WMS *
a=ice-options:ice2,trickle
a=fingerprint:sha-256 ${FINGERPRINT}
m=application 32986 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 192.0.2.2
a=mid:0
a=sendrecv
a=sctp-port:5000
a=max-message-size:262144
a=setup:actpass
a=ice-ufrag:oLu8
a=ice-pwd:xFYJ44eqCdnWBI473l/69t
a=candidate:2 1 UDP 2116026111 fd00::2 32986 typ host
a=candidate:1 1 UDP 2114977791 192.0.2.2 32986 typ host
a=end-of-candidates
`;

const CHROMIUM = `v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:Yf3k
a=ice-pwd:Fh1tS0pYYLB0b9sIYdzu1Vmn
a=ice-options:trickle
a=fingerprint:sha-256 ${FINGERPRINT}
a=setup:actpass
a=mid:0
a=sctp-port:5000
a=max-message-size:262144
`;

const FIREFOX = `v=0
o=mozilla...THIS_IS_SDPARTA-99.0 5105303281230011415 0 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 ${FINGERPRINT}
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=sendrecv
a=ice-pwd:9ad62c5a2d6d1bb3e2fd2a4bd8ae9b2d
a=ice-ufrag:5e1a3c9d
a=mid:0
a=setup:actpass
a=sctp-port:5000
a=max-message-size:1073741823
`;

describe.each([
  ['libdatachannel', LIBDATACHANNEL, 'oLu8'],
  ['Chromium', CHROMIUM, 'Yf3k'],
  ['Firefox', FIREFOX, '5e1a3c9d'],
])('what %s makes', (_name, lines, ufrag) => {
  test.each(['\n', '\r\n'])('is read, and the template read back is the same', (end) => {
    const description = parseDescription(lines.replaceAll('\n', end));
    expect(description?.ufrag).toBe(ufrag);
    expect(description?.fingerprint).toHaveLength(32);
    expect(description?.fingerprint[0]).toBe(0xca);
    if (description === undefined) return;
    expect(parseDescription(buildDescription('offer', description))).toEqual(description);
    expect(buildDescription('offer', description)).toContain(`sha-256 ${FINGERPRINT}\r\n`);
  });
});

test('the answerer is the DTLS client', () => {
  const description = parseDescription(CHROMIUM);
  if (description === undefined) throw new Error('unread');
  expect(buildDescription('offer', description)).toContain('a=setup:actpass\r\n');
  expect(buildDescription('answer', description)).toContain('a=setup:active\r\n');
});

test.each(['ice-ufrag', 'ice-pwd', 'fingerprint'])('a description without %s is none', (name) => {
  const without = CHROMIUM.split('\n').filter((line) => !line.startsWith(`a=${name}`));
  expect(parseDescription(without.join('\n'))).toBeUndefined();
});

test('candidates within a description are found', () => {
  expect(candidatesIn(LIBDATACHANNEL)).toEqual([
    { type: 'host', priority: 2116026111, address: 'fd00::2', port: 32986 },
    { type: 'host', priority: 2114977791, address: '192.0.2.2', port: 32986 },
  ]);
});

test.each([
  'candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 192.0.2.2 rport 46154 generation 0 ufrag Yf3k network-cost 999',
  'candidate:1 1 udp 2113937151 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host generation 0',
  'a=candidate:2 1 UDP 2116026111 fd00::2 32986 typ host',
  'candidate:3 1 udp 41885439 198.51.100.9 60000 typ relay raddr 0.0.0.0 rport 0',
])('%s survives the journey', (line) => {
  const candidate = parseCandidate(line);
  if (candidate === undefined) throw new Error('unread');
  expect(parseCandidate(buildCandidate(candidate, 7))).toEqual(candidate);
});

test.each([
  ['over TCP', 'candidate:1 1 tcp 1518280447 192.0.2.2 9 typ host tcptype active'],
  ['of RTCP', 'candidate:1 2 udp 1518280447 192.0.2.2 900 typ host'],
  ['with a name that is no mDNS one', 'candidate:1 1 udp 1 evil.example.org 900 typ host'],
  ['with port 0', 'candidate:1 1 udp 1 192.0.2.2 0 typ host'],
  ['with a number too large', 'candidate:1 1 udp 1 192.0.2.256 900 typ host'],
  ['with half an address', 'candidate:1 1 udp 1 fd00:: 900'],
  ['that is empty', ''],
])('a candidate %s is left out', (_what, line) => {
  expect(parseCandidate(line)).toBeUndefined();
});

test('no candidate that passes can break out of its line', () => {
  const parts = fc.record({
    type: fc.constantFrom('host' as const, 'relay' as const),
    priority: fc.double(),
    address: fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()),
    port: fc.integer(),
  });
  fc.assert(
    fc.property(parts, (candidate) => {
      if (isCandidate(candidate)) {
        expect(buildCandidate(candidate, 1)).toMatch(
          /^candidate:1 1 udp \d+ [0-9a-f.:-]+ \d+ typ /i,
        );
      }
    }),
    { numRuns: 1000 },
  );
});

test('every IPv6 address is one', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      fc.pre(!address.includes('.'));
      expect(isCandidate({ type: 'host', priority: 1, address, port: 1 })).toBe(true);
    }),
  );
});

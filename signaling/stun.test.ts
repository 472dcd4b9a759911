import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerBinding, ipv6Bytes, type Source } from './stun.ts';

// RFC 5769, test vectors for STUN: the transaction id and addresses of sections 2.1 to 2.3.
const TRANSACTION = Buffer.from('b7e7a701bc34d686fa87dfae', 'hex');
const V4: Source = { family: 4, address: '192.0.2.1', port: 32853 };
const V6: Source = { family: 6, address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853 };
const REQUEST_5769 = Buffer.from(
  '000100582112a442b7e7a701bc34d686fa87dfae' +
    '802200105354554e207465737420636c69656e74' +
    '002400046e0001ff80290008932ff9b151263b36' +
    '00060009' +
    '6576746a3a6836765920202000080014' +
    '9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2' +
    '80280004e57a3bcf',
  'hex',
);

function request(...attributes: Buffer[]): Buffer {
  const body = Buffer.concat(attributes);
  const header = Buffer.from('000100002112a442', 'hex');
  header.writeUInt16BE(body.length, 2);
  return Buffer.concat([header, TRANSACTION, body]);
}

describe('a Binding request', () => {
  it('is answered with the source’s address, IPv4 (the vector of RFC 5769, 2.2)', () => {
    expect(answerBinding(request(), V4)).toEqual(
      Buffer.from(`0101000c2112a442${TRANSACTION.toString('hex')}002000080001a147e112a643`, 'hex'),
    );
  });

  it('is answered with the source’s address, IPv6 (the vector of RFC 5769, 2.3)', () => {
    expect(answerBinding(request(), V6)).toEqual(
      Buffer.from(
        `010100182112a442${TRANSACTION.toString('hex')}` +
          '002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9',
        'hex',
      ),
    );
  });

  it('as browsers send it in ICE checks is understood, and its FINGERPRINT answered by one', () => {
    const answer = Buffer.from(answerBinding(REQUEST_5769, V4) ?? []);
    expect(answer.length).toBe(40);
    expect(answer.readUInt16BE(32)).toBe(0x8028);
    expect(answer.readUInt32BE(36)).toBe((crc32(answer.subarray(0, 32)) ^ 0x5354554e) >>> 0);
  });

  it('with a FINGERPRINT that is not its own gets no answer', () => {
    const broken = Buffer.from(REQUEST_5769);
    broken.writeUInt8(broken.readUInt8(30) ^ 1, 30);
    expect(answerBinding(broken, V4)).toBeNull();
  });

  it('that demands what this server does not know is told so (error 420)', () => {
    const changeRequest = Buffer.from('0003000400000006', 'hex');
    expect(answerBinding(request(changeRequest), V4)).toEqual(
      Buffer.from(
        `011100102112a442${TRANSACTION.toString('hex')}0009000400000414000a000200030000`,
        'hex',
      ),
    );
  });
});

describe('a Binding request that is refused', () => {
  it('is told not to be sent again (error 400), in fewer bytes than an answer has', () => {
    const refused = answerBinding(request(), V4, true);
    const code = '0009000400000400';
    expect(refused).toEqual(
      Buffer.from(`011100082112a442${TRANSACTION.toString('hex')}${code}`, 'hex'),
    );
    expect(refused?.length).toBeLessThan(answerBinding(request(), V4)?.length ?? 0);
  });
});

describe('anything else', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a short packet', request().subarray(0, 16)],
    ['an indication', Buffer.from(request()).fill(0x11, 1, 2)],
    ['a wrong cookie', Buffer.from(request()).fill(0, 4, 5)],
    ['a length that is not the packet’s', Buffer.from(request()).fill(4, 3, 4)],
    ['an attribute that runs over the end', request(Buffer.from('8022000800000000', 'hex'))],
    ['something after the FINGERPRINT', Buffer.concat([REQUEST_5769, Buffer.alloc(4)])],
  ])('%s gets no answer', (_what, packet) => {
    expect(answerBinding(packet, V4)).toBeNull();
  });

  it('never throws, and is never answered at length', () => {
    const body = fc.uint8Array({ maxLength: 120 });
    fc.assert(
      fc.property(body, fc.boolean(), (bytes, wellBegun) => {
        const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
        const packet = wellBegun ? request(padded) : bytes;
        expect(answerBinding(packet, V4)?.length ?? 0).toBeLessThanOrEqual(56);
        expect(answerBinding(packet, V4, true)?.length ?? 0).toBeLessThanOrEqual(36);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('IPv6 text', () => {
  it.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ])('%s is read', (text, hex) => {
    expect(Buffer.from(ipv6Bytes(text) ?? []).toString('hex')).toBe(hex);
  });

  it.each(['', '1:2', '1::2::3', 'g::', '1:2:3:4:5:6:7:8:9', '::300.1.1.1'])(
    '"%s" is no address',
    (text) => {
      expect(ipv6Bytes(text)).toBeNull();
    },
  );
});

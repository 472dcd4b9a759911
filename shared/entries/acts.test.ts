import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBytes, toHex } from '../crypto/bytes.ts';
import { type Act, encodeAct, MAX_TIPS_OF_DEVICE, parseAct } from './acts.ts';
import { encodeCanonical } from './canonical-cbor.ts';

const account = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
const [low, high] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const acts: readonly Act[] = [
  { act: 'genesis', v: 1, nonce: randomBytes(32), sealing: randomBytes(32), account },
  { act: 'invite', key: randomBytes(32), uses: 'reusable' },
  { act: 'invite', key: randomBytes(32), uses: 'single', expires: 1_800_000_000_000 },
  { act: 'invite', key: randomBytes(32), uses: 'reusable', door: 'open' },
  { act: 'revoke', invite: randomBytes(32) },
  { act: 'countersign', admission: randomBytes(32) },
  { act: 'device', device: high, sealing: low, account, consent: randomBytes(64) },
  { act: 'keeper', device: high, sealing: low, quota: 2 ** 40, consent: randomBytes(64) },
  {
    act: 'remove',
    accounts: [account, 'did:web:example.org'],
    devices: [low, high],
    tips: [
      [low, [low.slice(16), high.slice(16)]],
      [high, [low.slice(16)]],
    ],
  },
  { act: 'leave' },
  { act: 'keep', tips: [[low, [high.slice(16)]]] },
  { act: 'history', is: 'closed' },
  { act: 'merge' },
  { act: 'role', account, role: 'gardener', tips: [[low, [low.slice(16)]]] },
  {
    act: 'admit',
    device: randomBytes(32),
    sealing: randomBytes(32),
    account,
    invite: randomBytes(32),
    proof: randomBytes(64),
    consent: randomBytes(64),
  },
  { act: 'role', account, role: 'admin' },
  { act: 'epoch', number: 0, id: randomBytes(32), list: [low, high], seals: randomBytes(32) },
  { act: 'channel', channel: randomBytes(16) },
];

/** So many tips, ascending. */
function manyTips(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => {
    const tip = new Uint8Array(16);
    new DataView(tip.buffer).setUint32(0, n);
    return tip;
  });
}

describe('an act in clear', () => {
  test.each(acts.map((act) => [act.act, act] as const))(
    '%s is read as it was written',
    (_, act) => {
      expect(parseAct(encodeAct(act))).toEqual(act);
    },
  );

  test('from later on is kept by name', () => {
    const bytes = encodeCanonical({ act: 'hand over', device: low });
    expect(parseAct(bytes)).toEqual({ act: 'unknown', name: 'hand over' });
    const named = encodeCanonical({ act: 'unknown', name: 'genesis' });
    expect(parseAct(named)).toEqual({ act: 'unknown', name: 'unknown' });
  });

  test('known by name must fit its schema, without anything more', () => {
    for (const bad of [
      { act: 'genesis', v: 2, nonce: low, sealing: low, account },
      { act: 'genesis', v: 1, nonce: low, sealing: low, account, more: 1 },
      { act: 'invite', key: low, uses: 'once' },
      { act: 'invite', key: low, uses: 'reusable', expires: -1 },
      { act: 'role', account, role: 'owner' },
      { act: 'role', account: 'ada', role: 'admin' },
      { act: 'role', account: `did:web:${'x'.repeat(256)}`, role: 'admin' },
      { act: 'role', account: 'did:key:z\u0000', role: 'admin' },
      { act: 'epoch', number: 0, id: low, list: [high, low], seals: low },
      { act: 'epoch', number: 0, id: low, list: [low, low], seals: low },
      { act: 'epoch', number: 0, id: low, list: [], seals: low },
      { act: 'epoch', number: -1, id: low, list: [low], seals: low },
      { act: 'channel', channel: low },
      { act: 'channel' },
      { act: 'remove' },
      { act: 'remove', accounts: [] },
      { act: 'remove', accounts: ['did:web:b.example', account] },
      { act: 'remove', devices: [high, low] },
      { act: 'remove', accounts: [account], tips: [] },
      { act: 'keep', tips: [[low, []]] },
      { act: 'keep', tips: [[low, [high.slice(16), low.slice(16)]]] },
      {
        act: 'keep',
        tips: [
          [high, [low.slice(16)]],
          [low, [low.slice(16)]],
        ],
      },
      { act: 'keep', tips: [[low, manyTips(MAX_TIPS_OF_DEVICE + 1)]] },
      {
        act: 'keep',
        tips: [1, 2, 3, 4, 5].map((n) => [new Uint8Array(32).fill(n), manyTips(500)]),
      },
      { act: 'keeper', device: low, sealing: low, quota: 0, consent: new Uint8Array(64) },
      { act: 'history', is: 'hidden' },
      { act: 'merge', of: low },
      { act: 5 },
      { act: '' },
      {},
    ]) {
      expect(parseAct(encodeCanonical(bad))).toBeUndefined();
    }
    expect(parseAct(encodeCanonical([1]))).toBeUndefined();
    expect(() => encodeAct({ act: 'channel', channel: low })).toThrow(RangeError);
  });

  test('with bytes changed is the same bytes again or refused, and nothing throws', () => {
    const edits = fc.tuple(fc.constantFrom(...acts), fc.nat(), fc.nat(255), fc.nat(3));
    fc.assert(
      fc.property(edits, ([act, at, byte, cut]) => {
        const bytes = encodeAct(act).slice(0, -cut || undefined);
        bytes[at % bytes.length] = byte;
        const read = parseAct(bytes);
        if (read === undefined || read.act === 'unknown') return;
        expect(toHex(encodeAct(read))).toBe(toHex(bytes));
      }),
      { numRuns: 3000 },
    );
  }, 30_000);
});

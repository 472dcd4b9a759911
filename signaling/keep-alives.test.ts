import { describe, expect, it } from 'vitest';
import { KEEP_ALIVES, KeepAlives } from './keep-alives.ts';

const { answeredMs, silenceMs } = KEEP_ALIVES;

/** What became of requests of one port at these times, by the clock that they began by. */
function refusals(times: readonly number[], keepAlives = new KeepAlives()): boolean[] {
  return times.map((at) => keepAlives.refuses('192.0.2.1 50000', at));
}

describe('the requests of a port', () => {
  it('are answered while it looks for its address, and refused when they only keep it alive', () => {
    const each10s = Array.from({ length: 8 }, (_, n) => n * 10_000);
    expect(refusals(each10s)).toEqual([false, false, false, false, false, true, true, true]);
  });

  it('are answered however often the first one has to be sent again', () => {
    // RFC 8489, §6.2.1: the last is sent after 31.5 s, and given up after 39.5 s.
    const sent = [0, 500, 1500, 3500, 7500, 15_500, 31_500, 39_500];
    expect(refusals(sent)).not.toContain(true);
  });

  it('are answered again after a silence: whoever has the port then is somebody else', () => {
    const last = answeredMs + 10_000;
    const times = [0, 15_000, 30_000, 45_000, last, last + silenceMs + 1, last + silenceMs + 2];
    expect(refusals(times)).toEqual([false, false, false, false, true, false, false]);
  });

  it('have nothing to do with those of another port of the same address', () => {
    const keepAlives = new KeepAlives();
    refusals([0, 15_000, 30_000, 45_000], keepAlives);
    expect(keepAlives.refuses('192.0.2.1 50000', 50_000)).toBe(true);
    expect(keepAlives.refuses('192.0.2.1 50001', 50_000)).toBe(false);
  });

  it('are remembered of so many ports, and those that have fallen silent are forgotten first', () => {
    const keepAlives = new KeepAlives({ ...KEEP_ALIVES, ports: 3 });
    for (let port = 0; port < 50; port++) keepAlives.refuses(`port ${port}`, 0);
    expect(keepAlives.size).toBe(3);
    const roomy = new KeepAlives();
    for (let n = 0; n < 50; n++) roomy.refuses(`port ${n}`, n * (silenceMs + 1));
    expect(roomy.size).toBe(1);
  });
});

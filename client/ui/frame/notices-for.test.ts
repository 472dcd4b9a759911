import { describe, expect, it } from 'vitest';
import { noticesFor } from './notices-for.ts';

const well = { storage: 'kept', servers: [], secure: true, holds: true } as const;
const server = (state: 'connected' | 'connecting' | 'unreachable') => ({ url: state, state });
const ids = (state: Parameters<typeof noticesFor>[0]) => noticesFor(state).map((n) => n.id);

describe('notices', () => {
  it('say nothing when all is well, or is still being tried', () => {
    expect(ids(well)).toEqual([]);
    expect(ids({ ...well, servers: [server('connecting')] })).toEqual([]);
  });

  it('speak of the server only when none can be reached', () => {
    expect(ids({ ...well, servers: [server('unreachable')] })).toEqual(['servers']);
    expect(ids({ ...well, servers: [server('unreachable'), server('connected')] })).toEqual([]);
    const refusing = {
      ...server('unreachable'),
      state: 'refused' as const,
      problem: 'Reload the page.',
    };
    const [notice] = noticesFor({ ...well, servers: [server('unreachable'), refusing] });
    expect(notice?.text).toBe('Reload the page.');
  });

  it('propose to have what is kept kept for good once there is something to lose', () => {
    expect(noticesFor({ ...well, storage: 'best-effort' })[0]?.askable).toBe(true);
    expect(ids({ ...well, storage: 'best-effort', holds: false })).toEqual([]);
    expect(ids({ ...well, storage: 'refused', holds: false })).toEqual(['storage-refused']);
  });

  it('put what may be lost first, and never let it be dismissed', () => {
    const said = noticesFor({
      ...well,
      storage: 'full',
      servers: [server('unreachable')],
      secure: false,
    });
    expect(said.map((n) => n.id)).toEqual(['storage-full', 'servers', 'plain-http']);
    expect(said[0]?.dismissible).toBe(false);
  });
});

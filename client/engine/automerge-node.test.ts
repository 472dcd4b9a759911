import { expect, test, vi } from 'vitest';
import { loadRepo } from './automerge-node.ts';

test('several peers of one process that start at once share one Automerge', async () => {
  const instantiate = vi.spyOn(WebAssembly, 'instantiate');
  const loaded = await Promise.all([loadRepo(), loadRepo(), loadRepo()]);
  expect(new Set(loaded).size).toBe(1);
  expect(await loadRepo()).toBe(loaded[0]);
  expect(instantiate).toHaveBeenCalledTimes(1);
  instantiate.mockRestore();
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..');
/** Two scenarios of a minute at most, and tools that may have to be installed before. */
const TIMEOUT_MS = 240_000;

/** `npm run natlab -- --smoke`, and what it writes. */
async function smoke() {
  const folder = mkdtempSync(path.join(tmpdir(), 'snug-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'report.json');
  const laboratory = spawn(process.execPath, ['e2e/natlab/main.ts', '--smoke', '--json', file], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void laboratory.kill('SIGTERM'));
  await once(laboratory, 'exit');
  return JSON.parse(readFileSync(file, 'utf8'));
}

test(
  'people behind two NATs talk directly, and where UDP is blocked over the relay, and lose nothing',
  async ({ skip }) => {
    const { pairs, skipped } = await smoke();
    skip(skipped !== undefined, skipped);
    const carried = { talks: true, lost: 0, repeated: 0 };
    expect(pairs).toEqual([
      expect.objectContaining({ scenario: 'cone-cone', path: 'direct', ...carried }),
      expect.objectContaining({ scenario: 'cone-udp-blocked', path: 'relayed', ...carried }),
    ]);
    expect(pairs[1].relayedBytes).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

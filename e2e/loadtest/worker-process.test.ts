import { expect, onTestFinished, test } from 'vitest';
import { WorkerProcess } from './worker-process.ts';

function start(): WorkerProcess {
  const worker = new WorkerProcess('A worker', () => {});
  onTestFinished(() => worker.end());
  return worker;
}

test('a worker that ends by itself is an error for whoever waits, not a hang', async () => {
  const worker = start();
  const asked = worker.ask({ do: 'bytes' });
  // Before it has answered: it has not even been loaded.
  process.kill(worker.pid ?? Number.NaN, 'SIGKILL');
  await expect(asked).rejects.toThrow('A worker ended by itself (SIGKILL).');
  await expect(worker.failed).rejects.toThrow('A worker ended by itself (SIGKILL).');
});

test('what a worker cannot do it says', async () => {
  await expect(start().ask({ do: 'bytes' })).rejects.toThrow('has not been told what to do');
});

test('a worker that is told to end is no failure, and is gone', async () => {
  const worker = start();
  await worker.end();
  expect(() => process.kill(worker.pid ?? Number.NaN, 0)).toThrow('ESRCH');
});

import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { gatherWrites } from './gathered-writes.ts';

/** A stream that takes down what goes into the kernel together. */
class Taken extends Duplex {
  readonly writes: string[] = [];

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.writes.push(String(chunk));
    done();
  }

  override _writev(chunks: readonly { chunk: unknown }[], done: () => void): void {
    this.writes.push(chunks.map(({ chunk }) => String(chunk)).join(''));
    done();
  }

  override _read(): void {}
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('writes that are gathered', () => {
  it('go out as one, in their order, when the event loop has come round', async () => {
    const stream = new Taken();
    gatherWrites(stream);
    stream.write('a message, ');
    await Promise.resolve();
    stream.write('its attachment');
    expect(stream.writes).toEqual([]);
    await turn();
    expect(stream.writes).toEqual(['a message, its attachment']);
  });

  it('go out one by one again after that', async () => {
    const stream = new Taken();
    gatherWrites(stream);
    gatherWrites(stream);
    await turn();
    stream.write('one');
    stream.write('two');
    expect(stream.writes).toEqual(['one', 'two']);
  });

  it('go out before the end of a stream that ends meanwhile', async () => {
    const stream = new Taken();
    gatherWrites(stream);
    stream.write('the last words');
    stream.end();
    await turn();
    expect(stream.writes).toEqual(['the last words']);
  });
});

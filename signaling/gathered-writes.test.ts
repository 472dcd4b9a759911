import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { GatheredWrites } from './gathered-writes.ts';

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

/** What Engine.IO does with messages: queues them, and writes them out while its transport is writable. */
class Connection {
  readonly stream = new Taken();
  readonly transport = Object.assign(new EventEmitter(), { writable: true });
  readonly #writes: GatheredWrites;
  #queue: string[] = [];

  constructor(writes: GatheredWrites) {
    this.#writes = writes;
    this.transport.on('ready', () => this.#flush());
  }

  send(message: string): void {
    this.#queue.push(message);
    this.#flush();
  }

  #flush(): void {
    if (!this.transport.writable || this.#queue.length === 0) return;
    if (this.#queue.length > 1) this.#writes.holdStream(this.stream);
    for (const message of this.#queue.splice(0)) this.stream.write(message);
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('what is written to a held stream', () => {
  it('goes out as one, in its order, when the event loop has come round', async () => {
    const stream = new Taken();
    new GatheredWrites().holdStream(stream);
    stream.write('a message, ');
    await Promise.resolve();
    stream.write('its attachment');
    expect(stream.writes).toEqual([]);
    await turn();
    expect(stream.writes).toEqual(['a message, its attachment']);
  });

  it('goes out piece by piece again after that', async () => {
    const stream = new Taken();
    const writes = new GatheredWrites();
    writes.holdStream(stream);
    writes.holdStream(stream);
    await turn();
    stream.write('one');
    stream.write('two');
    expect(stream.writes).toEqual(['one', 'two']);
  });

  it('goes out before the end of a stream that ends meanwhile', async () => {
    const stream = new Taken();
    new GatheredWrites().holdStream(stream);
    stream.write('the last words');
    stream.end();
    await turn();
    expect(stream.writes).toEqual(['the last words']);
  });
});

describe('what a held connection sends', () => {
  it('goes out in one write when the event loop has come round', async () => {
    const writes = new GatheredWrites();
    const [a, b] = [new Connection(writes), new Connection(writes)];
    for (const connection of [a, b, a]) writes.hold(connection);
    a.send('greeting, ');
    b.send('alone');
    await Promise.resolve();
    a.send('challenge');
    expect([a.stream.writes, b.stream.writes]).toEqual([[], []]);
    await turn();
    expect(a.stream.writes).toEqual(['greeting, challenge']);
    expect(b.stream.writes).toEqual(['alone']);
    a.send('at once');
    expect(a.stream.writes).toEqual(['greeting, challenge', 'at once']);
  });

  it('waits for the batch before it, which is not held', async () => {
    const writes = new GatheredWrites();
    const connection = new Connection(writes);
    connection.transport.writable = false;
    writes.hold(connection);
    connection.send('next');
    await turn();
    expect(connection.stream.writes).toEqual([]);
    expect(connection.transport.writable).toBe(false);
  });

  it('is held anew by what its going out brings about, and goes out the next time', async () => {
    const writes = new GatheredWrites();
    const connection = new Connection(writes);
    writes.hold(connection);
    connection.transport.once('ready', () => {
      writes.hold(connection);
      connection.send('later');
    });
    await turn();
    expect(connection.stream.writes).toEqual([]);
    await turn();
    expect(connection.stream.writes).toEqual(['later']);
  });
});

/** Two pages in one space, and how long a message takes from the one to the other. */
import type { Browser } from 'playwright-core';
import { median } from '../server-scale/spread.ts';
import { MeasuredPage } from './measured-page.ts';

/** About what a short message weighs on the wire. */
const PACKET_BYTES = 180;
/** How fast a person's last keystrokes are, ms: what typing sets off has passed when Enter is pressed. */
const LAST_KEYS_MS = 80;

export class PagePair {
  readonly writer: MeasuredPage;
  readonly reader: MeasuredPage;
  #packets = 0;
  #texts = 0;

  private constructor(writer: MeasuredPage, reader: MeasuredPage) {
    this.writer = writer;
    this.reader = reader;
  }

  /** Resolves once the two are linked, directly or by the server, and a bare channel is open between them as well. */
  static async meet(
    browsers: readonly [Browser, Browser],
    url: string,
    path: 'direct' | 'relayed',
  ): Promise<PagePair> {
    const [writer, reader] = await Promise.all([
      MeasuredPage.open(browsers[0], path === 'direct'),
      MeasuredPage.open(browsers[1], path === 'direct'),
    ]);
    await writer.comesTo(url, 'Ada');
    await writer.createsSpace('Lyre Street');
    await reader.comesTo(await writer.invites(), 'Ben');
    await reader.isIn();
    await Promise.all([writer.isTied('Ben', path), reader.isTied('Ada', path)]);
    const pair = new PagePair(writer, reader);
    await pair.#openBareChannel();
    return pair;
  }

  /** From Enter in the one page to the message in the other's DOM, by each page's own clock, ms. */
  async message(): Promise<number> {
    const text = `Message ${++this.#texts} of this pair, about as long as people write them.`;
    await this.writer.types(text);
    await this.writer.page.waitForTimeout(LAST_KEYS_MS * (0.5 + Math.random()));
    await this.writer.pressesEnter();
    await this.reader.sees(text);
    const entered = await this.writer.page.evaluate((it) => pageProbe.entered.get(it), text);
    const shown = await this.reader.page.evaluate((it) => pageProbe.shown.get(it), text);
    if (entered === undefined || shown === undefined) throw new Error(`"${text}" was not seen.`);
    return shown - entered;
  }

  /** One packet over the bare channel each way, by each page's own clock, ms. */
  async packets(): Promise<{ readonly there: number; readonly back: number }> {
    const there = await this.#packet(this.writer, this.reader);
    const back = await this.#packet(this.reader, this.writer);
    return { there, back };
  }

  async #packet(from: MeasuredPage, to: MeasuredPage): Promise<number> {
    const number = ++this.#packets;
    await from.page.evaluate(([packet, bytes]) => pageProbe.sendPacket(packet, bytes), [
      number,
      PACKET_BYTES,
    ] as const);
    await to.page.waitForFunction((packet) => pageProbe.packetsIn.has(packet), number, {
      polling: 20,
    });
    const left = await from.page.evaluate((packet) => pageProbe.packetsOut.get(packet), number);
    const came = await to.page.evaluate((packet) => pageProbe.packetsIn.get(packet), number);
    if (left === undefined || came === undefined) throw new Error('A bare packet was lost.');
    return came - left;
  }

  async #openBareChannel(): Promise<void> {
    const [from, to] = [this.writer.page, this.reader.page];
    const offer = await from.evaluate(() => pageProbe.offer());
    const answer = await to.evaluate((description) => pageProbe.answer(description), offer);
    await from.evaluate((description) => pageProbe.accept(description), answer);
    for (const page of [from, to]) await page.waitForFunction(() => pageProbe.isOpen(), undefined);
  }
}

/** How far the reader's clock is ahead of the writer's, ms: both ways of the bare channel take the same time but for it. */
export function skewOf(packets: readonly { readonly there: number; readonly back: number }[]) {
  return (median(packets.map((p) => p.there)) - median(packets.map((p) => p.back))) / 2;
}

/** What a peer without a browser prints: one JSON object a line, `is` says of what. `README.md` has them all. */
import type { ImportView } from '../engine/archive-view.ts';
import type { Received, View } from '../engine/view.ts';
import type { LinksStatus } from '../mesh/links-port.ts';

type Line = { readonly is: string } & Readonly<Record<string, unknown>>;

export class JsonLines {
  readonly #write: (text: string) => void;
  /** What was said last of each thing: what has not changed is not said again. */
  readonly #told = new Map<string, string>();

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  received({ space, channel, channelName, message }: Received): void {
    const { id, author, authorName, own, text, at } = message;
    this.#line({
      is: 'message',
      space,
      channel,
      channelName,
      id,
      author,
      authorName,
      own,
      text,
      at,
    });
  }

  invite(space: string, name: string, link: string, expires: number): void {
    this.#line({ is: 'invite', space, name, link, expires });
  }

  exported(space: string, file: string, bytes: number): void {
    this.#line({ is: 'exported', space, file, bytes });
  }

  imported(file: string, imported: ImportView): void {
    this.#line({ is: 'imported', file, ...imported });
  }

  /** Whatever is new in it. */
  view({ spaces, timeline }: Pick<View, 'spaces' | 'timeline'>): void {
    for (const { id, name, state, here, trouble } of spaces)
      this.#tell(`space ${id}`, { is: 'space', space: id, name, state, here, trouble });
    for (const { id, delivery } of timeline?.messages ?? [])
      if (delivery !== undefined) this.#tell(`delivery ${id}`, { is: 'delivery', id, delivery });
  }

  /** The same of servers and links. */
  links({ servers, links }: LinksStatus): void {
    for (const { url, state, problem } of servers)
      this.#tell(`server ${url}`, { is: 'server', server: url, state, problem });
    for (const { peer, path } of links) this.#tell(`link ${peer}`, { is: 'link', peer, path });
  }

  #tell(what: string, line: Line): void {
    const text = JSON.stringify(line);
    if (this.#told.get(what) === text) return;
    this.#told.set(what, text);
    this.#write(`${text}\n`);
  }

  #line(line: Line): void {
    this.#write(`${JSON.stringify(line)}\n`);
  }
}

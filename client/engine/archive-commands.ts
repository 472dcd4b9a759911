/** Commands that write a space into a file, and take one up from a file. */
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import { systemClock } from '../mesh/clock.ts';
import { recordFrom, takeIn } from '../space/archive/archive-import.ts';
import { blobAsFile } from '../space/archive/file-bytes.ts';
import { readableText, UTC } from '../space/archive/readable-text.ts';
import {
  MIN_PASSPHRASE,
  openSealedFile,
  sealFile,
  type Unopened,
  unopened,
} from '../space/archive/sealed-file.ts';
import {
  type ArchivedSpace,
  type ArchiveReader,
  archiveOf,
  heldOf,
  openArchive,
} from '../space/archive/space-archive.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { FileView, FileWorkView, ImportView } from './archive-view.ts';
import { Breath } from './breath.ts';
import type { CommandContext } from './command-context.ts';
import { readableSpace } from './readable-space.ts';
import { notFound, troubled } from './trouble.ts';
import type { Result, Trouble } from './view.ts';

/** Of the time a file takes, what its passphrase's key does, about. */
const KEY_SHARE = 0.5;
/** In so many steps the share that is done is shown. */
const STEPS = 20;
/** So many pieces of a file are put together before more are made: a browser may put them on disk then. */
const PIECES = 64;

export class ArchiveCommands {
  readonly #context: CommandContext;
  readonly #work = new Set<{ -readonly [K in keyof FileWorkView]: FileWorkView[K] }>();

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /** What is under way. */
  get work(): readonly FileWorkView[] {
    return [...this.#work].map((work) => ({ ...work }));
  }

  async exportSpace(input: { space: SpaceId; passphrase: string }): Promise<Result<FileView>> {
    const space = this.#context.o.shelf.get(input.space);
    if (!space) return notFound();
    const { passphrase } = input;
    if (passphrase.length < MIN_PASSPHRASE)
      return troubled(
        'not-allowed',
        `Choose a passphrase of at least ${MIN_PASSPHRASE} characters.`,
      );
    return this.#during({ does: 'export', space: input.space, share: 0 }, (tell) =>
      this.#context.attempt(async () => {
        const archived = asHeldNow(space);
        const key = (share: number) => tell(KEY_SHARE * share);
        const records = counted(archiveOf(archived), sizeOf(archived), (share) =>
          tell(KEY_SHARE + (1 - KEY_SHARE) * share),
        );
        const cost = this.#context.o.passphraseCost;
        const sealed = sealFile({ purpose: 'space', passphrase, cost, onProgress: key }, records);
        return this.#file(space, await gathered(sealed, 'application/octet-stream'), 'snug');
      }),
    );
  }

  async exportText(input: { space: SpaceId }): Promise<Result<FileView>> {
    const space = this.#context.o.shelf.get(input.space);
    if (!space) return notFound();
    return this.#during({ does: 'export', space: input.space, share: 0 }, (tell) =>
      this.#context.attempt(async () => {
        const text = readableText(readableSpace(space, this.#context.o.now(), tell), UTC);
        return this.#file(space, await gathered(text, 'text/markdown;charset=utf-8'), 'md');
      }),
    );
  }

  async importSpace(input: { file: Blob; passphrase: string }): Promise<Result<ImportView>> {
    return this.#during({ does: 'import', share: 0 }, async (tell, work) => {
      const opened = await openSealedFile(blobAsFile(input.file), {
        purpose: 'space',
        passphrase: input.passphrase,
        onProgress: (share) => tell(KEY_SHARE * share),
      });
      if (!opened.ok) return whyNot(opened);
      const breath = new Breath(systemClock);
      const archive = await openArchive({
        next: async () => {
          await breath.taken();
          const chunk = await opened.reader.next();
          tell(KEY_SHARE + (1 - KEY_SHARE) * opened.reader.progress);
          return chunk;
        },
      });
      if (!archive) return whyNot(unopened('damaged'));
      work.space = archive.head.id;
      return this.#context.attempt(() => this.#takeUp(archive));
    });
  }

  /** What is in by the time that the store fails stays, and a second try goes on from there. */
  async #takeUp(archive: ArchiveReader): Promise<ImportView> {
    const { shelf, device, meetings, now, show, compare } = this.#context.o;
    const { id } = archive.head;
    // Until all of it is in nobody is met and nothing is written there: what this device once wrote may be in the file.
    if (!shelf.get(id))
      await shelf.add({ ...recordFrom(archive.head), state: 'archive' }, async () => {});
    const space = shelf.get(id);
    if (!space) throw new Error('A space that was taken up is not there.');
    const imported = await takeIn(space, archive, device.peerId, now());
    if (space.record.state === 'archive' && imported.listed) {
      space.record.state = 'open';
      await space.save();
      await meetings.join(space);
      await meetings.refocus(shelf);
    }
    // None of it was pushed, entry by entry: whoever lacks some of it is found by comparing.
    compare(space);
    show('now');
    return { space: id, name: this.#nameOf(space), ...imported };
  }

  #nameOf(space: Space): string {
    const { now } = this.#context.o;
    return settingsOf(space.settings, space.membership, now()).name ?? space.record.name;
  }

  #file(space: Space, file: Blob, ending: string): FileView {
    const day = UTC.day(this.#context.o.now());
    return { name: `${fileNameOf(this.#nameOf(space))}-${day}.${ending}`, file };
  }

  /** While `work` is under way, it is shown how far it is. */
  async #during<T>(
    view: FileWorkView,
    run: (
      tell: (share: number) => void,
      work: { -readonly [K in keyof FileWorkView]: FileWorkView[K] },
    ) => Promise<T>,
  ): Promise<T> {
    const { show } = this.#context.o;
    const work = { ...view };
    this.#work.add(work);
    show('now');
    try {
      return await run((share) => {
        const step = Math.floor(Math.min(share, 1) * STEPS) / STEPS;
        if (step <= work.share) return;
        work.share = step;
        // While a key is made no timer has its turn on this thread: it is told at once or not at all.
        show('now');
      }, work);
    } finally {
      this.#work.delete(work);
      show('soon');
    }
  }
}

const CODES: Readonly<Record<Unopened['reason'], Trouble['code']>> = {
  'not-ours': 'bad-file',
  version: 'other-version',
  purpose: 'bad-file',
  'too-costly': 'bad-file',
  damaged: 'bad-file',
  'wrong-passphrase': 'wrong-passphrase',
};

function whyNot({ reason, message }: Unopened) {
  return troubled(CODES[reason], message);
}

/** What is held at this moment: entries that come while it is written could need others that have been passed already. */
function asHeldNow(space: Space): ArchivedSpace {
  const held = heldOf(space);
  const documents = [...held.documents];
  const entries = new Map(documents.map((address) => [address, [...space.log(address).entries]]));
  return { ...held, documents, entriesOf: (address) => entries.get(address) ?? [] };
}

/** Bytes of the entries, about what they take in a file. */
function sizeOf({ documents, entriesOf }: ReturnType<typeof asHeldNow>): number {
  let size = 0;
  for (const address of documents) {
    const entries = entriesOf(address);
    if (entries instanceof Promise) continue;
    for (const { bytes, deps } of entries) size += bytes.length + deps.length * 34;
  }
  return size;
}

async function* counted(
  records: AsyncIterable<Uint8Array>,
  size: number,
  tell: (share: number) => void,
): AsyncGenerator<Uint8Array> {
  let written = 0;
  for await (const record of records) {
    yield record;
    written += record.length;
    tell(size === 0 ? 1 : written / size);
  }
}

/** Puts the pieces of a file together, and lets everything else have its turn meanwhile. */
async function gathered(
  pieces: AsyncIterable<Uint8Array> | Iterable<string>,
  type: string,
): Promise<Blob> {
  const breath = new Breath(systemClock);
  let whole: BlobPart[] = [];
  for await (const piece of pieces) {
    whole.push(typeof piece === 'string' ? piece : piece.slice());
    if (whole.length >= PIECES) whole = [new Blob(whole)];
    await breath.taken();
  }
  return new Blob(whole, { type });
}

/** Letters and digits that any file system takes. */
function fileNameOf(name: string): string {
  const safe = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-');
  return Array.from(safe.replace(/^-|-$/g, '')).slice(0, 40).join('') || 'space';
}

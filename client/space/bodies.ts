/** What the sealed entries say: each is opened when it is let in, or when its epoch's secret is found. */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import { type Body, decodeBody, openBody } from '@snug/shared/entries/body.ts';
import { decodeEntry, SORT } from '@snug/shared/entries/entry.ts';
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import { Chain, type Opened } from './chain.ts';
import type { DocumentLog, LoggedEntry } from './document-log.ts';
import type { EpochSecrets } from './epoch-secrets.ts';
import type { OpeningSecret, Unsealed } from './inspection.ts';
import type { HeldEpoch } from './space-record.ts';

/** An entry of a channel that could be opened. */
export interface OpenedInChannel {
  readonly channel: ChannelId;
  readonly opened: Opened;
}

export class Bodies {
  /** Sealed entries of the space document: names, profiles, settings. */
  readonly settings = new Chain();
  readonly #secrets: EpochSecrets;
  readonly #channels = new Map<ChannelId, Chain>();
  readonly #sealed = new Set<{ readonly log: DocumentLog; readonly entry: LoggedEntry }>();
  readonly #news: OpenedInChannel[] = [];
  /** Found since secrets were last found. */
  readonly #byHint = new Map<string, HeldEpoch>();
  #unreadable = 0;

  constructor(secrets: EpochSecrets) {
    this.#secrets = secrets;
  }

  channel(id: ChannelId): Chain {
    const held = this.#channels.get(id);
    if (held) return held;
    const fresh = new Chain();
    this.#channels.set(id, fresh);
    return fresh;
  }

  /** How many could not be opened as what they claim to be, by a secret that is held. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** What of the channels has been opened since this was last asked. */
  takeNews(): readonly OpenedInChannel[] {
    return this.#news.splice(0);
  }

  /** @param unsealed what is sealed in it, where it has been opened already */
  take(log: DocumentLog, entry: LoggedEntry, unsealed?: Unsealed): void {
    if (entry.entry.sort !== SORT.body) return;
    if (!this.#open(log, entry, unsealed)) this.#sealed.add({ log, entry });
  }

  /** The secrets that open these, as far as they are held. */
  secretsFor(entries: readonly { readonly bytes: Uint8Array }[]): readonly OpeningSecret[] {
    const hints = new Map<string, Uint8Array>();
    for (const { bytes } of entries) {
      const entry = decodeEntry(bytes);
      if (entry?.sort === SORT.body) hints.set(toHex(entry.hint), entry.hint);
    }
    return [...hints.values()].flatMap((hint) => {
      const content = this.#epochOf(hint)?.content;
      return content ? [{ hint, content }] : [];
    });
  }

  /** Secrets were found: what waited for them is tried again. */
  retry(): void {
    this.#byHint.clear();
    for (const waiting of this.#sealed)
      if (this.#open(waiting.log, waiting.entry)) this.#sealed.delete(waiting);
  }

  #epochOf(hint: Uint8Array): HeldEpoch | undefined {
    const name = String.fromCharCode(...hint);
    const epoch = this.#byHint.get(name) ?? this.#secrets.byHint(hint);
    if (epoch) this.#byHint.set(name, epoch);
    return epoch;
  }

  /** True when there is nothing more to try: opened, or damaged inside. */
  #open(log: DocumentLog, { entry, deps, id, author }: LoggedEntry, unsealed?: Unsealed): boolean {
    const { hint, device, body: sealed } = entry;
    const contentSecret = unsealed === undefined ? this.#epochOf(hint)?.content : undefined;
    if (unsealed === undefined && !contentSecret) return false;
    const place = { documentId: log.id, device, deps, sealed };
    let body: Body | undefined;
    if (contentSecret) body = openBody({ contentSecret, ...place });
    else if (unsealed instanceof Uint8Array) body = decodeBody(unsealed);
    if (!body) {
      this.#unreadable++;
      return true;
    }
    const opened: Opened = { id, author, body };
    if (log.address.kind === 'space') this.settings.add(opened);
    else if (log.address.kind === 'segment') {
      const { channel } = log.address;
      this.channel(channel).add(opened);
      this.#news.push({ channel, opened });
    }
    return true;
  }
}

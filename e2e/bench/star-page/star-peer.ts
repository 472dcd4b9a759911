/** A peer whose space is one Automerge document on a server. It joins and shows; nothing else is asked of it. */
import { CommandsByName, type Input } from '@snug/client/browser/commands-by-name.ts';
import type { Commands, Peer, Result, View } from '@snug/client/engine/view.ts';
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { FromStar, ToStar } from './star-port.ts';

const NAME = 'star name';
const NO_LINKS = { servers: [], links: [], signaling: { bytesIn: 0, bytesOut: 0 } };

const Named = v.object({ name: v.string() });
const Invited = v.object({ invite: v.string() });

const done = { ok: true, value: null } as const;
const no: Result<never> = {
  ok: false,
  trouble: { code: 'not-allowed', message: 'This page only shows what is there.' },
};

export class StarPeer extends CommandsByName implements Peer {
  readonly #worker = new Worker(new URL('./star-worker.ts', import.meta.url), { type: 'module' });
  readonly #listeners = new Set<(view: View) => void>();
  readonly #document: string;
  #view: View = { phase: 'starting', spaces: [], links: NO_LINKS };

  constructor(address: URLSearchParams) {
    super();
    this.#document = address.get('document') ?? '';
    this.#worker.onmessage = ({ data }: MessageEvent<FromStar>) => {
      this.#view = { ...data.view, links: NO_LINKS };
      for (const listener of this.#listeners) listener(this.#view);
    };
    this.#worker.onerror = (event) => console.error(event.message);
    this.#tell({
      do: 'start',
      server: address.get('server') ?? '',
      name: localStorage.getItem(NAME) ?? undefined,
    });
  }

  get view(): View {
    return this.#view;
  }

  subscribe(listener: (view: View) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  protected call<N extends keyof Commands>(name: N, input: Input<N>): ReturnType<Commands[N]> {
    // What answers a call of this name answers it as `Commands` says.
    return this.#answer(name, input) as ReturnType<Commands[N]>;
  }

  async #answer(name: keyof Commands, input: unknown): Promise<Result<unknown>> {
    if (name === 'setName') return this.#named(v.parse(Named, input).name);
    if (name === 'joinSpace') return this.#join(v.parse(Invited, input).invite);
    return name === 'markRead' || name === 'typing' ? done : no;
  }

  protected keeping(): void {}

  #named(name: string): Result<null> {
    localStorage.setItem(NAME, name);
    this.#tell({ do: 'name', name });
    return done;
  }

  #join(invite: string): Result<{ space: SpaceId }> {
    const parsed = parseInviteLink(invite);
    if (!parsed.ok) return { ok: false, trouble: { code: 'bad-invite', message: parsed.message } };
    const { space, name } = parsed.invite;
    this.#tell({ do: 'join', space, title: name, document: this.#document });
    return { ok: true, value: { space } };
  }

  async watch(input: Parameters<Commands['watch']>[0]) {
    if (input) this.#tell({ do: 'watch', newest: input.newest });
    return done;
  }

  async wipe() {
    return no;
  }

  async keepForGood() {
    return false;
  }

  readonly hidesAddress = false;

  hideAddress() {
    return false;
  }

  async close(): Promise<void> {
    this.#worker.terminate();
  }

  #tell(message: ToStar): void {
    this.#worker.postMessage(message);
  }
}

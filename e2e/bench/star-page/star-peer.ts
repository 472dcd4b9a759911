/** A peer whose space is one Automerge document on a server. It joins and shows; nothing else is asked of it. */
import type { Commands, Peer, Result, View } from '@snug/client/engine/view.ts';
import { parseInviteLink } from '@snug/shared/entries/invite.ts';
import type { FromStar, ToStar } from './star-port.ts';

const NAME = 'star name';
const NO_LINKS = { servers: [], links: [], signaling: { bytesIn: 0, bytesOut: 0 } };

type Input<N extends keyof Commands> = Parameters<Commands[N]>[0];

const done = { ok: true, value: null } as const;
const no: Result<never> = {
  ok: false,
  trouble: { code: 'not-allowed', message: 'This page only shows what is there.' },
};

export class StarPeer implements Peer {
  readonly #worker = new Worker(new URL('./star-worker.ts', import.meta.url), { type: 'module' });
  readonly #listeners = new Set<(view: View) => void>();
  readonly #document: string;
  #view: View = { phase: 'starting', spaces: [], links: NO_LINKS };

  constructor(address: URLSearchParams) {
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

  async setName({ name }: Input<'setName'>) {
    localStorage.setItem(NAME, name);
    this.#tell({ do: 'name', name });
    return done;
  }

  async joinSpace({ invite }: Input<'joinSpace'>): ReturnType<Commands['joinSpace']> {
    const parsed = parseInviteLink(invite);
    if (!parsed.ok) return { ok: false, trouble: { code: 'bad-invite', message: parsed.message } };
    const { space, name } = parsed.invite;
    this.#tell({ do: 'join', space, title: name, document: this.#document });
    return { ok: true, value: { space } };
  }

  async watch(input: Input<'watch'>) {
    if (input) this.#tell({ do: 'watch', newest: input.newest });
    return done;
  }

  async close(): Promise<void> {
    this.#worker.terminate();
  }

  markRead = async () => done;
  typing = async () => done;
  createSpace = async () => no;
  invite = async () => no;
  leaveSpace = async () => no;
  setServers = async () => no;
  createChannel = async () => no;
  say = async () => no;

  #tell(message: ToStar): void {
    this.#worker.postMessage(message);
  }
}

/** The star's engine: Automerge and automerge-repo as their authors put them together, without storage, in a worker. */
import { type DocHandle, isValidAutomergeUrl, Repo } from '@automerge/automerge-repo';
import { WebSocketClientAdapter } from '@automerge/automerge-repo-network-websocket';
import { automergeReady } from '@snug/client/browser/automerge-browser.ts';
import type { MemberView, MessageView, SpaceView } from '@snug/client/engine/view.ts';
import { sha256, toBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { ChannelId, EntryId, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { FromStar, ToStar } from './star-port.ts';

/** As the load test's star has it. */
interface Channel {
  readonly messages: readonly unknown[];
}

const peerNamed = (name: string): PeerId => peerIdFromPublicKey(sha256(utf8(name)));
const CHANNEL = v.parse(ChannelId, toBase64url(sha256(utf8('channel')).slice(0, 16)));
const WRITER = 'Ada';

let name: string | undefined;
let newest = 0;
let repo: Repo | undefined;
let joined: Pick<SpaceView, 'id' | 'name'> | undefined;
let handle: DocHandle<Channel> | undefined;

const member = (of: string, you: boolean): MemberView => ({
  account: peerNamed(of),
  devices: [peerNamed(of)],
  name: of,
  you,
  role: 'member',
  tie: 'relayed',
});

function message(text: unknown, index: number): MessageView {
  return {
    id: v.parse(EntryId, toBase64url(sha256(utf8(`message ${index}`)))),
    author: peerNamed(WRITER),
    authorName: WRITER,
    own: false,
    text: String(text),
    at: Date.now(),
    farOff: false,
  };
}

function show(): void {
  const me = name ?? '';
  const spaces = joined && [
    {
      ...joined,
      state: handle ? 'open' : 'joining',
      you: 'member',
      mayInvite: false,
      mayOpenChannels: false,
      servers: [],
      members: [member(me, true), member(WRITER, false)],
      channels: handle ? [{ id: CHANNEL, name: 'hearth', topic: '', unread: false }] : [],
      here: 2,
    } satisfies SpaceView,
  ];
  const messages = handle?.doc().messages ?? [];
  const view: FromStar['view'] = {
    phase: name === undefined ? 'first-run' : 'ready',
    device: { peer: peerNamed(me), leads: true, storage: 'kept', ...(name ? { name } : {}) },
    spaces: spaces ?? [],
    ...(joined && handle && newest > 0
      ? {
          timeline: {
            space: joined.id,
            channel: CHANNEL,
            messages: messages.slice(-newest).map(message),
            pointers: [],
            pending: [],
            gaps: [],
            typing: [],
            more: messages.length > newest,
          },
        }
      : {}),
  };
  postMessage({ view } satisfies FromStar);
}

async function handleMessage(told: ToStar): Promise<void> {
  switch (told.do) {
    case 'start':
      name = told.name;
      show();
      await automergeReady();
      repo = new Repo({ network: [new WebSocketClientAdapter(told.server)] });
      return;
    case 'name':
      name = told.name;
      return show();
    case 'watch':
      newest = told.newest;
      return show();
    case 'join': {
      joined = { id: told.space, name: told.title };
      show();
      if (!isValidAutomergeUrl(told.document)) throw new Error('No document in the address.');
      await automergeReady();
      handle = await repo?.find<Channel>(told.document);
      handle?.on('change', show);
      show();
    }
  }
}

addEventListener('message', ({ data }: MessageEvent<ToStar>) => {
  handleMessage(data).catch((error: unknown) => console.error(error));
});

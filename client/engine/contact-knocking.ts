/** Knocking at the inbox of somebody whose contact card one was given, until their own device says that it has heard. */
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { inboxSignalKeyFor, inboxTopicFor } from '@snug/shared/crypto/topic.ts';
import { sealNote } from '@snug/shared/entries/sealed-note.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { LinksCommand } from '../mesh/links-port.ts';
import type { Space } from '../space/space.ts';
import type { CommandContext } from './command-context.ts';
import { noteOf } from './direct-telling.ts';

export class ContactKnocking {
  readonly #context: CommandContext;
  readonly #links: (command: LinksCommand) => void;

  constructor(context: CommandContext, links: (command: LinksCommand) => void) {
    this.#context = context;
    this.#links = links;
  }

  /** Goes on with what was begun before. */
  async begin(): Promise<void> {
    for (const space of this.#context.o.shelf)
      if (space.record.direct?.knock) await this.knock(space);
  }

  /** Knocks for a conversation that has a knock to make. Rejects as `CommandContext.acts`. */
  async knock(space: Space): Promise<void> {
    const knock = space.record.direct?.knock;
    if (!knock) return;
    const { device } = this.#context.o;
    const { name = '' } = this.#context;
    const topic = inboxTopicFor(knock.inbox);
    const note = await sealNote({
      note: { ...(await noteOf(this.#context, space)), from: { name, text: knock.text } },
      from: device.publicKey,
      to: { device: knock.device, sealing: knock.sealing },
      place: fromBase64url(topic),
    });
    this.#links({
      do: 'join',
      spec: {
        topic,
        signalKey: inboxSignalKeyFor(knock.inbox),
        servers: knock.servers,
        initiate: 'knock',
        allowed: [peerIdFromPublicKey(knock.device)],
        note,
      },
    });
  }

  /** Somebody at an inbox has answered. Only the device of the card is believed: anybody who holds the card may wait there. */
  async answered(topic: Topic, peer: PeerId, reason: string): Promise<void> {
    if (reason !== 'heard') return;
    const space = this.#context.o.shelf.find(({ record }) => {
      const knock = record.direct?.knock;
      return (
        knock !== undefined &&
        inboxTopicFor(knock.inbox) === topic &&
        peerIdFromPublicKey(knock.device) === peer
      );
    });
    if (space) await this.stop(space);
  }

  /** No more, whether heard or not. Rejects with `StoreError`. */
  async stop(space: Space): Promise<void> {
    const { direct } = space.record;
    if (!direct?.knock) return;
    this.#links({ do: 'leave', topic: inboxTopicFor(direct.knock.inbox) });
    delete direct.knock;
    await space.save();
    this.#context.o.show('soon');
  }
}

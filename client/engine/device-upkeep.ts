/**
 * Sees to it that all devices of a person are in all of their spaces: each says which spaces it is in, those that are not in one agree
 * to be listed there, and one that is lists them. All of it is told as facts of the own-devices space, so nobody has to be there at once.
 */
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { deviceConsent } from '@snug/shared/entries/acts.ts';
import { type ChannelId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { admitDevice, type Consent } from '../own/admitting.ts';
import {
  CONSENT,
  compareRead,
  consentKey,
  PETNAME,
  READ_POSITION,
  SETTING,
  SPACE,
} from '../own/fact-kinds.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { SpaceRecord } from '../space/space-record.ts';
import type { CommandContext } from './command-context.ts';
import { DISPLAY_NAME, NAME_KEY } from './display-name.ts';

/** Those further down the list of devices wait so long for those before them, ms a place: one is enough. */
const TURN_MS = 4_000;
/** From one telling of how far a channel has been read to the next, ms. */
const READ_MS = 20_000;

export class DeviceUpkeep {
  readonly #context: CommandContext;
  #due = true;
  #busy = false;
  /** When others were told last how far a channel has been read, ms. */
  readonly #told = new Map<ChannelId, number>();
  /** When each consent was first seen here, ms. */
  readonly #seen = new Map<string, number>();

  constructor(context: CommandContext) {
    this.#context = context;
  }

  /** Something of a space has changed. */
  changed(): void {
    this.#due = true;
  }

  /** To be called every second or so. */
  tick(): void {
    const own = this.#context.o.shelf.own;
    if (!this.#due || this.#busy || !own) return;
    if (![...this.#context.o.shelf].every((space) => space.isWhole)) return;
    this.#due = false;
    this.#busy = true;
    void this.#run(own)
      .catch((problem: unknown) => this.#context.failed(problem))
      .finally(() => {
        this.#busy = false;
      });
  }

  async #run(own: Space): Promise<void> {
    await this.#mergeFormer(own);
    await this.#tellSpaces();
    await this.#adoptName();
    await this.#comeInto(own);
    await this.#syncRead();
    await this.#letIn(own);
  }

  /** The account under which this device is in a space that can be written in. */
  #accountIn(space: Space): string | undefined {
    const { device } = this.#context.o;
    return space.record.state === 'open' && !space.isOut
      ? space.membership.devices.get(device.peerId)?.account
      : undefined;
  }

  async #tellSpaces(): Promise<void> {
    const { facts, o } = this.#context;
    for (const space of o.shelf.shown) {
      const account = this.#accountIn(space);
      const { id, lobby, servers } = space.record;
      if (account === undefined || facts.get(SPACE, id)) continue;
      const name = settingsOf(space.settings, space.membership, o.now()).name ?? space.record.name;
      await facts.put(SPACE, id, { name, lobby, servers: servers.slice(0, 3), account });
    }
  }

  async #adoptName(): Promise<void> {
    const { facts, o } = this.#context;
    const { name } = this.#context;
    if (name !== undefined && facts.get(SETTING, DISPLAY_NAME) === undefined)
      await facts.putFirst(SETTING, DISPLAY_NAME, name);
    // A petname's schema is that of any name that people may have.
    const parsed = v.safeParse(PETNAME.value, facts.get(SETTING, DISPLAY_NAME));
    if (!parsed.success || parsed.output === this.#context.name) return;
    await o.store.put(NAME_KEY, parsed.output);
    this.#context.name = parsed.output;
    o.show('soon');
  }

  /** What was read on any device has been read on all. */
  async #syncRead(): Promise<void> {
    const { facts, o } = this.#context;
    const all = facts.all(READ_POSITION);
    for (const space of o.shelf.shown)
      for (const channel of space.membership.channels) {
        const { read } = space.record;
        const [here, there] = [read[channel], all.get(channel)?.value];
        const ahead = compareRead(here, there);
        if (ahead < 0 && there) {
          read[channel] = there;
          o.shelf.saveSoon(space);
          o.show('soon');
        } else if (ahead > 0 && here && this.#mayTell(channel)) {
          await facts.put(READ_POSITION, channel, here);
        }
      }
  }

  /** Each is an entry that all devices keep: somebody who reads along is told of now and then. */
  #mayTell(channel: ChannelId): boolean {
    const now = this.#context.o.now();
    if (now >= (this.#told.get(channel) ?? 0) + READ_MS) {
      this.#told.set(channel, now);
      return true;
    }
    this.#due = true;
    return false;
  }

  /** Agrees to be listed in every space of this person's that is not held here, and asks for it. */
  async #comeInto(own: Space): Promise<void> {
    const { facts, o } = this.#context;
    for (const [key, { value }] of facts.all(SPACE)) {
      const id = v.safeParse(SpaceId, key);
      const held = id.success ? o.shelf.get(id.output) : undefined;
      if (!id.success || (held && held.record.state !== 'archive')) continue;
      const consent = await deviceConsent(id.output, o.device, value.account);
      await facts.put(CONSENT, consentKey(id.output, o.device.peerId), {
        ...consent,
      });
      await this.enter(
        {
          id: id.output,
          name: value.name,
          lobby: value.lobby,
          servers: value.servers.length > 0 ? [...value.servers] : [...own.record.servers],
          epochs: held?.record.epochs ?? [],
          read: held?.record.read ?? {},
          unheld: [],
        },
        [...own.membership.devices.keys()].filter((peer) => peer !== o.device.peerId),
      );
    }
  }

  /** Takes up a space in which this device is, or is going to be, listed by these. Rejects with `StoreError`. */
  async enter(record: Omit<SpaceRecord, 'state'>, vouching: readonly PeerId[]): Promise<void> {
    const { shelf, meetings, linked, compareAll, show } = this.#context.o;
    const joining = { ...record, state: 'joining' as const, vouching: [...vouching] };
    await shelf.add(joining, (space) => {
      for (const peer of linked()) if (vouching.includes(peer)) space.welcomers.add(peer);
      return meetings.join(space);
    });
    compareAll();
    show('soon');
  }

  /** Lists the devices that have agreed, where nobody has yet. */
  async #letIn(own: Space): Promise<void> {
    const { facts, o } = this.#context;
    for (const [key, { value }] of facts.all(CONSENT)) {
      const id = v.safeParse(SpaceId, key.split(' ')[0]);
      const space = id.success ? o.shelf.get(id.output) : undefined;
      const peer = peerIdFromPublicKey(value.device);
      if (!space || space === own || key !== consentKey(space.record.id, peer)) continue;
      // Whoever has been taken off a list, here or there, does not come back by what was agreed before.
      if (!own.membership.devices.has(peer) || space.membership.everListed.has(peer)) continue;
      if (this.#accountIn(space) !== value.account || !this.#isMyTurn(space, value, key)) continue;
      await admitDevice(space, value);
    }
  }

  #isMyTurn(space: Space, { account }: Consent, key: string): boolean {
    const { device, now } = this.#context.o;
    const seen = this.#seen.get(key) ?? now();
    this.#seen.set(key, seen);
    const own = [...space.membership.devices.values()].filter((one) => one.account === account);
    const place = own.findIndex(({ peer }) => peer === device.peerId);
    if (now() >= seen + place * TURN_MS) return true;
    this.#due = true;
    return false;
  }

  /** What this device knew before it was linked goes on with the others' facts, which count where both say something. */
  async #mergeFormer(own: Space): Promise<void> {
    const { facts, o } = this.#context;
    for (const former of o.shelf) {
      if (!former.record.own || former === own || former.record.state !== 'open') continue;
      await facts.takeOver(former, ABOUT_DEVICES);
      o.meetings.leave(former);
      await o.shelf.remove(former);
    }
  }
}

const ABOUT_DEVICES: ReadonlySet<string> = new Set(['space', 'consent', 'device']);

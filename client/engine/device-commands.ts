/** Commands about a person's own devices. */
import { fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { deviceConsent } from '@snug/shared/entries/acts.ts';
import { parseDeviceLink } from '@snug/shared/entries/device-link.ts';
import { DisplayName } from '@snug/shared/entries/text.ts';
import { type PeerId, SpaceId, type Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { admitDevice } from '../own/admitting.ts';
import { DEVICE } from '../own/fact-kinds.ts';
import { MAX_LINKED_SPACES, type Welcome } from '../own/linking-messages.ts';
import { DEVICES } from '../space/membership/membership.ts';
import { remove } from '../space/membership-acts.ts';
import type { Space } from '../space/space.ts';
import type { CommandContext } from './command-context.ts';
import { type Admission, DeviceLinking } from './device-linking.ts';
import { DeviceUpkeep } from './device-upkeep.ts';
import { deviceViews } from './device-view.ts';
import { NAME_KEY } from './display-name.ts';
import { badText, troubled } from './trouble.ts';
import type { EngineView, Result } from './view.ts';

export class DeviceCommands {
  readonly #context: CommandContext;
  readonly #linking: DeviceLinking;
  readonly #upkeep: DeviceUpkeep;

  constructor(context: CommandContext) {
    this.#context = context;
    const { o } = context;
    this.#upkeep = new DeviceUpkeep(context);
    context.onRead = () => this.#upkeep.changed();
    this.#linking = new DeviceLinking({
      device: o.device,
      page: o.page,
      server: o.server,
      now: o.now,
      randomBytes: o.randomBytes,
      links: o.links,
      isLinked: (peer) => [...o.linked()].includes(peer),
      say: o.sayLinking,
      admit: (admission) => this.#admit(admission),
      consent: (welcome) => this.#consent(welcome),
      enter: (welcome, old) => this.#enter(welcome, old),
      isIn: () => (o.shelf.own?.membership.devices.size ?? 0) > 1,
      onChange: () => o.show('now'),
      onProblem: (problem) => context.failed(problem),
    });
  }

  // What comes of them

  get view(): Pick<EngineView, 'devices' | 'linking'> {
    const { shelf, reach, now } = this.#context.o;
    const { own } = shelf;
    const devices = own ? deviceViews(own, reach(own), now()) : [];
    const linking = this.#linking.view;
    return { ...(devices.length > 0 ? { devices } : {}), ...(linking ? { linking } : {}) };
  }

  // What the links say

  objection(topic: Topic, peer: PeerId): { allow: boolean; reason?: string } | undefined {
    const judged = this.#linking.objection(topic, peer);
    if (!judged) return undefined;
    return judged.reason === undefined ? { allow: true } : { allow: false, reason: judged.reason };
  }

  up(peer: PeerId): void {
    for (const space of this.#context.o.shelf)
      if (space.record.vouching?.includes(peer)) space.welcomers.add(peer);
    this.#linking.up(peer);
  }

  down(peer: PeerId): void {
    this.#linking.down(peer);
  }

  refused(topic: Topic, peer: PeerId, reason: string): void {
    this.#linking.refused(topic, peer, reason);
  }

  frame(peer: PeerId, topic: Topic, message: Uint8Array): void {
    this.#linking.frame(peer, topic, message);
  }

  /** Something of a space has changed. */
  changed(): void {
    this.#upkeep.changed();
  }

  tick(): void {
    this.#linking.tick();
    this.#upkeep.tick();
  }

  // Commands

  async linkDevice(input: { name: string }): Promise<Result<{ link: string; expires: number }>> {
    const name = v.safeParse(DisplayName, input.name);
    if (!name.success) return badText("A device's name", name.issues[0].message);
    if (this.#context.name === undefined)
      return troubled('not-allowed', 'Choose a display name first.');
    const { facts, o } = this.#context;
    return this.#context.attempt(async () => {
      await facts.put(DEVICE, o.device.peerId, { name: name.output });
      return this.#linking.offer();
    });
  }

  async confirmLinking(): Promise<Result<null>> {
    const { comparing } = this.#linking;
    if (comparing === undefined)
      return troubled('not-linked', 'There is no device to link any more. Make a new link.');
    if (comparing === 'new') {
      this.#linking.confirm();
      return { ok: true, value: null };
    }
    const { own } = this.#context.o.shelf;
    if (own && own.membership.devices.size >= DEVICES) {
      this.#linking.end('cancelled');
      return troubled(
        'not-allowed',
        `You have ${DEVICES} devices already, which is as many as there may be. Unlink one first.`,
      );
    }
    return this.#context.attempt(async () => {
      const welcome = this.#welcome();
      if (welcome) this.#linking.confirm(welcome);
      return null;
    });
  }

  async endLinking(input: { differ: boolean }): Promise<Result<null>> {
    this.#linking.end(input.differ ? 'differ' : 'cancelled');
    return { ok: true, value: null };
  }

  async acceptLink(input: { link: string; name: string }): Promise<Result<null>> {
    const name = v.safeParse(DisplayName, input.name);
    if (!name.success) return badText("A device's name", name.issues[0].message);
    const link = parseDeviceLink(input.link);
    if (!link)
      return troubled(
        'bad-link',
        'This is not a link to link a device by, or a part of it is missing. Copy it again, whole.',
      );
    const { device, shelf } = this.#context.o;
    if (link.peer === device.peerId)
      return troubled('bad-link', 'This device has made that link: open it on the other one.');
    const { own } = shelf;
    const others = (own?.membership.devices.size ?? 0) > 1;
    if (others && !own?.membership.devices.has(link.peer))
      return troubled(
        'not-allowed',
        'This device is linked with others already. Make the link here, and open it on the device that is to be added.',
      );
    // Where nobody has begun yet there is nothing to open to anybody.
    this.#linking.accept(link, name.output, this.#context.name !== undefined);
    return { ok: true, value: null };
  }

  async unlinkDevice(input: { device: PeerId }): Promise<Result<null>> {
    const { o } = this.#context;
    const { own } = o.shelf;
    if (input.device === o.device.peerId || !own?.membership.devices.has(input.device))
      return troubled('not-found', 'That is none of your other devices.');
    return this.#context.attempt(async () => {
      for (const space of [own, ...o.shelf.shown]) {
        const mine = space.membership.devices.get(o.device.peerId);
        const theirs = space.membership.devices.get(input.device);
        if (space.record.state !== 'open' || !mine || mine.account !== theirs?.account) continue;
        await this.#context.acts(space, () => remove(space, { devices: [input.device] }));
      }
      await this.#context.facts.remove(DEVICE, input.device);
      o.show('now');
      return null;
    });
  }

  // Linking

  /** What a new device comes into. */
  #welcome(): Welcome | undefined {
    const { device, shelf } = this.#context.o;
    const accountIn = (space: Space) => space.membership.devices.get(device.peerId)?.account;
    const { own } = shelf;
    const account = own && accountIn(own);
    if (!own || account === undefined) return undefined;
    const { id, lobby, servers } = own.record;
    const places = shelf.shown.flatMap((space) => {
      const mine = space.record.state === 'open' && !space.isOut ? accountIn(space) : undefined;
      return mine === undefined ? [] : [{ space: fromBase64url(space.record.id), account: mine }];
    });
    const { name } = this.#context;
    return {
      step: 'welcome',
      own: { space: fromBase64url(id), account, lobby, servers: servers.slice(0, 3) },
      spaces: places.slice(0, MAX_LINKED_SPACES),
      ...(name === undefined ? {} : { name }),
    };
  }

  async #admit({ peer, sealing, name, welcome, consents }: Admission): Promise<boolean> {
    const { shelf } = this.#context.o;
    const device = publicKeyFromPeerId(peer);
    for (const [at, place] of [welcome.own, ...welcome.spaces].entries()) {
      const space = shelf.get(v.parse(SpaceId, toBase64url(place.space)));
      const consent = consents[at];
      if (!space || !consent) continue;
      const { account } = place;
      const admitted = await admitDevice(space, { device, sealing, account, consent });
      // Of a space where it is somebody else, or where there are too many, it goes without.
      if (admitted !== 'listed' && at === 0) return false;
    }
    await this.#context.facts.put(DEVICE, peer, { name });
    return true;
  }

  async #consent(welcome: Welcome): Promise<readonly Uint8Array[]> {
    const { device } = this.#context.o;
    const places = [welcome.own, ...welcome.spaces].map(async ({ space, account }) => {
      const id = v.parse(SpaceId, toBase64url(space));
      return (await deviceConsent(id, device, account)).consent;
    });
    return Promise.all(places);
  }

  async #enter({ own, spaces, name }: Welcome, old: PeerId): Promise<void> {
    const { shelf, store, server, show } = this.#context.o;
    if (this.#context.name === undefined && name !== undefined) {
      await store.put(NAME_KEY, name);
      this.#context.name = name;
    }
    const id = v.parse(SpaceId, toBase64url(own.space));
    const held = shelf.get(id);
    const servers = own.servers.length > 0 ? [...own.servers] : [server];
    const fresh = { id, name: '', own: true as const, lobby: own.lobby, servers };
    const none = { epochs: [], read: {}, unheld: [] };
    if (held?.record.state !== 'open' || held.isOut)
      await this.#upkeep.enter({ ...none, ...held?.record, ...fresh }, [old]);
    // Of these it was taken out once, and is in again.
    for (const { space } of spaces) {
      const again = shelf.get(v.parse(SpaceId, toBase64url(space)));
      if (again?.isOut) await this.#upkeep.enter(again.record, [old]);
    }
    this.#upkeep.changed();
    show('now');
  }
}

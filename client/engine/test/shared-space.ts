/** Spaces of several people in a room of tests: how they come together, part, and what they then see. */
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { expect } from 'vitest';
import type { MemberView } from '../view.ts';
import { must, type Resident, TestRoom, texts } from './room.ts';

export interface Place {
  readonly space: SpaceId;
  readonly channel: ChannelId;
}

/** A room whose residents have one space, which Ada began. */
export class SharedSpace {
  readonly room = new TestRoom();
  readonly residents: Resident[] = [];
  #place: Place | undefined;

  get place(): Place {
    if (!this.#place) throw new Error('Nobody has begun the space.');
    return this.#place;
  }

  /** Ada begins the space, and the others come by her link; all watch its first channel and know each other by name. */
  async begin<N extends readonly string[]>(...names: N): Promise<{ [K in keyof N]: Resident }> {
    const ada = await this.enter('Ada');
    this.#place = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
    await ada.engine.commands.watch({ ...this.place, newest: 100 });
    for (const name of names.slice(1)) await this.join(name, await this.link(ada));
    for (const one of this.residents) await this.sees(one, ...names);
    return this.residents.slice(0, names.length) as { [K in keyof N]: Resident };
  }

  async enter(name: string): Promise<Resident> {
    const resident = await this.room.enter(name);
    this.residents.push(resident);
    return resident;
  }

  async link(inviter: Resident): Promise<string> {
    return must(await inviter.engine.commands.invite({ space: this.place.space })).link;
  }

  async join(name: string, invite: string): Promise<Resident> {
    const newcomer = await this.enter(name);
    must(await newcomer.engine.commands.joinSpace({ invite }));
    await this.isIn(newcomer);
    return newcomer;
  }

  async isIn(newcomer: Resident): Promise<void> {
    await newcomer.until('the space is open with its channel', (v) =>
      v.spaces.some((s) => s.state === 'open' && s.channels.some((c) => c.name === 'general')),
    );
    await newcomer.engine.commands.watch({ ...this.place, newest: 100 });
  }

  async sees(one: Resident, ...names: readonly string[]): Promise<void> {
    const wanted = names.toSorted().join();
    await one.until(`members are ${wanted}`, () => members(one) === wanted);
  }

  async say(who: Resident, text: string): Promise<void> {
    must(await who.engine.commands.say({ ...this.place, text }));
  }

  async remove(by: Resident, whom: Resident): Promise<void> {
    const { space } = this.place;
    must(await by.engine.commands.removeMember({ space, account: whom.peer }));
  }

  async makeAdmin(by: Resident, whom: Resident): Promise<void> {
    const { space } = this.place;
    must(await by.engine.commands.setRole({ space, account: whom.peer, role: 'admin' }));
    for (const one of this.residents)
      await one.until('made an admin', () => roleOf(one, whom.peer) === 'admin');
  }

  /** Nobody of one group is linked to anybody of another, until `rejoin`. */
  async part(...groups: readonly (readonly Resident[])[]): Promise<void> {
    for (const one of this.residents) this.room.offline(one);
    for (const one of this.residents)
      await one.until('no link is left', ({ spaces }) => !spaces[0]?.members.some(isTied));
    for (const group of groups)
      for (const other of groups)
        for (const a of group)
          for (const b of other) if (group !== other) this.room.cut.add(pair(a, b));
    for (const one of groups.flat()) this.room.online(one);
    for (const group of groups)
      for (const a of group) for (const b of group) if (a !== b) await isLinked(this.room, a, b);
  }

  /** Links can be made again; and minutes go by until somebody who misses others looks for them. */
  async rejoin(): Promise<void> {
    this.room.cut.clear();
    for (const one of this.residents) this.room.online(one);
    const looks = (one: Resident) =>
      this.room.specsOf(one).every(({ initiate }) => initiate === 'listed');
    await expect
      .poll(
        () => {
          const found = this.residents.some(looks);
          if (!found) this.later(60_000);
          return found;
        },
        { interval: 250, timeout: 20_000 },
      )
      .toBe(true);
  }

  /** So many ms go by for everybody. */
  later(ms: number): void {
    const before = this.room.now;
    this.room.now = () => before() + ms;
  }

  async close(): Promise<void> {
    for (const resident of this.residents.splice(0)) {
      expect(resident.problems).toEqual([]);
      await resident.leave();
    }
  }
}

async function isLinked(room: TestRoom, a: Resident, b: Resident): Promise<void> {
  await a.until(
    'linked again',
    ({ spaces }) =>
      room.linked(a, b) &&
      Boolean(spaces[0]?.members.some((m) => m.tie === 'direct' && m.devices.includes(b.peer))),
  );
}

function isTied({ you, tie }: MemberView): boolean {
  return !you && tie !== 'offline';
}

function pair(a: Resident, b: Resident): string {
  return [a.peer, b.peer].sort().join(' ');
}

function members(who: Resident): string | undefined {
  const { spaces } = who.view;
  return spaces[0]?.members
    .map(({ name }) => name)
    .toSorted()
    .join();
}

export function roleOf(who: Resident, account: string): string | undefined {
  return who.view.spaces[0]?.members.find((member) => member.account === account)?.role;
}

export async function isRemoved(who: Resident): Promise<string> {
  const { spaces } = await who.until(
    'told that they do not belong to it any more',
    (v) => v.spaces[0]?.state === 'removed',
  );
  return spaces[0]?.trouble?.message ?? '';
}

export async function hears(who: Resident, text: string): Promise<void> {
  await who.until(`"${text}" has come`, (v) => texts(v).includes(text));
}

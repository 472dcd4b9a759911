/** A space with three people in it. */
import { must, type Resident, type TestRoom } from './room.ts';

/** Ada, who is admin, Ben and Cy, all watching one channel. */
export async function threeInASpace(room: TestRoom, residents: Resident[]) {
  const ada = await room.enter('Ada');
  residents.push(ada);
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  await ada.engine.commands.watch({ space, channel, newest: 100 });
  const join = async (name: string) => {
    const who = await room.enter(name);
    residents.push(who);
    must(await who.engine.commands.joinSpace({ invite: link }));
    await who.until('the channel', (v) => v.spaces[0]?.channels[0]?.name === 'general');
    await who.engine.commands.watch({ space, channel, newest: 100 });
    return who;
  };
  return { ada, ben: await join('Ben'), cy: await join('Cy'), space, channel };
}

/** For tests: the attendance of one device, with a clock of its own and seals that show what is in them. */
import { toBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import type { PresenceMark } from '@snug/shared/crypto/sealed-presence.ts';
import { ChannelId, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { Attendance } from '../presence/attendance.ts';
import type { AttendanceInput, AttendanceOutput } from '../presence/attendance-inputs.ts';
import { ada, me } from './device-ids.ts';

export const channel = v.parse(ChannelId, toBase64url(new Uint8Array(16).fill(1)));

/** When it begins, ms: late enough for what was said weeks before. */
export const START = 60 * 86_400_000;

type Said = Extract<AttendanceOutput, { do: 'say' }>;
type Statement = Said['statement'];

/** What stands for a sealed message here: what is in it, in clear. */
export interface Content {
  readonly device: PeerId;
  readonly mark: PresenceMark;
  readonly statement: Statement;
  readonly lost: readonly PeerId[];
  readonly after: readonly Uint8Array[];
}
const contents = new Map<string, Content>();
export function seal(content: Content): Uint8Array {
  const after = content.after.map(toBase64url);
  const text = JSON.stringify({ ...content, after });
  contents.set(text, content);
  return utf8(text);
}
export const open = (bytes: Uint8Array) => contents.get(new TextDecoder().decode(bytes));

/**
 * A device among its neighbours, all of them eager, which seals by `seal` and says at once what it wants said. What others say is
 * marked by a clock that agrees with its own, unless it is said otherwise.
 */
export function device(neighbours: readonly PeerId[] = [ada], id = me) {
  const eager = new Set(neighbours);
  let now = START;
  const attendance = new Attendance({
    me: id,
    random: () => 0.5,
    run: 500,
    eager: () => [...eager],
  });
  const said: Said[] = [];
  const handle = (input: AttendanceInput): AttendanceOutput[] =>
    attendance.handle(input, now).flatMap((output) => {
      if (output.do !== 'say') return [output];
      said.push(output);
      const { mark, statement, lost, after, urgent } = output;
      const bytes = seal({ device: id, mark, statement, lost, after });
      return handle({ is: 'said', bytes, urgent });
    });
  /** Runs the clock, waking the machine whenever it asks. */
  const pass = (ms: number): AttendanceOutput[] => {
    const outputs: AttendanceOutput[] = [];
    const end = now + ms;
    for (;;) {
      const { wakeAt } = attendance;
      if (wakeAt === undefined || wakeAt > end) break;
      now = Math.max(now, wakeAt);
      outputs.push(...handle({ is: 'tick' }));
    }
    now = end;
    return outputs;
  };
  let count = 0;
  const hear = (
    from: PeerId,
    who: PeerId,
    what: {
      mark?: PresenceMark;
      statement?: Partial<Statement>;
      lost?: PeerId[];
      after?: Uint8Array[];
      answers?: boolean;
    } = {},
  ) => {
    if (!what.mark) count = Math.max(count + 1, Math.floor(now / 1000));
    const mark = what.mark ?? { run: 1, count };
    const statement = { seconds: 30, leaving: false, ...what.statement };
    const lost = what.lost ?? [];
    const after = what.after ?? [];
    if (attendance.admits(from, who, mark, now) !== 'news') return undefined;
    const message = { device: who, bytes: seal({ device: who, mark, statement, lost, after }) };
    return handle({
      is: 'heard',
      from,
      message,
      mark,
      statement,
      lost,
      after,
      answers: what.answers ?? false,
    });
  };
  for (const neighbour of neighbours) handle({ is: 'neighbour', peer: neighbour });
  const here = (who: PeerId) => attendance.isPresent(who, now);
  return { attendance, said, handle, pass, hear, here, eager, now: () => now };
}

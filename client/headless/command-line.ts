/**
 * What a command of this project makes of its arguments: help, a sentence about what is wrong with them, or what is asked. The
 * commands of `e2e` use it, too.
 */

/** A call that cannot be carried out; the message is a sentence for whoever made it. */
export class WrongCall extends Error {
  override readonly name = 'WrongCall';
}

export type Call<T> =
  | { readonly is: 'asked'; readonly asked: T }
  | { readonly is: 'help' }
  | { readonly is: 'wrong'; readonly problem: string };

/**
 * @param read what is asked, by `parseArgs` of `node:util` in its strict mode. It throws a `WrongCall` where that cannot be; any
 *   other error is a defect, and comes through
 */
export function readCall<T>(args: readonly string[], read: (args: string[]) => T): Call<T> {
  // `npm run` takes the first of them for itself, and some people write two.
  const own = withNegatives(args.filter((arg) => arg !== '--'));
  if (own.some((arg) => arg === '--help' || arg === '-h')) return { is: 'help' };
  try {
    return { is: 'asked', asked: read(own) };
  } catch (error) {
    const problem = error instanceof WrongCall ? error.message : sentenceOfNode(error);
    if (problem === undefined) throw error;
    return { is: 'wrong', problem };
  }
}

/** `--minutes -1` as `--minutes=-1`: which option a number below 0 is for is plain, and what is wrong with it then, too. */
function withNegatives(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    if (before !== undefined && /^--[^=]+$/.test(before) && /^-[\d.]/.test(arg))
      joined.splice(-1, 1, `${before}=${arg}`);
    else joined.push(arg);
  }
  return joined;
}

/** What `parseArgs` has against an argument, as one sentence; undefined where the error is not of it. */
function sentenceOfNode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string'))
    return undefined;
  if (!error.code.startsWith('ERR_PARSE_ARGS_')) return undefined;
  const [first = ''] = error.message.split(/\.\s|\.?\n|\.$/);
  const [option] = /--?\w[\w-]*/.exec(first) ?? [];
  // Node says it in several ways, and at length.
  if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && !first.includes('does not take'))
    return `${option} takes a value: ${option}=VALUE.`;
  return `${first}.`;
}

/** A command as its users know it. */
export interface Command {
  /** After `npm run`. */
  readonly name: string;
  readonly usage: string;
}

/** @returns what is asked. Else this process ends: with 0 after the usage, with 2 after what is wrong */
export function askedOf<T>(call: Call<T>, command: Command): T {
  switch (call.is) {
    case 'asked':
      return call.asked;
    case 'help':
      process.stdout.write(`${command.usage}\n`);
      return process.exit(0);
    case 'wrong':
      process.stderr.write(`${call.problem} See: npm run ${command.name} -- --help\n`);
      return process.exit(2);
  }
}

/** As people write numbers: not `0x10`, not `1e2`. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

/** The number that an option gives, or its default. Throws `WrongCall` where it is none, or not from `least` to `most`. */
export function numberOf(
  option: string,
  given: string | number,
  least: number,
  most: number,
): number {
  const value =
    typeof given === 'string' && !DECIMAL.test(given.trim()) ? Number.NaN : Number(given);
  if (value >= least && value <= most) return value;
  throw new WrongCall(`${option} is a number from ${least} to ${most}, not "${given}".`);
}

/** The same of a number without a fraction. */
export function wholeNumberOf(
  option: string,
  given: string | number,
  least: number,
  most: number,
): number {
  const value = numberOf(option, given, least, most);
  if (Number.isInteger(value)) return value;
  throw new WrongCall(`${option} is a whole number, not ${value}.`);
}

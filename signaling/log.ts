export type Level = 'info' | 'warn' | 'error';

/** Values a log line may carry. None of them may come from a client. */
export type Fields = Readonly<Record<string, string | number | boolean | null>>;
export type Log = (level: Level, event: string, fields?: Fields) => void;

/** A log of one JSON object a line. `write` gets the line with its newline; `now` is in ms since 1970. */
export function createLog(write: (line: string) => void, now: () => number): Log {
  return (level, event, fields = {}) => {
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  };
}

/**
 * What may be told of an error that nothing foresaw: its name, its code and where it arose. Not its message, which
 * often quotes the input that caused it.
 */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  const where = (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .slice(0, 8)
    .join(' ');
  return { name: error.name, code, where };
}

/** What a command answers when it cannot do what was asked, as a sentence for a person. */
import type { Trouble } from './view.ts';

interface Failure {
  readonly ok: false;
  readonly trouble: Trouble;
}

export function troubled(code: Trouble['code'], message: string): Failure {
  return { ok: false, trouble: { code, message } };
}

export function badText(what: string, why: string): Failure {
  return troubled('too-long', `${what} ${why}.`);
}

export function notFound(): Failure {
  return troubled('not-found', 'There is no such space or channel on this device.');
}

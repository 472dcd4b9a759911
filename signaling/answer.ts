import type { Answer, PROBLEM_CODES, Problem } from '@snug/shared/protocol/signaling.ts';

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** A `Problem`, its message cut to what the wire allows. */
export function problem(code: ProblemCode, message: string): Problem {
  return { code, message: message.length <= 500 ? message : `${message.slice(0, 499)}…` };
}

export function yes<T>(value: T): Answer<T> {
  return { ok: true, value };
}

export function no(code: ProblemCode, message: string): { ok: false; problem: Problem } {
  return { ok: false, problem: problem(code, message) };
}

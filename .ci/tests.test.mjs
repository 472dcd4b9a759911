import { describe, expect, test } from 'vitest';
import { countLine, countReport } from './tests.mjs';

const file = (...statuses) => ({
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status) => ({ status })),
});
const report = (...testResults) => {
  const count = (status) =>
    testResults.flatMap((one) => one.assertionResults).filter((one) => one.status === status)
      .length;
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('skipped'),
    numTodoTests: 0,
    testResults,
  };
};
const counted = (exitCode, ...files) => {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  countReport(report(...files), exitCode, sum);
  return countLine(sum);
};

describe('the count line', () => {
  test('adds up what the runner reports', () => {
    expect(counted(0, file('passed', 'passed'), file('passed'))).toBe('3 passed, 0 failed');
    expect(counted(1, file('passed', 'failed'))).toBe('1 passed, 1 failed');
  });

  test('names skipped tests where there are any', () => {
    expect(counted(0, file('passed', 'skipped'))).toBe('1 passed, 0 failed, 1 skipped');
  });

  test('counts a file that could not be loaded as a failure', () => {
    expect(counted(1, file('passed'), { status: 'failed', assertionResults: [] })).toBe(
      '1 passed, 1 failed',
    );
  });

  test('counts a run that ended badly though each test passed as a failure', () => {
    expect(counted(1, file('passed'))).toBe('1 passed, 1 failed');
  });
});

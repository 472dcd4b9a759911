/** A Vitest reporter that prints why each skipped test was, so that no skip goes unseen. */
export default class SkipReasons {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const reason = test.result().note ?? 'no reason given';
        process.stdout.write(`skipped: ${test.fullName}: ${reason}\n`);
      }
    }
  }
}

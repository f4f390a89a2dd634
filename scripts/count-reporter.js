/** Ends a test run with the one line that continuous integration reads: `N passed, N failed`. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    // A file that does not even load has no failed test in it, but it has failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.on('exit', () => process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`));
  }
}

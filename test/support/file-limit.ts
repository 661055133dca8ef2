/**
 * Ends a test file that does not end by itself: loaded by `--require` beside `--test-timeout`, which bounds each
 * test but not what a file leaves running behind its last one.
 */

/** Many times what any file needs on the slowest machine; it is there for what hangs. Milliseconds. */
const LIMIT_MS = Number(process.env['TEST_FILE_LIMIT_MS'] ?? 15 * 60 * 1_000);

// The runner sets it for the processes of test files.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) setTimeout(end, LIMIT_MS).unref();

function end(): void {
  process.stderr.write(`\n${process.argv[1]} has not ended within ${LIMIT_MS / 1_000} s, and is ended\n`);
  // By way of the exit handlers, which end the servers and gateways that were started.
  process.exit(1);
}

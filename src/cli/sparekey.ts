#!/usr/bin/env node

/** As `engines` of package.json says. */
const OLDEST_NODE = 24;
// Said before anything is imported: an older one ends in a syntax error there.
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  process.stderr.write(`Sparekey needs Node.js ${OLDEST_NODE} or later; this is ${process.versions.node}.\n`);
  process.exit(1);
}
const { enableCompileCache } = await import('node:module');
// What was compiled once need not be again: most of the time to the first answer would go there.
enableCompileCache();
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const { run } = await import('./program.ts');
await run(process.argv);

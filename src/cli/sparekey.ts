#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// What was compiled once need not be again: most of the time to the first answer would go there.
enableCompileCache();
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const { run } = await import('./program.ts');
await run(process.argv);

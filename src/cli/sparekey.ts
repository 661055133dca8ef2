#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// What was compiled once need not be again: most of the time to the first answer would go there.
enableCompileCache();
const { run } = await import('./program.ts');
await run(process.argv);

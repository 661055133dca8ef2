import { enableCompileCache } from 'node:module';

// A worker that is started again should be there soon: what was compiled once need not be again.
enableCompileCache();
const { runWorker } = await import('./worker.ts');
runWorker();

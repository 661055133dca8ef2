import { enableCompileCache } from 'node:module';

// Makes starts faster: code that was compiled once is not compiled again.
enableCompileCache();
const { runWorker } = await import('./worker.ts');
runWorker();

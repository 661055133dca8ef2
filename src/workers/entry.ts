import { enableCompileCache } from 'node:module';
import { holdYoungGeneration } from '../base/young-generation.ts';

// Makes starts faster: code that was compiled once is not compiled again.
enableCompileCache();
holdYoungGeneration();
const { runWorker } = await import('./worker.ts');
runWorker();

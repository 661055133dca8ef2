import { enableCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { TranslationError, WithheldAnswer } from '../response-translator.ts';
import type { JobResult, Job } from '../job.ts';

/* The program of a translation thread. */

// A request waits while a thread starts: compiled code is kept on disk.
enableCompileCache();
const { translateResponse, translateRequest } = await import('../job.ts');
const { runEdit } = await import('../edit/edit-job.ts');
const { runPassed } = await import('../passed/passed-job.ts');
const { runThinking } = await import('../thinking/thinking-job.ts');
const { countRequest } = await import('../tokens/count-job.ts');

parentPort?.on('message', (job: Job) => {
  void runJob(job).then((result) => {
    const bytes = 'body' in result ? result.body : undefined;
    // Bytes in a buffer of their own are transferred; others would be copied with all of a shared buffer.
    const isOwn = bytes !== undefined && bytes.byteLength === bytes.buffer.byteLength;
    parentPort?.postMessage(result, isOwn && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []);
  });
});

async function runJob(job: Job): Promise<JobResult> {
  try {
    switch (job.kind) {
      case 'request':
        return await translateRequest(job);
      case 'edit':
        return runEdit(job);
      case 'passed':
        return runPassed(job);
      case 'thinking':
        return runThinking(job);
      case 'count':
        return await countRequest(job);
      case 'response':
        return { kind: 'translated-response', body: await translateResponse(job) };
    }
  } catch (error) {
    if (error instanceof WithheldAnswer) return { kind: 'withheld-response', error: error.error };
    if (error instanceof TranslationError) return { kind: 'unreadable-response', message: error.message };
    return { kind: 'defect', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

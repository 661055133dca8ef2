import { enableCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { RetellingError } from '../retelling.ts';
import type { Done, Job } from './messages.ts';

/* The program of a thread that translates. It knows nothing but the job it is given. */

// A thread is started while a request waits for it: what was compiled once need not be again.
enableCompileCache();
const { putAnswer, putRequest } = await import('../job.ts');

parentPort?.on('message', (job: Job) => {
  void done(job).then((result) => {
    const bytes = 'body' in result ? result.body : undefined;
    // Bytes that have memory of their own change hands; others are copied with all that stands beside them.
    const isOwn = bytes !== undefined && bytes.byteLength === bytes.buffer.byteLength;
    parentPort?.postMessage(result, isOwn && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []);
  });
});

async function done(job: Job): Promise<Done> {
  try {
    switch (job.kind) {
      case 'request': {
        const put = await putRequest(job);
        // What was thrown may hold what cannot be handed over.
        return 'cause' in put ? { ...put, cause: stackOf(put.cause) } : put;
      }
      case 'answer':
        return { kind: 'told', body: await putAnswer(job) };
    }
  } catch (error) {
    if (error instanceof RetellingError) return { kind: 'untold', message: error.message };
    return { kind: 'defect', stack: stackOf(error) };
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

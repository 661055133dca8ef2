import type { NotPut } from '../inexpressible.ts';
import type { AnswerJob, PutRequest, RequestJob } from '../job.ts';

/** What a thread is given. It takes one at a time. */
export type Job = RequestJob | AnswerJob;

/** What comes of a job. */
export type Done =
  | PutRequest
  | NotPut
  | { readonly kind: 'told'; readonly body: Uint8Array }
  /** The answer could not be read. */
  | { readonly kind: 'untold'; readonly message: string }
  /** A defect of ours. */
  | { readonly kind: 'defect'; readonly stack: string };

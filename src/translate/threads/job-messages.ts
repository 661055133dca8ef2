import type { UnsupportedRequest } from '../unsupported-request.ts';
import type { ResponseJob, TranslatedRequest, RequestJob } from '../job.ts';

/** What a thread is given. It takes one at a time. */
export type Job = RequestJob | ResponseJob;

/** What comes of a job. */
export type JobResult =
  | TranslatedRequest
  | UnsupportedRequest
  | { readonly kind: 'told'; readonly body: Uint8Array }
  /** The answer could not be read. */
  | { readonly kind: 'untold'; readonly message: string }
  /** A defect of ours. */
  | { readonly kind: 'defect'; readonly stack: string };

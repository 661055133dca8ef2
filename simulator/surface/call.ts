import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from '../behaviour.ts';
import type { JsonObject } from './json.ts';
import type { Form } from './multipart.ts';
import type { ObjectStore } from './object-store.ts';

/** A request as the surface sees it: read, but not judged. */
export interface Call {
  /** The credential it came with; empty where it has none. */
  readonly key: string;
  readonly organization: string;
  readonly operation: Operation;
  readonly method: string;
  /** What comes after the vendor's base, split at slashes and decoded. */
  readonly steps: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body where it is a JSON object. */
  readonly json: JsonObject | undefined;
  /** The body where it is `multipart/form-data`. */
  readonly form: Form | undefined;
  readonly model: string | undefined;
  /** How many chunks a streamed text shall have, where the behaviour says so. */
  readonly chunks: number | undefined;
  readonly store: ObjectStore;
}

/** Where a call of OpenAI's surface went, for error messages. */
export function pathOf({ steps }: Pick<Call, 'steps'>): string {
  return `/v1/${steps.join('/')}`;
}

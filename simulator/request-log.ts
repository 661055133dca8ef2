import type { IncomingHttpHeaders } from 'node:http';
import type { BehaviourKind, Operation } from './behaviour.ts';
import type { Head } from './incoming.ts';

/** How a request ended. `broken`: by the simulator, on purpose. `aborted`: by the client, before the end. */
export type Ending = 'open' | 'completed' | 'broken' | 'aborted';

/** A request as the simulator saw it. */
export interface LoggedRequest {
  /** Counts from 1, over all keys. */
  readonly number: number;
  /** Milliseconds since the epoch, when its headers had come. */
  readonly at: number;
  /** The credential it came with; empty where it had none. */
  readonly key: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly operation: Operation;
  readonly model: string | undefined;
  /** Length of the whole body. */
  readonly bodyBytes: number;
  /** The first 16 KiB of it. */
  readonly body: string;
  /** The behaviour that was played to it; undefined where it was turned away before that, or its body never came whole. */
  readonly behaviour: BehaviourKind | undefined;
  /** The rule of its vendor's that it broke, where rules are kept: `mistral/call-ids`. */
  readonly brokenRule: string | undefined;
  /** Of the answer, once it is over; undefined where none began. */
  readonly status: number | undefined;
  readonly ending: Ending;
  /** Milliseconds since the epoch; undefined while it is open. */
  readonly endedAt: number | undefined;
}

/** What a key has been through. Exact, however many requests have left the list. */
export interface KeyCounts {
  /** All requests, open ones included. */
  readonly total: number;
  /** To how many each behaviour was played. */
  readonly met: Readonly<Partial<Record<BehaviourKind, number>>>;
  readonly open: number;
  readonly completed: number;
  readonly broken: number;
  readonly aborted: number;
  /** Milliseconds since the epoch. */
  readonly lastAbortAt: number | undefined;
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

/** A request that the log may still change. */
export type OpenRequest = Changing<LoggedRequest>;
type Counts = Changing<Omit<KeyCounts, 'met'>> & { readonly met: Partial<Record<BehaviourKind, number>> };

/** The newest so many requests are kept. */
export const REQUESTS_KEPT = 1_000;

/** So much of each body is kept. */
export const BODY_BYTES_KEPT = 16 * 1024;

/** So many keys are counted one by one; those that come later are counted together, as `OTHER_KEYS`. */
const KEYS_COUNTED = 100_000;
const OTHER_KEYS = '(other keys)';

/** The newest requests in full, and the counts of all. */
export class RequestLog {
  readonly #newest: OpenRequest[] = [];
  readonly #counts = new Map<string, Counts>();
  #total = 0;

  begin(head: Head): OpenRequest {
    this.#total += 1;
    const request: OpenRequest = {
      number: this.#total,
      at: Date.now(),
      key: head.key,
      method: head.method,
      path: head.url,
      headers: head.headers,
      operation: head.operation,
      model: undefined,
      bodyBytes: 0,
      body: '',
      behaviour: undefined,
      brokenRule: undefined,
      status: undefined,
      ending: 'open',
      endedAt: undefined,
    };
    // Overwritten in place, so that a busy simulator does not move the whole list for each request.
    this.#newest[(this.#total - 1) % REQUESTS_KEPT] = request;
    const counts = this.#countsOf(head.key);
    counts.total += 1;
    counts.open += 1;
    return request;
  }

  noteContent(request: OpenRequest, body: Buffer, model: string | undefined): void {
    request.bodyBytes = body.length;
    request.body = body.toString('utf8', 0, BODY_BYTES_KEPT);
    request.model = model;
  }

  noteBehaviour(request: OpenRequest, behaviour: BehaviourKind): void {
    request.behaviour = behaviour;
    const { met } = this.#countsOf(request.key);
    met[behaviour] = (met[behaviour] ?? 0) + 1;
  }

  noteBrokenRule(request: OpenRequest, rule: string): void {
    request.brokenRule = rule;
  }

  end(request: OpenRequest, status: number | undefined, ending: Exclude<Ending, 'open'>): void {
    request.status = status;
    request.ending = ending;
    request.endedAt = Date.now();
    const counts = this.#countsOf(request.key);
    counts.open -= 1;
    counts[ending] += 1;
    if (ending === 'aborted') counts.lastAbortAt = request.endedAt;
  }

  /** The newest requests, oldest first. */
  get requests(): readonly LoggedRequest[] {
    const oldest = this.#newest.length < REQUESTS_KEPT ? 0 : this.#total % REQUESTS_KEPT;
    return [...this.#newest.slice(oldest), ...this.#newest.slice(0, oldest)];
  }

  /** A copy of a key's numbers; zeros for a key never seen. */
  counts(key: string): KeyCounts {
    const counts = this.#counts.get(key) ?? NOTHING;
    return { ...counts, met: { ...counts.met } };
  }

  /** All keys seen. */
  get keys(): readonly string[] {
    return [...this.#counts.keys()];
  }

  get open(): number {
    return this.#counts.values().reduce((sum, counts) => sum + counts.open, 0);
  }

  get total(): number {
    return this.#total;
  }

  #countsOf(key: string): Counts {
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    if (this.#counts.size >= KEYS_COUNTED && key !== OTHER_KEYS) return this.#countsOf(OTHER_KEYS);
    const counts: Counts = { ...NOTHING, met: {} };
    this.#counts.set(key, counts);
    return counts;
  }
}

const NOTHING: KeyCounts = {
  total: 0,
  met: {},
  open: 0,
  completed: 0,
  broken: 0,
  aborted: 0,
  lastAbortAt: undefined,
};

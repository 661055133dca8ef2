import { availableParallelism } from 'node:os';
import type { Call } from '../../dialects/operations/call.ts';
import { machineMemory } from '../../base/machine-memory.ts';
import type { MemoryMeter } from '../../base/memory-meter.ts';
import type { UnsupportedRequest } from '../unsupported-request.ts';
import type { ResponseJob, TranslatedRequest, RequestJob } from '../job.ts';
import { TranslationError } from '../response-translator.ts';
import { ThreadPool } from './thread-pool.ts';
import type { MakeJob, JobOutcome } from './thread-pool.ts';

/**
 * What is longer is translated in another thread. Up to here it takes less than the hop there costs others: `npm run
 * bench:loop` prints both. Bytes.
 */
export const LARGE_BYTES = 128 * 1024;

/** What is longer has a thread of its own, so that what takes moments does not wait for what takes seconds. Bytes. */
const HEAVY_BYTES = 2 * 1024 * 1024;

/**
 * So many times its size a body takes while it is translated: its copy for the thread, its text, its values, the
 * provider's text and bytes. `npm run bench:loop` prints it; bodies of very many tiny values take more, up to the heap
 * of the thread.
 */
const WORK_FACTOR = 5;

const LIGHT_HEAP_BYTES = 512 * 1024 ** 2;
const MAX_HEAVY_HEAP_BYTES = 4 * 1024 ** 3;
const MAX_WAITING = 256;
const MAX_HEAVY_WAITING = 64;
const JOB_MS = 120_000;
const IDLE_MS = 300_000;

/** So much is being translated that a request had to be turned away. */
export interface Busy {
  readonly kind: 'busy';
}

/** The threads of this process that translate what is large. */
export class TranslationThreads {
  readonly #light: ThreadPool;
  readonly #heavy: ThreadPool;
  /** Jobs that were given to them so far. */
  jobs = 0;

  constructor() {
    const common = { jobMs: JOB_MS, idleMs: IDLE_MS };
    const heapBytes = Math.min(machineMemory() / 4, MAX_HEAVY_HEAP_BYTES);
    this.#heavy = new ThreadPool({ ...common, maxThreads: 1, maxWaiting: MAX_HEAVY_WAITING, heapBytes });
    this.#light = new ThreadPool({
      ...common,
      maxThreads: Math.max(1, availableParallelism() - 1),
      maxWaiting: MAX_WAITING,
      heapBytes: Math.min(machineMemory() / 8, LIGHT_HEAP_BYTES),
    });
  }

  /** Puts a request into the words of a provider. */
  async translateRequest(
    { spec, body }: Pick<RequestJob, 'spec' | 'body'>,
    { signal, memory }: Pick<Call, 'signal' | 'memory'>,
  ): Promise<TranslatedRequest | UnsupportedRequest | Busy> {
    const outcome = await this.#run({ kind: 'request', spec, body, isLarge: true }, signal, memory);
    switch (outcome.kind) {
      case 'translated-request':
      case 'not-expressible':
      case 'busy':
        return outcome;
      case 'cancelled':
        return { kind: 'not-expressible', reason: 'nobody waits for it any more' };
      case 'died':
        if (outcome.reason === 'defect') throw new Error(`a translation failed: ${outcome.detail}`);
        return { kind: 'not-expressible', reason: TOO_MUCH };
      default:
        throw new Error(`a translation failed: ${JSON.stringify(outcome)}`);
    }
  }

  /** Puts an answer back into the client's words. Rejects with a `RetellingError` where it cannot be read. */
  async translateResponse(
    job: Omit<ResponseJob, 'kind'>,
    { signal, memory }: { readonly signal: AbortSignal; readonly memory: MemoryMeter | undefined },
  ): Promise<Buffer> {
    const outcome = await this.#run({ kind: 'response', ...job }, signal, memory);
    switch (outcome.kind) {
      case 'translated-response':
        return Buffer.from(outcome.body.buffer, outcome.body.byteOffset, outcome.body.byteLength);
      case 'unreadable-response':
        throw new TranslationError(outcome.message);
      case 'cancelled':
        throw new TranslationError('nobody waits for the answer any more');
      case 'died':
        if (outcome.reason !== 'defect') throw new TranslationError(`the answer: ${TOO_MUCH}`);
        throw new Error(`a translation failed: ${outcome.detail}`);
      default:
        throw new Error(`a translation failed: ${JSON.stringify(outcome)}`);
    }
  }

  async #run(
    job: RequestJob | ResponseJob,
    signal: AbortSignal,
    memory: MemoryMeter | undefined,
  ): Promise<JobOutcome> {
    this.jobs++;
    const { length } = job.body;
    const pool = length > HEAVY_BYTES ? this.#heavy : this.#light;
    let held = 0;
    const make: MakeJob = () => {
      held = length * WORK_FACTOR;
      memory?.hold(held);
      // The original stays here, for another try.
      const body = new Uint8Array(job.body);
      return { job: { ...job, body }, transfer: [body.buffer] };
    };
    try {
      return await pool.run(make, { signal, isBounded: job.kind === 'request' });
    } finally {
      memory?.release(held);
    }
  }
}

const TOO_MUCH = 'it takes more time or memory to put into other words than one request may have';

/** Those of this process: they are no part of a configuration, and outlive it. */
export const threads = new TranslationThreads();

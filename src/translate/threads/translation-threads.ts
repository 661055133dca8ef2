import { availableParallelism } from 'node:os';
import type { Call } from '../../dialects/operations/call.ts';
import { copyInSteps } from '../../base/turns.ts';
import { machineMemory } from '../../base/machine-memory.ts';
import type { MemoryMeter } from '../../base/memory-meter.ts';
import type { Busy, UnsupportedRequest } from '../unsupported-request.ts';
import type { Job, ResponseJob, TranslatedRequest, NeedsImages, RequestJob } from '../job.ts';
import type { CountJob, TokenCount } from '../tokens/count-job.ts';
import type { EditJob } from '../edit/edit-job.ts';
import type { Edited } from '../edit/edited.ts';
import type { PassedJob } from '../passed/passed-job.ts';
import type { FittedPassed } from '../passed/fitted-passed.ts';
import type { ThinkingJob } from '../thinking/thinking-job.ts';
import { lengthOf } from '../inline-images.ts';
import { TranslationError, WithheldAnswer } from '../response-translator.ts';
import { ThreadPool } from './thread-pool.ts';
import type { MakeJob, JobOutcome } from './thread-pool.ts';

/**
 * What is longer is translated in another thread. Up to here translating delays others less than handing over would:
 * `npm run bench:loop` prints both. Bytes.
 */
export const LARGE_BYTES = 128 * 1024;

/** What is longer has a pool of its own: jobs of milliseconds do not wait for jobs of seconds. Bytes. */
const HEAVY_BYTES = 2 * 1024 * 1024;

/**
 * Memory that translating a body takes, in sizes of the body: its copy for the thread, its text, its values, the provider's
 * text and bytes. `npm run bench:loop` prints it; bodies of very many tiny values take more, up to the heap of the thread.
 */
const WORK_FACTOR = 5;

const LIGHT_HEAP_BYTES = 512 * 1024 ** 2;
const MAX_HEAVY_HEAP_BYTES = 4 * 1024 ** 3;
const MAX_WAITING = 256;
const MAX_HEAVY_WAITING = 64;
const JOB_MS = 120_000;
const IDLE_MS = 300_000;

/** A response that is shaped as its provider's configuration wants it is not cancelled: it takes moments. */
const NEVER = new AbortController().signal;

/** The threads of this process that translate large bodies. */
export class TranslationThreads {
  readonly #light: ThreadPool;
  readonly #heavy: ThreadPool;
  /** Jobs so far. */
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

  /** Translates a request for the provider. */
  async translateRequest(
    job: Pick<RequestJob, 'spec' | 'body' | 'form' | 'images'>,
    { signal, memory }: Pick<Call, 'signal' | 'memory'>,
  ): Promise<TranslatedRequest | UnsupportedRequest | NeedsImages | Busy> {
    const outcome = await this.#run({ kind: 'request', ...job, isLarge: true }, signal, memory);
    switch (outcome.kind) {
      case 'translated-request':
      case 'needs-images':
      case 'not-expressible':
      case 'busy':
        return outcome;
      default:
        return this.#unsupported(outcome);
    }
  }

  /** Why there is no result that the request could go on with. */
  #unsupported(outcome: JobOutcome): UnsupportedRequest {
    if (outcome.kind === 'cancelled')
      return { kind: 'not-expressible', reason: 'nobody waits for it any more' };
    if (outcome.kind === 'died' && outcome.reason !== 'defect')
      return { kind: 'not-expressible', reason: TOO_MUCH };
    throw new Error(`a translation failed: ${JSON.stringify(outcome)}`);
  }

  /** Translates a whole response for the client. Rejects with a `TranslationError` where it cannot be read. */
  async translateResponse(
    job: Omit<ResponseJob, 'kind'>,
    { signal, memory }: { readonly signal: AbortSignal; readonly memory: MemoryMeter | undefined },
  ): Promise<Buffer> {
    const outcome = await this.#run({ kind: 'response', ...job }, signal, memory);
    switch (outcome.kind) {
      case 'translated-response':
        return Buffer.from(outcome.body.buffer, outcome.body.byteOffset, outcome.body.byteLength);
      case 'withheld-response':
        throw new WithheldAnswer(outcome.error);
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

  /** Estimates the tokens of a request of any size. Undefined where it takes too much, or too much is under way already. */
  async countRequest(
    job: Omit<CountJob, 'kind'>,
    { signal, memory }: Pick<Call, 'signal' | 'memory'>,
  ): Promise<TokenCount | UnsupportedRequest | undefined> {
    const outcome = await this.#run({ kind: 'count', ...job }, signal, memory);
    if (outcome.kind === 'counted' || outcome.kind === 'not-expressible') return outcome;
    if (outcome.kind === 'defect' || (outcome.kind === 'died' && outcome.reason === 'defect'))
      throw new Error(`tokens could not be counted: ${JSON.stringify(outcome)}`);
    return undefined;
  }

  /** Edits a body of any size. */
  async editBody(
    job: Omit<EditJob, 'kind'>,
    { signal, memory }: Pick<Call, 'signal' | 'memory'>,
  ): Promise<Edited> {
    const outcome = await this.#run({ kind: 'edit', ...job }, signal, memory);
    switch (outcome.kind) {
      case 'edited': {
        const { body, facts } = outcome;
        memory?.hold(body.byteLength);
        return { kind: 'edited', bytes: Buffer.from(body.buffer, body.byteOffset, body.byteLength), facts };
      }
      case 'unchanged':
      case 'nothing-left':
      case 'busy':
        return outcome;
      default:
        return this.#unsupported(outcome);
    }
  }

  /** Fits a chat of any size that passes through. */
  async fitPassed(
    job: Omit<PassedJob, 'kind'>,
    { signal, memory }: Pick<Call, 'signal' | 'memory'>,
  ): Promise<FittedPassed> {
    const outcome = await this.#run({ kind: 'passed', ...job }, signal, memory);
    switch (outcome.kind) {
      case 'fitted': {
        const { kind, body, facts, dropped } = outcome;
        memory?.hold(body.byteLength);
        const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
        return { kind, bytes, facts, dropped };
      }
      case 'unchanged':
      case 'busy':
        return outcome;
      default:
        return this.#unsupported(outcome);
    }
  }

  /** Shapes the thinking in a whole chat response of any size. Rejects with a `TranslationError` where that takes too much. */
  async shapeThinking(job: Omit<ThinkingJob, 'kind'>): Promise<Uint8Array> {
    const outcome = await this.#run({ kind: 'thinking', ...job }, NEVER, undefined);
    if (outcome.kind === 'shaped-thinking') return outcome.body;
    if (outcome.kind === 'unchanged') return job.body;
    if (outcome.kind === 'died' && outcome.reason !== 'defect')
      throw new TranslationError(`the answer: ${TOO_MUCH}`);
    throw new Error(`a translation failed: ${JSON.stringify(outcome)}`);
  }

  async #run(job: Job, signal: AbortSignal, memory: MemoryMeter | undefined): Promise<JobOutcome> {
    this.jobs++;
    const length = job.body.length + (job.kind === 'request' ? lengthOf(job.images) : 0);
    const pool = length > HEAVY_BYTES ? this.#heavy : this.#light;
    let held = 0;
    const make: MakeJob = async () => {
      held = length * WORK_FACTOR;
      memory?.hold(held);
      // A copy: the original is kept for another try.
      const body = await copyInSteps(job.body);
      return { job: { ...job, body }, transfer: [body.buffer] };
    };
    try {
      return await pool.run(make, { signal, isBounded: job.kind !== 'response' && job.kind !== 'thinking' });
    } finally {
      memory?.release(held);
    }
  }
}

const TOO_MUCH = 'translating it takes more time or memory than one request may have';

/** One for the process: they are no part of a configuration, and outlive it. */
export const threads = new TranslationThreads();

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { JobResult, Job } from '../job.ts';

/** What came of a job, or why nothing did. */
export type JobOutcome =
  | JobResult
  /** Whoever wanted it has cancelled it, or its thread was idle for too long. */
  | { readonly kind: 'cancelled' }
  /** Too many wait already. */
  | { readonly kind: 'busy' }
  /** The thread did not survive it: it took too much memory, or too long. */
  | { readonly kind: 'died'; readonly reason: 'memory' | 'time' | 'defect'; readonly detail: string };

/** The bounds of a pool. */
export interface ThreadPoolBounds {
  /** Threads at a time. They are started when they are needed. */
  readonly maxThreads: number;
  /** Jobs that may wait for a thread. */
  readonly maxWaiting: number;
  /** Of each thread. Bytes. */
  readonly heapBytes: number;
  /** No job takes longer. Milliseconds. */
  readonly jobMs: number;
  /** A thread that was idle for so long is ended, which frees its memory. Milliseconds. */
  readonly idleMs: number;
}

interface Task {
  readonly make: MakeJob;
  readonly settle: (outcome: JobOutcome) => void;
}

/** Makes a job once a thread is free for it, and names the buffers that are transferred to the thread. */
export type MakeJob = () => Promise<{ readonly job: Job; readonly transfer: readonly ArrayBuffer[] }>;

/** How a job is to be done. */
export interface JobOptions {
  /** Aborted when nobody wants the result any more. */
  readonly signal: AbortSignal;
  /** Whether it is refused where too many wait: a response, which is paid for, is not. */
  readonly isBounded: boolean;
}

/** Built sources have another extension. */
const ENTRY = new URL(`thread${extname(import.meta.url)}`, import.meta.url);

/** Threads for jobs of like size, first come, first served. */
export class ThreadPool {
  readonly #bounds: ThreadPoolBounds;
  readonly #waiting = new Set<Task>();
  readonly #threads = new Set<Thread>();

  constructor(bounds: ThreadPoolBounds) {
    this.#bounds = bounds;
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Threads that run. */
  get running(): number {
    return this.#threads.size;
  }

  run(make: MakeJob, { signal, isBounded }: JobOptions): Promise<JobOutcome> {
    if (signal.aborted) return Promise.resolve({ kind: 'cancelled' });
    if (isBounded && this.#waiting.size >= this.#bounds.maxWaiting) return Promise.resolve({ kind: 'busy' });
    return new Promise((resolve) => {
      const cancel = (): void => {
        if (this.#waiting.delete(task)) task.settle({ kind: 'cancelled' });
        else for (const thread of this.#threads) thread.cancel(task);
      };
      const settle = (outcome: JobOutcome): void => {
        signal.removeEventListener('abort', cancel);
        resolve(outcome);
      };
      const task: Task = { make, settle };
      signal.addEventListener('abort', cancel, { once: true });
      this.#waiting.add(task);
      this.#dispatch();
    });
  }

  /** Gives waiting jobs to idle threads. */
  #dispatch(): void {
    for (const task of this.#waiting) {
      const thread = this.#idleThread();
      if (thread === undefined) return;
      this.#waiting.delete(task);
      thread.start(task);
    }
  }

  #idleThread(): Thread | undefined {
    for (const thread of this.#threads) if (thread.isIdle) return thread;
    if (this.#threads.size >= this.#bounds.maxThreads) return undefined;
    const thread = new Thread(this.#bounds, (ended) => {
      if (ended) this.#threads.delete(thread);
      this.#dispatch();
    });
    this.#threads.add(thread);
    return thread;
  }
}

/** One thread. A job that is too much for it ends it, and no other job. */
class Thread {
  readonly #worker: Worker;
  readonly #bounds: ThreadPoolBounds;
  readonly #onFree: (ended: boolean) => void;
  #task: Task | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** @param onFree - it can take another job; or, with true, never will */
  constructor(bounds: ThreadPoolBounds, onFree: (ended: boolean) => void) {
    this.#bounds = bounds;
    this.#onFree = onFree;
    this.#worker = new Worker(ENTRY, {
      name: 'translation',
      // The environment may hold keys, which no translation needs.
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(bounds.heapBytes / 1024 ** 2) },
    });
    this.#worker.on('message', (done: JobResult) => this.#finish(done));
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#end({
        kind: 'died',
        reason: isMemory ? 'memory' : 'defect',
        detail: error.stack ?? error.message,
      });
    });
    this.#worker.on('exit', (code) => {
      this.#end({ kind: 'died', reason: 'defect', detail: `a thread ended with ${code}` });
    });
    // Only a busy thread keeps the process running. Last, because listeners ref it.
    this.#worker.unref();
  }

  get isIdle(): boolean {
    return this.#task === undefined && !this.#ended;
  }

  start(task: Task): void {
    clearTimeout(this.#timer);
    this.#task = task;
    this.#timer = setTimeout(() => {
      this.#end({ kind: 'died', reason: 'time', detail: `it took longer than ${this.#bounds.jobMs} ms` });
    }, this.#bounds.jobMs);
    this.#timer.unref();
    this.#worker.ref();
    task.make().then(
      ({ job, transfer }) => {
        // It may have been cancelled meanwhile.
        if (this.#task === task) this.#worker.postMessage(job, transfer);
      },
      // There is no memory for the copy.
      (error: unknown) => this.#end({ kind: 'died', reason: 'memory', detail: String(error) }),
    );
  }

  /** Ends the thread where it runs this task: a job cannot be stopped otherwise. */
  cancel(task: Task): void {
    if (this.#task === task) this.#end({ kind: 'cancelled' });
  }

  #finish(done: JobResult): void {
    const task = this.#task;
    this.#task = undefined;
    this.#worker.unref();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end({ kind: 'cancelled' }), this.#bounds.idleMs);
    this.#timer.unref();
    task?.settle(done);
    this.#onFree(false);
  }

  #end(outcome: JobOutcome): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    void this.#worker.terminate();
    this.#task?.settle(outcome);
    this.#task = undefined;
    this.#onFree(true);
  }
}

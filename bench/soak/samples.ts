import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { signal } from './node.ts';
import type { Node } from './node.ts';

const insight = z.object({
  heapUsed: z.number(),
  rss: z.number(),
  external: z.number(),
  handles: z.number(),
  listeners: z.number(),
  warnings: z.number(),
});

/** What one process held at one time. Sizes in bytes. */
export interface Sample extends z.infer<typeof insight> {
  /** Milliseconds of this run. */
  readonly at: number;
  readonly descriptors: number;
}

/** All samples of one process. */
export interface Series {
  /** Such as `node 1, worker 2`. */
  readonly name: string;
  readonly pid: number;
  readonly samples: Sample[];
}

/** A process that does not report within this is busy or stopped: it is asked again the next time. Milliseconds. */
const REPORT_MS = 2_000;
const LOOK_MS = 20;

/** Looks into the processes of all nodes. */
export class Samples {
  readonly series = new Map<number, Series>();
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<Samples> {
    const own = join(folder, 'insight');
    await mkdir(own);
    return new Samples(own);
  }

  /** What makes a process report. */
  get env(): Readonly<Record<string, string>> {
    const path = fileURLToPath(new URL('insight.ts', import.meta.url));
    return { NODE_OPTIONS: `--import=${path}`, SOAK_INSIGHT: this.#folder };
  }

  /** Takes one sample of each process. */
  async take(nodes: readonly Node[]): Promise<void> {
    for (const node of nodes) {
      await this.#sample(`${node.name}, control`, node.pid);
      for (const { number, pid, state } of await node.workers()) {
        if (state === 'ready' && pid !== null) await this.#sample(`${node.name}, worker ${number}`, pid);
      }
    }
  }

  async #sample(name: string, pid: number): Promise<void> {
    const path = join(this.#folder, String(pid));
    await rm(path, { force: true });
    signal(pid, 'SIGUSR2');
    const giveUpAt = performance.now() + REPORT_MS;
    while (performance.now() < giveUpAt) {
      const text = await readIfThere(path);
      if (text !== undefined) {
        const descriptors = (await readdir(`/proc/${pid}/fd`).catch(() => [])).length;
        const series = this.series.get(pid) ?? { name, pid, samples: [] };
        series.samples.push({ at: performance.now(), descriptors, ...insight.parse(JSON.parse(text)) });
        this.series.set(pid, series);
        return;
      }
      await sleep(LOOK_MS);
    }
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined; // not yet
  }
}

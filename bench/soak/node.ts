import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { GatewayProcess } from '../../test/support/gateway-process.ts';
import type { LogLine } from '../../test/support/gateway-process.ts';
import { ask } from '../../test/support/http.ts';
import type { Stalls } from './stalls.ts';
import { Tally } from './tally.ts';

const listing = z.object({
  workers: z.array(
    z.object({ number: z.number(), pid: z.number().nullable(), state: z.string(), restarts: z.number() }),
  ),
});

/** A worker as its node shows it. */
export type ShownWorker = z.infer<typeof listing>['workers'][number];

const requestLine = z.looseObject({
  attempts: z.number(),
  status: z.number(),
  code: z.string().optional(),
});

/** From the end of a worker until the last of its clients has noticed. Milliseconds. */
const AFTERMATH_MS = 3_000;

/** How to start a node. */
export interface NodeOptions {
  readonly name: string;
  /** Of all nodes. */
  readonly folder: string;
  readonly config: object;
  readonly env: Readonly<Record<string, string>>;
  readonly stalls: Stalls;
}

/** A gateway with workers, as processes of their own, and what its log says. */
export class Node implements AsyncDisposable {
  readonly name: string;
  /** Requests that were answered from more than one try, tries, and what the log says apart from requests. */
  readonly logged = new Tally();
  readonly #folder: string;
  readonly #stalls: Stalls;
  #gateway: GatewayProcess | undefined;
  readonly #disturbed: { from: number; to: number }[] = [];
  /** So that none stays behind, stopped or not, when this process ends. */
  #workers: readonly number[] = [];

  private constructor(name: string, folder: string, stalls: Stalls) {
    this.name = name;
    this.#folder = folder;
    this.#stalls = stalls;
  }

  static async start({ name, folder, config, env, stalls }: NodeOptions): Promise<Node> {
    const node = new Node(name, join(folder, name), stalls);
    await mkdir(node.#folder);
    await node.save(config);
    node.#gateway = await GatewayProcess.start(node.#folder, (line) => node.#hear(line), { env });
    process.once('exit', () => node.#killWorkers());
    await node.workers();
    return node;
  }

  get url(): string {
    return this.#running.url;
  }

  get adminUrl(): string {
    return this.#running.adminUrl;
  }

  /** Of the control process. */
  get pid(): number {
    return this.#running.pid;
  }

  /** Has it take over another configuration. */
  async save(config: object): Promise<void> {
    const path = join(this.#folder, 'sparekey.yaml');
    await writeFile(`${path}.new`, JSON.stringify(config));
    await rename(`${path}.new`, path);
  }

  async workers(): Promise<readonly ShownWorker[]> {
    const answer = await ask(this.adminUrl, { method: 'GET', path: '/api/workers' });
    const { workers } = listing.parse(answer.json());
    this.#workers = workers.flatMap(({ pid }) => pid ?? []);
    return workers;
  }

  /** The process of a worker that is ready; undefined where it is not. */
  async pidOf(number: number): Promise<number | undefined> {
    const worker = (await this.workers()).find((each) => each.number === number);
    return worker?.state === 'ready' ? (worker.pid ?? undefined) : undefined;
  }

  /** From now on, until the function is called, connections may break through no fault of the gateway. */
  disturb(): () => void {
    const time = { from: performance.now(), to: Infinity };
    this.#disturbed.push(time);
    return () => {
      time.to = performance.now() + AFTERMATH_MS;
    };
  }

  /**
   * What a request that is over, and was not answered, came to by the promises.
   * @param how - in a word
   * @param isBroken - its connection broke: as it does where its worker was killed
   * @param begunAt - by this run's clock
   */
  classify(how: string, isBroken: boolean, begunAt: number): string {
    const now = performance.now();
    const wasDisturbed = this.#disturbed.some(({ from, to }) => begunAt <= to && now >= from);
    if (isBroken && wasDisturbed) return 'ended with its worker';
    return this.#stalls.during(begunAt, now) ? 'not judged: the providers stood still' : `lost: ${how}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.#workers) if (isWorker(pid)) signal(pid, 'SIGCONT');
    await this.#gateway?.[Symbol.asyncDispose]();
    this.#killWorkers();
  }

  get #running(): GatewayProcess {
    if (this.#gateway === undefined) throw new Error(`${this.name} has not started`);
    return this.#gateway;
  }

  #killWorkers(): void {
    for (const pid of this.#workers) if (isWorker(pid)) signal(pid, 'SIGKILL');
  }

  #hear(line: LogLine): void {
    if (line.msg !== 'request') {
      this.logged.note(`${String(line['level'])}: ${line.msg}`, JSON.stringify(line));
      return;
    }
    const { attempts, status, code } = requestLine.parse(line);
    this.logged.add('requests');
    this.logged.add('tries', attempts);
    if (attempts > 1) this.logged.add('requests that were tried again');
    if (status >= 500) this.logged.note(`answered ${status} ${code ?? ''}`, JSON.stringify(line));
  }
}

/** The number of one that has gone may be another program's by now. */
function isWorker(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join('workers', 'entry'));
  } catch {
    return false; // it has gone
  }
}

/** It may have gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test, type TestContext } from 'node:test';
import { ask } from '../support/http.ts';
import { until } from '../support/until.ts';
import { gatewayWithWorkers, connectToEachWorker } from './tools.ts';

const CLIENTS = 16;

/** What became of one request on a connection of its own. */
interface Result {
  /** In order of their beginning. */
  readonly number: number;
  status: number | undefined;
  error: string | undefined;
}

/** So many requests may be begun for each wait: many times what any of them needs, and few enough to be kept. */
const MAX_REQUESTS = 5_000;

/**
 * Clients that ask again and again, each time over a new connection, as long as somebody waits for their answers:
 * where these do not come, or nobody asks for more, they begin no more than `MAX_REQUESTS`.
 */
class Load {
  readonly done: Result[] = [];
  readonly underWay = new Set<Result>();
  #begun = 0;
  #allowed = 0;
  #answered = 0;
  #ended = false;
  readonly #clients: readonly Promise<void>[];

  constructor(context: TestContext, url: string) {
    this.#clients = Array.from({ length: CLIENTS }, () => this.#client(url));
    context.after(() => this.end());
  }

  /** How many requests were begun. */
  get begun(): number {
    return this.#begun;
  }

  /** Resolves when so many more have been answered. */
  async answers(count: number): Promise<void> {
    const wanted = this.#answered + count;
    this.#allowed = this.#begun + MAX_REQUESTS;
    await until(() => this.#answered >= wanted || this.#isSpent());
    if (this.#answered < wanted) {
      assert.fail(`${this.#answered - wanted + count} of ${MAX_REQUESTS} requests were answered`);
    }
  }

  async end(): Promise<readonly Result[]> {
    this.#ended = true;
    await Promise.all(this.#clients);
    return this.done;
  }

  #isSpent(): boolean {
    return this.#begun >= this.#allowed && this.underWay.size === 0;
  }

  async #client(url: string): Promise<void> {
    for (;;) {
      await until(() => this.#ended || this.#begun < this.#allowed);
      if (this.#ended) return;
      const result: Result = { number: this.#begun++, status: undefined, error: undefined };
      this.underWay.add(result);
      const { status, whole, error } = await ask(url);
      result.status = whole ? status : undefined;
      result.error = error;
      if (result.status === 200) this.#answered++;
      this.underWay.delete(result);
      this.done.push(result);
    }
  }
}

function notAnswered(results: readonly Result[]): readonly Result[] {
  return results.filter(({ status }) => status !== 200);
}

void test('of a killed worker only its own open requests are lost: whoever had no connection yet gets another', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  const victim = await gateway.pidOf(1);
  context.after(() => kill(victim));
  const load = new Load(context, gateway.url);
  await load.answers(100);

  // Frozen it takes no more connections, so that what it has taken is known: nothing that begins from here on.
  process.kill(victim, 'SIGSTOP');
  await until(() => stateOf(victim).startsWith('T'));
  const frozenAt = load.begun;
  const open = new Set(load.underWay);
  await load.answers(200);
  process.kill(victim, 'SIGKILL');
  await gateway.said(/"how":"signal SIGKILL"/);
  await load.answers(200);
  await gateway.said(/a worker was started again/);
  await load.answers(200);

  const lost = notAnswered(await load.end());
  assert.deepEqual(
    lost.filter(({ number }) => number >= frozenAt),
    [],
  );
  assert.ok(lost.every((result) => open.has(result)));
  assert.ok(lost.every(({ error }) => error === 'ECONNRESET' || error === 'EPIPE'));
  const [restarted] = await gateway.workers();
  assert.deepEqual([restarted?.state, restarted?.restarts], ['ready', 1]);
});

void test('the port never refuses, though workers are killed again and again, and all of them at once', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  const load = new Load(context, gateway.url);
  let open = 0;
  for (const victims of [[1], [2], [1, 2], [2], [1, 2]]) {
    const pids = await Promise.all(victims.map((number) => gateway.pidOf(number)));
    await load.answers(50);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    open += load.underWay.size;
    await load.answers(50);
  }
  const results = await load.end();
  const lost = notAnswered(results);
  assert.ok(lost.length <= open, `${lost.length} lost of ${open} that were open`);
  assert.ok(lost.every(({ error }) => error === 'ECONNRESET' || error === 'EPIPE'));
});

void test('a worker that ends again and again is started again after longer and longer waits', async (context) => {
  const gateway = await gatewayWithWorkers(context);
  for (let round = 1; round <= 3; round++) {
    process.kill(await gateway.pidOf(2), 'SIGKILL');
    await until(async () => (await gateway.workers())[1]?.restarts === round);
  }
  await gateway.pidOf(2);
  const ends = gateway.logs().filter(({ msg }) => String(msg).includes('ended by itself'));
  assert.deepEqual(
    ends.map(({ worker, how, inMs }) => [worker, how, inMs]),
    [100, 200, 400].map((inMs) => [2, 'signal SIGKILL', inMs]),
  );
  assert.deepEqual(
    (await gateway.workers()).map(({ restarts }) => restarts),
    [0, 3],
  );
});

void test('what a worker logged before a defect ended it is not lost, nor is the defect', async (context) => {
  const inWorker = "process.on('SIGUSR2', () => { throw new Error('a planted defect'); })";
  const hook = `process.argv[1].includes('workers/entry') && ${inWorker}`;
  const gateway = await gatewayWithWorkers(
    context,
    {},
    { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` } },
  );
  const [line] = await connectToEachWorker(context, gateway.url, 2);
  for (let request = 0; request < 5; request++) await line?.ask();
  for (const number of [1, 2]) process.kill(await gateway.pidOf(number), 'SIGUSR2');
  await gateway.logged(2, ({ how }) => how === 'exit code 1');
  const log = gateway.logs();
  assert.equal(log.filter(({ msg }) => msg === 'request').length, 5);
  const defects = log.filter(({ msg }) => msg === 'a worker met a defect and ends');
  assert.deepEqual(new Set(defects.map(({ worker }) => worker)), new Set([1, 2]));
  assert.match(JSON.stringify(defects), /a planted defect/);
});

/** As `ps` names the states of processes; empty where there is no such process. */
function stateOf(pid: number): string {
  return spawnSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
}

/** It may have gone. */
function kill(pid: number): void {
  if (stateOf(pid) !== '') process.kill(pid, 'SIGKILL');
}

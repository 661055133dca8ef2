import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import {
  choiceView,
  errorAnswer,
  explanation,
  keyList,
  keyView,
  liftedHolds,
  stateView,
  workerList,
} from '../../src/admin/contract.ts';
import { POLICY } from '../keys/tools.ts';
import { until } from '../support/until.ts';
import { START, openAdminFixture } from './tools.ts';
import type { AdminFixture } from './tools.ts';

/** Answers as they were sent before there was a contract. Fields may be added to them; none changes or goes. */
const recorded = z
  .array(
    z.object({ method: z.enum(['GET', 'POST']), path: z.string(), status: z.number(), text: z.string() }),
  )
  .parse(JSON.parse(await readFile(new URL('recorded-answers.json', import.meta.url), 'utf8')));

const schemas: readonly (readonly [path: RegExp, schema: z.ZodType])[] = [
  [/^\/api\/keys$/, keyList],
  [/\/none$/, errorAnswer],
  [/\/explain$/, explanation],
  [/\/lift-holds$/, liftedHolds],
  [/^\/api\/choice/, choiceView],
  [/^\/api\/workers$/, workerList],
  [/^\/api\/state$/, stateView],
  [/^\/api\/keys\//, keyView],
];

const A = 'sk-first-0123456789abcdef-wxyz';
const B = 'sk-second-0123456789abcdef-1234';
const C = 'sk-third-0123456789abcdef-5678';
const D = 'sk-fourth-0123456789abcdef-abcd';
const E = 'sk-fifth-0123456789abcdef-efgh';

const providers = [
  {
    id: 'main',
    type: 'openai',
    apiTokens: [
      { key: A, name: 'team-a', quotaDomain: 'org-1' },
      { key: B, quotaDomain: 'org-1' },
      C,
      D,
      { key: E, models: ['gpt-4*'] },
    ],
    failover: {
      enabled: true,
      failureThreshold: 2,
      successThreshold: 2,
      healthCheckModel: 'gpt-5-nano',
      healthCheckInterval: '1h',
    },
  },
  { id: 'open', type: 'openai' },
];

/** One key throttled with its domain, one dead, one doubted; two workers, and a store that is away. */
async function troubled(context: TestContext): Promise<AdminFixture> {
  const fixture = await openAdminFixture(context, {
    providers,
    routes: [{ model: 'gpt-*', to: ['main', 'open'] }],
    watched: true,
    workers: [
      {
        number: 1,
        pid: 4711,
        state: 'ready',
        since: START,
        restarts: 0,
        connections: { open: 5, most: 100, gaveWay: 2, refused: 1 },
      },
      { number: 2, pid: undefined, state: 'waiting', since: START + 1_000, restarts: 3 },
    ],
    state: {
      kind: 'sqlite',
      description: 'sqlite:/state.db',
      awaySince: START - 5_000,
      checksSpent: [['main', START + 3_600_000]],
    },
  });
  await until(() => fixture.prober.probing.length === 1);
  const throttled = { waitMs: 30_000, domainWide: true, rule: 'openai.rate-limit', status: 429 } as const;
  fixture.happens(A, { kind: 'throttles' }, { ...throttled, requestId: 'req_1', node: 'node-1' });
  const dead = { rule: 'openai.key-invalid', status: 401 };
  fixture.happens(
    C,
    { kind: 'condemns', cause: 'key_dead' },
    { ...dead, requestId: 'req_2', node: 'node-7' },
  );
  fixture.happens(
    D,
    { kind: 'condemns', cause: 'key_dead' },
    { ...dead, requestId: 'req_3', unproven: true },
  );
  const doubted = { type: 'doubted', at: START, cause: 'key_dead', model: '*', rule: dead.rule } as const;
  fixture.book.apply(fixture.key(D), { ...doubted, status: 400, requestId: 'req_4' }, POLICY);
  fixture.clock.now = START + 2_000;
  return fixture;
}

void test('every answer is to the letter what it was, and all that the contract says and no more', async (context) => {
  const fixture = await troubled(context);
  for (const { method, path, status, text } of recorded) {
    const answer = await (method === 'GET' ? fixture.get(path) : fixture.post(path));
    assert.deepEqual([answer.status, answer.text], [status, text], path);
    const schema = schemas.find(([pattern]) => pattern.test(path))?.[1];
    assert.ok(schema !== undefined, path);
    // What a schema does not name does not come out of it.
    assert.deepEqual(schema.parse(answer.json()), answer.json(), path);
  }
});

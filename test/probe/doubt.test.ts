import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attempt, denies } from '../keys/tools.ts';
import type { Doubted } from '../../src/keys/record/event.ts';
import type { Doubt } from '../../src/keys/record/record.ts';
import { rawAnswer } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { begin, JSON_TYPE, onlyKey, PASSES, planOf, recordOf } from './fixture.ts';
import type { Fixture } from './fixture.ts';

const MINUTE = 60_000;
const NO_LIST = rawAnswer('404 Not Found', JSON_TYPE, '{"error":{"message":"Not found"}}');
const REFUSED = rawAnswer(
  '401 Unauthorized',
  JSON_TYPE,
  '{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}',
);

function doubted(cause: Doubt['cause'], model: string): Doubted {
  return { type: 'doubted', at: Date.now(), cause, model, rule: 'r', requestId: 'req_1' };
}

function doubtOf(fixture: Fixture): Doubt | undefined {
  const record = recordOf(fixture);
  return record.state === 'in-service' ? record.doubt : undefined;
}

function modelsAsked({ upstream }: Fixture): readonly unknown[] {
  return upstream.requests
    .filter(({ line }) => line.startsWith('POST'))
    .map(({ body }) => /"model":"([^"]*)"/.exec(body.toString())?.[1]);
}

void describe('a key in doubt', () => {
  void it('is checked with the model that the doubt is about', async (t) => {
    const fixture = await begin(t, { happened: doubted('denied', 'big') });
    await fixture.prober.watch([fixture.provider]);
    await until(() => doubtOf(fixture) === undefined);
    assert.deepEqual(modelsAsked(fixture), ['big']);
    assert.equal(fixture.reports[0]?.[1].passed, true);
  });

  void it('is cleared of nothing by a check of another model', async (t) => {
    const fixture = await begin(t, {
      happened: doubted('denied', 'big'),
      failover: { healthCheckInterval: '1h' },
    });
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id, 'small');
    assert.equal(doubtOf(fixture)?.model, 'big');
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    assert.deepEqual([doubtOf(fixture), modelsAsked(fixture)], [undefined, ['small', 'big']]);
  });

  void it('about a dead key takes it out once a check confirms it, checked like a dead one', async (t) => {
    const fixture = await begin(t, {
      happened: doubted('key_dead', '*'),
      failover: { healthCheckInterval: '1h' },
      answer: ({ request, write }) => write(request.line.startsWith('GET') ? NO_LIST : REFUSED),
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'out-of-service');
    assert.deepEqual(modelsAsked(fixture), ['check'], 'the list shows nothing at this address');
  });

  void it('is not left waiting for the next round', async (t) => {
    const fixture = await begin(t, {
      happened: attempt(denies, Date.now(), { model: 'other' }),
      failover: { healthCheckInterval: '1h' },
      answer: ({ write }) => write(PASSES),
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.prober.probing.length === 1);
    fixture.book.apply(onlyKey(fixture), doubted('billing', '*'), fixture.provider.keyPolicy);
    const { why, kind, model } = planOf(fixture) ?? assert.fail('there is no plan');
    assert.deepEqual([why, kind, model], ['doubt', 'purchase', 'check']);
    fixture.prober.checkSoon('p');
    await until(() => doubtOf(fixture) === undefined);
  });

  void it('is tested before those that are held from a model, and out of the whole budget', async (t) => {
    const happened = attempt(denies, Date.now() - 6 * MINUTE, { model: 'held', chat: true });
    const fixture = await begin(t, {
      happened,
      failover: { healthCheckBudget: 1, healthCheckInterval: '1h' },
    });
    fixture.book.apply(onlyKey(fixture), doubted('throttled', 'big'), fixture.provider.keyPolicy);
    await fixture.prober.watch([fixture.provider]);
    await until(() => doubtOf(fixture) === undefined);
    assert.deepEqual(modelsAsked(fixture), ['big']);
  });
});

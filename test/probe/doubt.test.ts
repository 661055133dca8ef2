import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attempt, denies } from '../keys/tools.ts';
import type { Doubted } from '../../src/keys/record/event.ts';
import type { Doubt } from '../../src/keys/record/record.ts';
import { rawAnswer } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { begin, JSON_TYPE, onlyKey, PASSES, planOf, recordOf } from './scene.ts';
import type { Scene } from './scene.ts';

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

function doubtOf(scene: Scene): Doubt | undefined {
  const record = recordOf(scene);
  return record.state === 'in-service' ? record.doubt : undefined;
}

function modelsAsked({ upstream }: Scene): readonly unknown[] {
  return upstream.requests
    .filter(({ line }) => line.startsWith('POST'))
    .map(({ body }) => /"model":"([^"]*)"/.exec(body.toString())?.[1]);
}

void describe('a key in doubt', () => {
  void it('is checked with the model that the doubt is about', async (t) => {
    const scene = await begin(t, { happened: doubted('denied', 'big') });
    await scene.prober.watch([scene.provider]);
    await until(() => doubtOf(scene) === undefined);
    assert.deepEqual(modelsAsked(scene), ['big']);
    assert.equal(scene.reports[0]?.[1].passed, true);
  });

  void it('is cleared of nothing by a check of another model', async (t) => {
    const scene = await begin(t, {
      happened: doubted('denied', 'big'),
      failover: { healthCheckInterval: '1h' },
    });
    await scene.prober.check(scene.provider, onlyKey(scene).id, 'small');
    assert.equal(doubtOf(scene)?.model, 'big');
    await scene.prober.check(scene.provider, onlyKey(scene).id);
    assert.deepEqual([doubtOf(scene), modelsAsked(scene)], [undefined, ['small', 'big']]);
  });

  void it('about a dead key takes it out once a check confirms it, checked like a dead one', async (t) => {
    const scene = await begin(t, {
      happened: doubted('key_dead', '*'),
      failover: { healthCheckInterval: '1h' },
      answer: ({ request, write }) => write(request.line.startsWith('GET') ? NO_LIST : REFUSED),
    });
    await scene.prober.watch([scene.provider]);
    await until(() => recordOf(scene).state === 'out-of-service');
    assert.deepEqual(modelsAsked(scene), ['check'], 'the list shows nothing at this address');
  });

  void it('is not left waiting for the next round', async (t) => {
    const scene = await begin(t, {
      happened: attempt(denies, Date.now(), { model: 'other' }),
      failover: { healthCheckInterval: '1h' },
      answer: ({ write }) => write(PASSES),
    });
    await scene.prober.watch([scene.provider]);
    await until(() => scene.prober.probing.length === 1);
    scene.book.apply(onlyKey(scene), doubted('billing', '*'), scene.provider.keyPolicy);
    const { why, kind, model } = planOf(scene) ?? assert.fail('there is no plan');
    assert.deepEqual([why, kind, model], ['doubt', 'purchase', 'check']);
    scene.prober.checkSoon('p');
    await until(() => doubtOf(scene) === undefined);
  });

  void it('is tested before those that are held from a model, and out of the whole budget', async (t) => {
    const happened = attempt(denies, Date.now() - 6 * MINUTE, { model: 'held', chat: true });
    const scene = await begin(t, { happened, failover: { healthCheckBudget: 1, healthCheckInterval: '1h' } });
    scene.book.apply(onlyKey(scene), doubted('throttled', 'big'), scene.provider.keyPolicy);
    await scene.prober.watch([scene.provider]);
    await until(() => doubtOf(scene) === undefined);
    assert.deepEqual(modelsAsked(scene), ['big']);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { START, refusal, stageAdmin } from './tools.ts';

const PROVIDERS = [{ id: 'main', type: 'openai', apiTokens: ['sk-a'] }];

void test('the store is shown with its kind and place, and which providers are probed from here', async (context) => {
  const stage = await stageAdmin(context, {
    providers: PROVIDERS,
    state: {
      kind: 'redis',
      description: 'redis://127.0.0.1:6379/0',
      probing: ['main'],
      checksSpent: [['main', START + 3_600_000]],
      emptyAnswers: [
        ['main', 2],
        ['other', 0],
      ],
    },
  });
  const answer = await stage.get('/api/state');
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json(), {
    store: { kind: 'redis', description: 'redis://127.0.0.1:6379/0', awaySince: null, unwrittenKeys: 0 },
    probing: ['main'],
    checksSpentUntil: { main: '2026-03-01T13:00:00.000Z' },
    emptyAnswers: { main: 2 },
    down: [],
  });
  assert.deepEqual(refusal(await stage.post('/api/state')), [405, 'method_not_allowed']);
});

void test('a store that is away is shown as such, with how much waits to be written', async (context) => {
  const stage = await stageAdmin(context, {
    providers: PROVIDERS,
    state: { awaySince: START, unwritten: 3 },
  });
  assert.deepEqual((await stage.get('/api/state')).json(), {
    store: {
      kind: 'memory',
      description: 'memory:',
      awaySince: '2026-03-01T12:00:00.000Z',
      unwrittenKeys: 3,
    },
    probing: [],
    checksSpentUntil: {},
    emptyAnswers: {},
    down: [],
  });
});

void test('without the token nobody learns of the store', async (context) => {
  const stage = await stageAdmin(context, { providers: PROVIDERS, token: 'open-sesame' });
  assert.deepEqual(refusal(await stage.get('/api/state')), [401, 'missing_token']);
});

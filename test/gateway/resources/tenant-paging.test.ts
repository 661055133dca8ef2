import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { CLIENTS, idOf, idsIn, KEYS, named, tenantSetup, accountProvider } from './tenant-setup.ts';

const apiKey = 'client-ada-0123456789';

void test('OpenAI’s SDK pages through all resources of its tenant, over several accounts, and ends', async (t) => {
  const { as, gateway, accounts } = await tenantSetup(t);
  const created: string[] = [];
  for (let n = 0; n < 9; n++) {
    created.push(idOf(await as('ada', named('files.create'))));
    await as('bob', named('files.create'));
  }
  for (const key of KEYS) accounts.create(key, 'file-', 5);
  const client = new OpenAI({ apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  const seen: string[] = [];
  for await (const { id } of client.files.list({ limit: 2 })) seen.push(id);
  assert.deepEqual(seen.toSorted(), created.toSorted());
});

void test('Anthropic’s SDK pages through all resources of its tenant, forwards and back', async (t) => {
  const { as, gateway, accounts } = await tenantSetup(t);
  await gateway.reload({
    config: { clients: CLIENTS, providers: [accountProvider(accounts, KEYS.slice(0, 1))] },
  });
  const created: string[] = [];
  for (let n = 0; n < 7; n++) {
    created.unshift(idOf(await as('ada', named('messages.batches.create'))));
    await as('bob', named('messages.batches.create'));
  }
  const client = new Anthropic({ apiKey, baseURL: gateway.url, maxRetries: 0 });
  const seen: string[] = [];
  for await (const { id } of client.messages.batches.list({ limit: 2 })) seen.push(id);
  assert.deepEqual(seen, created);
  const back: string[] = [];
  const oldest = created.at(-1) ?? '';
  for await (const { id } of client.messages.batches.list({ limit: 2, before_id: oldest })) back.push(id);
  assert.deepEqual(back.toSorted(), created.slice(0, -1).toSorted());
  const page = await as('ada', named('messages.batches.list'), {
    query: `?limit=2&before_id=${created[4] ?? ''}`,
  });
  assert.deepEqual(idsIn(page), created.slice(2, 4), 'what is nearest to it');
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { strictRules } from '../../simulator/strict/strict.ts';
import type { Rule, StrictOperation } from '../../simulator/strict/rule.ts';
import { parseObject } from '../../src/base/json.ts';
import { translateRequest } from '../../src/translate/job.ts';
import { someBody, someSeed } from './any-options.ts';
import { quirksFor } from './sdk-requests.ts';
import { OPERATIONS, SPOKEN } from './spoken.ts';

/** So many random requests of each kind of client for each model. */
const TIMES = 60;

interface Back {
  /** The type of provider, and whose rules it is held to. */
  readonly type: string;
  readonly vendor: keyof typeof strictRules;
  readonly operation: StrictOperation;
  readonly models: readonly string[];
}

const BACKS: readonly Back[] = [
  {
    type: 'openai',
    vendor: 'openai',
    operation: 'chat',
    models: [
      'gpt-3.5-turbo',
      'gpt-4o',
      'gpt-4.1-mini',
      'o1',
      'o3-mini',
      'o4-mini',
      'gpt-5',
      'gpt-5.1',
      'gpt-5.2',
      'gpt-5-chat-latest',
    ],
  },
  {
    type: 'claude',
    vendor: 'anthropic',
    operation: 'messages',
    models: [
      'claude-3-haiku-20240307',
      'claude-3-7-sonnet-20250219',
      'claude-sonnet-4-20250514',
      'claude-opus-4-1',
      'claude-sonnet-4-5',
      'claude-opus-4-6',
      'claude-opus-4-8',
      'claude-opus-5-5',
    ],
  },
  {
    type: 'gemini',
    vendor: 'gemini',
    operation: 'generate',
    models: [
      'gemini-2.0-flash',
      'gemini-2.5-flash',
      'gemini-2.5-flash-lite',
      'gemini-2.5-pro',
      'gemini-3-pro-preview',
      'gemini-3-flash-preview',
    ],
  },
  {
    type: 'bedrock',
    vendor: 'bedrock',
    operation: 'converse',
    models: [
      'anthropic.claude-sonnet-4-5-20250929-v1:0',
      'us.anthropic.claude-opus-4-7',
      'amazon.nova-pro-v1:0',
      'amazon.nova-2-lite-v1:0',
      'meta.llama3-3-70b-instruct-v1:0',
    ],
  },
  {
    type: 'mistral',
    vendor: 'mistral',
    operation: 'chat',
    models: ['mistral-large-latest', 'mistral-small-latest', 'magistral-medium-latest'],
  },
];

void describe('whatever a client asks for leaves as the vendor takes it', () => {
  for (const client of Object.keys(OPERATIONS))
    for (const { type, models, ...back } of BACKS)
      for (const model of models)
        void it(`${client} to ${type}/${model}`, async () => {
          for (let time = 0; time < TIMES; time++) await tryOne(client, type, model, back, someSeed());
        });
});

async function tryOne(
  client: string,
  type: string,
  model: string,
  { vendor, operation }: Pick<Back, 'vendor' | 'operation'>,
  seed: number,
): Promise<void> {
  const asked = someBody(client, seed);
  const spoken = OPERATIONS[client] ?? assert.fail(client);
  const translated = await translateRequest({
    spec: {
      operation: spoken.operation,
      clientDialect: spoken.dialect,
      providerDialect: SPOKEN[type] ?? 'openai-chat',
      model,
      quirks: quirksFor(type, model),
      stream: false,
    },
    body: Buffer.from(JSON.stringify(asked)),
    isLarge: false,
  });
  // A family may have no words for something.
  if (translated.kind === 'not-expressible') {
    assert.equal(translated.thrownAt, undefined, `seed ${seed}: ${translated.thrownAt}`);
    return;
  }
  assert.equal(translated.kind, 'translated-request');
  const body = parseObject(Buffer.from(translated.body).toString()) ?? {};
  for (const rule of strictRules[vendor]) {
    if (!isFor(rule, operation, model)) continue;
    const finding = rule.find({ body, model, organization: 'org', isStored: () => false });
    assert.equal(
      finding,
      undefined,
      `seed ${seed}, ${rule.id}: ${JSON.stringify(finding)} of ${JSON.stringify(asked)} as ${JSON.stringify(body)}`,
    );
  }
}

function isFor({ operations, models }: Rule, operation: StrictOperation, model: string): boolean {
  return operations.includes(operation) && models?.test(model.toLowerCase()) !== false;
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Operation } from '../../../simulator/behaviour.ts';
import type { ServiceName } from '../../../simulator/request-target.ts';
import { brokenRule, STRICT_VENDORS, strictRules } from '../../../simulator/strict/strict.ts';
import { ObjectStore } from '../../../simulator/surface/object-store.ts';
import { anthropicExamples } from './examples/anthropic.ts';
import { bedrockExamples } from './examples/bedrock.ts';
import {
  dashscopeChatExamples,
  dashscopeEmbeddingsExamples,
  klingExamples,
  minimaxExamples,
} from './examples/own-apis.ts';
import { deepseekExamples, grokExamples, groqExamples } from './examples/compatible.ts';
import { geminiExamples } from './examples/gemini.ts';
import { bedrockImageExamples, geminiImageExamples } from './examples/images.ts';
import { mistralExamples } from './examples/mistral.ts';
import { openaiChatExamples, openaiEmbeddingsExamples } from './examples/openai-chat.ts';
import { openaiResponsesExamples } from './examples/openai-responses.ts';
import type { Body, RuleExample, RuleExamples } from './rule-example.ts';

/** The examples of one operation of a vendor, and the model that they name unless they say so. */
interface ExampleSet {
  readonly service: ServiceName;
  readonly operation: Operation;
  readonly model: string;
  readonly examples: RuleExamples;
}

const SETS: readonly ExampleSet[] = [
  { service: 'openai', operation: 'chat', model: 'gpt-4.1', examples: openaiChatExamples },
  { service: 'openai', operation: 'responses', model: 'gpt-4.1', examples: openaiResponsesExamples },
  {
    service: 'openai',
    operation: 'embeddings',
    model: 'text-embedding-3-small',
    examples: openaiEmbeddingsExamples,
  },
  { service: 'anthropic', operation: 'messages', model: 'claude-sonnet-4-5', examples: anthropicExamples },
  { service: 'gemini', operation: 'generate', model: 'gemini-2.5-flash', examples: geminiExamples },
  {
    service: 'bedrock',
    operation: 'converse',
    model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
    examples: bedrockExamples,
  },
  { service: 'dashscope', operation: 'chat', model: 'qwen-plus', examples: dashscopeChatExamples },
  {
    service: 'dashscope',
    operation: 'embeddings',
    model: 'text-embedding-v4',
    examples: dashscopeEmbeddingsExamples,
  },
  { service: 'kling', operation: 'videos', model: '', examples: klingExamples },
  { service: 'minimax', operation: 'chat', model: 'abab6.5s-chat', examples: minimaxExamples },
  { service: 'gemini', operation: 'images', model: 'imagen-4.0-generate-001', examples: geminiImageExamples },
  {
    service: 'bedrock',
    operation: 'images',
    model: 'amazon.nova-canvas-v1:0',
    examples: bedrockImageExamples,
  },
  { service: 'mistral', operation: 'chat', model: 'mistral-large-latest', examples: mistralExamples },
  { service: 'groq', operation: 'chat', model: 'openai/gpt-oss-120b', examples: groqExamples },
  { service: 'grok', operation: 'chat', model: 'grok-4', examples: grokExamples },
  { service: 'deepseek', operation: 'chat', model: 'deepseek-chat', examples: deepseekExamples },
  {
    service: 'github-models',
    operation: 'chat',
    model: 'openai/gpt-4.1',
    examples: ofPublisher(openaiChatExamples),
  },
];

/** The examples of OpenAI's for its models elsewhere, where the publisher stands in front of their names. */
function ofPublisher(examples: RuleExamples): RuleExamples {
  const rules = new Set(strictRules['github-models'].map(({ id }) => id));
  return Object.fromEntries(
    Object.entries(examples)
      .filter(([id]) => rules.has(id))
      .map(([id, { model, ...example }]) => [
        id,
        { ...example, ...(model !== undefined && { model: `openai/${model}` }) },
      ]),
  );
}

/** Where the body has no place for the model's name, or another. */
const NO_MODEL_IN_BODY = new Set<Operation>(['generate', 'converse', 'images', 'videos']);

for (const { service, operation, model, examples } of SETS)
  void suite(`${service}, ${operation}`, () => {
    for (const [id, example] of Object.entries(examples))
      void test(`${id}: a request that breaks it is refused, and one near by is not`, () => {
        checkExample({ service, operation, model }, id, example);
      });
  });

void test('every rule has an example, its source and its date', () => {
  for (const vendor of STRICT_VENDORS) {
    const known = new Set(
      SETS.filter(({ service }) => service === vendor).flatMap(({ examples }) => Object.keys(examples)),
    );
    const rules = strictRules[vendor];
    assert.deepEqual(
      rules.map(({ id }) => id).filter((id) => !known.has(id)),
      [],
      vendor,
    );
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length, `${vendor}: two of one id`);
    for (const { id, source, date } of rules) {
      assert.match(source, /^[a-z.-]+\.[a-z]+\/\S/u, id);
      assert.match(date, /^\d{4}-\d\d-\d\d$/u, id);
    }
  }
});

function checkExample(
  { service, operation, model }: Omit<ExampleSet, 'examples'>,
  id: string,
  example: RuleExample,
): void {
  const name = example.model ?? model;
  assert.ok(example.pairs.length > 0);
  for (const [refused, accepted] of example.pairs) {
    const broken = ruleBrokenBy(service, operation, name, refused);
    assert.equal(broken?.id, `${service}/${id}`, JSON.stringify([broken?.refusal.body, refused]));
    const near = ruleBrokenBy(service, operation, name, accepted);
    assert.equal(near, undefined, JSON.stringify([near?.refusal.body, accepted]));
  }
}

function ruleBrokenBy(
  service: ServiceName,
  operation: Operation,
  model: string,
  body: Body,
): ReturnType<typeof brokenRule> {
  const store = new ObjectStore();
  store.addResponse('resp_1', {
    organization: 'org',
    response: {},
    input: [],
    conversation: [{ id: 'msg_kept' }],
  });
  const sent: unknown = JSON.parse(
    JSON.stringify(NO_MODEL_IN_BODY.has(operation) ? body : { model, ...body }),
  );
  return brokenRule(
    {
      key: 'k',
      organization: 'org',
      operation,
      method: 'POST',
      steps: [],
      query: new URLSearchParams(),
      headers: {},
      json: isBody(sent) ? sent : undefined,
      form: undefined,
      model,
      chunks: undefined,
      store,
    },
    service,
  );
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null;
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { strictRules } from '../../../simulator/strict/strict.ts';
import { objectsOf, parseObject } from '../../../src/base/json.ts';
import type { Json } from '../../../src/base/json.ts';
import { modelCapabilities } from '../../../src/catalog/models/model-capabilities.ts';
import { fitPassedChat } from '../../../src/translate/passed/fit-passed.ts';
import { someBody, someSeed } from '../any-options.ts';
import { assistant, chatCall, toolResult, user } from '../../system/translate/cases/translation-case.ts';

interface Vendor {
  readonly type: string;
  readonly rules: keyof typeof strictRules;
  readonly models: readonly string[];
}

const VENDORS: readonly Vendor[] = [
  { type: 'mistral', rules: 'mistral', models: ['mistral-large-latest', 'mistral-small-latest'] },
  {
    type: 'groq',
    rules: 'groq',
    models: ['llama-3.3-70b-versatile', 'openai/gpt-oss-120b', 'qwen/qwen3-32b'],
  },
  { type: 'grok', rules: 'grok', models: ['grok-3', 'grok-3-mini', 'grok-4'] },
  { type: 'deepseek', rules: 'deepseek', models: ['deepseek-chat', 'deepseek-reasoner'] },
  {
    type: 'github-models',
    rules: 'github-models',
    models: ['openai/gpt-4.1', 'openai/gpt-5', 'openai/o3', 'openai/o3-mini'],
  },
];

/** So many random chats for each model. */
const TIMES = 150;

/** What a body breaks of a vendor's rules, in its words. */
function broken({ rules }: Vendor, model: string, body: Json): string | undefined {
  for (const rule of strictRules[rules]) {
    if (!rule.operations.includes('chat') || rule.models?.test(model) === false) continue;
    const finding = rule.find({ body, model, isStored: () => false, organization: '' });
    if (finding !== undefined) return `${rule.id}: ${finding.message}`;
  }
  return undefined;
}

function fit(
  type: string,
  model: string,
  body: object,
): { readonly body: Json; readonly dropped: readonly string[] } {
  const bytes = Buffer.from(JSON.stringify(body));
  const fitted = fitPassedChat(bytes, modelCapabilities(type, model));
  return { body: parseObject(fitted.body.toString()) ?? {}, dropped: fitted.dropped };
}

void describe('a chat for another vendor than OpenAI', () => {
  for (const vendor of VENDORS) {
    for (const model of vendor.models) {
      void it(`is taken by ${model} at ${vendor.type}, with whatever options`, () => {
        const seed = someSeed();
        for (let at = 0; at < TIMES; at += 1) {
          // A field that OpenAI has not is the vendor's to answer for.
          const { top_k: _, ...options } = someBody('chat', seed + at);
          const chat: Json = { model, ...ownOptions(seed + at), ...options };
          if (vendor.type === 'deepseek' && JSON.stringify(chat).includes('image_url')) continue;
          const { body } = fit(vendor.type, model, chat);
          assert.equal(
            broken(vendor, model, body),
            undefined,
            `seed ${seed + at}: ${JSON.stringify(chat)}\nleft as ${JSON.stringify(body)}`,
          );
        }
      });
    }
  }
});

function image(type: string): object {
  return user([{ type: 'image_url', image_url: { url: `data:${type};base64,AAAA`, detail: 'low' } }]);
}

const CALL = chatCall('functions.Bash:0', 'Bash');

/** Conversations that one vendor or another refuses as they are. */
const ODD: Readonly<Record<string, readonly object[]>> = {
  'ids of other vendors': [user('a'), assistant('', CALL), toolResult('functions.Bash:0', 'r')],
  'two calls of one id': [
    user('a'),
    assistant(null, CALL, CALL),
    toolResult('functions.Bash:0', '1'),
    toolResult('functions.Bash:0', '2'),
  ],
  'a user directly behind a result': [
    user('a'),
    assistant(null, CALL),
    toolResult('functions.Bash:0', 'r'),
    user('b'),
  ],
  'a user between a call and its result': [
    user('a'),
    assistant(null, CALL),
    user('b'),
    toolResult('functions.Bash:0', 'r'),
  ],
  'a call without a result': [user('a'), assistant(null, CALL), user('b')],
  'a result without a call': [user('a'), toolResult('x', 'r'), user('b')],
  'the assistant last': [user('a'), assistant('b')],
  'blank texts': [
    { role: 'system', content: ' ' },
    user('a'),
    assistant(''),
    user([
      { type: 'text', text: '' },
      { type: 'text', text: 'b' },
    ]),
  ],
  'instructions late': [user('a'), assistant('b'), { role: 'system', content: 'c' }, user('d')],
  'an answer of OpenAI’s that comes back': [
    { ...user('a'), name: 'ann' },
    { ...assistant('b'), refusal: null, annotations: [], audio: null, function_call: null, tool_calls: [] },
    user('c'),
    { ...assistant(null), refusal: 'I cannot.' },
    user('d'),
  ],
};

void describe('a conversation for another vendor than OpenAI', () => {
  for (const [name, messages] of Object.entries(ODD)) {
    for (const vendor of VENDORS) {
      void it(`is taken by ${vendor.type}: ${name}`, () => {
        for (const model of vendor.models.filter((each) => each !== 'deepseek-reasoner')) {
          const { body } = fit(vendor.type, model, { model, messages });
          assert.equal(broken(vendor, model, body), undefined, JSON.stringify(body));
          // Once it fits it stays, so that what is cached of it is found again.
          assert.deepEqual(fit(vendor.type, model, body).body, body);
        }
      });
    }
  }

  void it('continues no message that a blank one has answered', () => {
    const { body } = fit('mistral', 'm', { messages: [user('a'), assistant('b'), user(' ')] });
    assert.ok(Array.isArray(body['messages']));
    assert.deepEqual(body['messages'].slice(0, 2), [user('a'), assistant('b')]);
    assert.equal(body['messages'].length, 3);
  });

  void it('keeps the ids of calls and results together, the same in each turn', () => {
    const turn = [user('a'), assistant('', CALL), toolResult('functions.Bash:0', 'r')];
    const first = fit('mistral', 'm', { messages: turn }).body['messages'];
    const second = fit('mistral', 'm', { messages: [...turn, assistant('b'), user('c')] }).body['messages'];
    assert.ok(Array.isArray(first) && Array.isArray(second));
    assert.deepEqual(second.slice(0, 3), first);
    const id = /"id":"([a-zA-Z0-9]{9})"/u.exec(JSON.stringify(first))?.[1];
    assert.ok(id !== undefined && JSON.stringify(first).includes(`"tool_call_id":"${id}"`));
  });

  void it('keeps what a vendor itself has in messages', () => {
    const thought = [
      { type: 'thinking', thinking: [{ type: 'text', text: 't' }] },
      { type: 'text', text: 'b' },
    ];
    const messages = [
      user('a'),
      { ...assistant(thought, CALL), own: 1 },
      toolResult('functions.Bash:0', 'r'),
    ];
    const { body } = fit('mistral', 'm', { messages });
    const [, answer] = objectsOf(body['messages']);
    assert.deepEqual({ ...answer, tool_calls: undefined }, { ...messages[1], tool_calls: undefined });
  });

  void it('has images under their right names', () => {
    const { body } = fit('grok', 'grok-4', { messages: [image('image/jpg')] });
    assert.deepEqual(body['messages'], [image('image/jpeg')]);
  });

  void it('keeps what stands beside texts and images, such as marks for a cache', () => {
    const mark = { cache_control: { type: 'ephemeral' } };
    const marked = { type: 'text', text: 'b', ...mark };
    const pictured = (type: string): object => ({
      type: 'image_url',
      image_url: { url: `data:${type};base64,AAAA` },
      ...mark,
    });
    const blank = { type: 'text', text: '' };
    const { body } = fit('mistral', 'm', {
      messages: [
        user([blank, marked]),
        assistant([blank, marked]),
        user([pictured('image/jpg'), { type: 'text', text: 'c' }]),
      ],
    });
    assert.deepEqual(body['messages'], [
      user([marked]),
      assistant([marked]),
      user([pictured('image/jpeg'), { type: 'text', text: 'c' }]),
    ]);
  });
});

void describe('the fields of a chat for another vendor than OpenAI', () => {
  const MESSAGES = [user('as json')];

  void it('have the vendor’s names, and every digit', () => {
    const body = Buffer.from(
      '{ "messages":[{"role":"user","content":"\\u00e9"}], "seed" : 12345678901234567890 , "x":1.0}',
    );
    const fitted = fitPassedChat(body, modelCapabilities('mistral', 'm'));
    assert.equal(
      fitted.body.toString(),
      '{"random_seed":12345678901234567890, "messages":[{"role":"user","content":"\\u00e9"}] , "x":1.0}',
    );
    assert.deepEqual(fitted.dropped, []);
  });

  void it('are told where they are left out', () => {
    const options = {
      user: 'u',
      metadata: { a: 'b' },
      store: true,
      logit_bias: { 1: 2 },
      logprobs: false,
      service_tier: 'auto',
      stream_options: { include_usage: true },
      max_completion_tokens: 5,
      stop: 'X',
    };
    const { body, dropped } = fit('mistral', 'm', { messages: MESSAGES, ...options, safe_prompt: true });
    assert.deepEqual(body, { max_tokens: 5, messages: MESSAGES, stop: 'X', safe_prompt: true });
    assert.deepEqual(dropped.toSorted(), ['logit_bias', 'metadata', 'store', 'user']);
  });

  void it('become the nearest that the model has', () => {
    const asked = { messages: MESSAGES, reasoning_effort: 'xhigh', stop: ['a'], presence_penalty: 0 };
    assert.deepEqual(fit('grok', 'grok-3-mini', asked), {
      body: { messages: MESSAGES, reasoning_effort: 'high' },
      dropped: ['stop'],
    });
    assert.deepEqual(fit('deepseek', 'deepseek-chat', { messages: MESSAGES, reasoning_effort: 'none' }), {
      body: { thinking: { type: 'disabled' }, messages: MESSAGES },
      dropped: [],
    });
  });

  void it('ask for a schema in words where there is no other way', () => {
    const format = { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } };
    const { body, dropped } = fit('deepseek', 'deepseek-chat', {
      messages: MESSAGES,
      response_format: format,
    });
    assert.deepEqual(body['response_format'], { type: 'json_object' });
    assert.match(JSON.stringify(body['messages']), /"role":"system","content":"Answer with JSON .*schema/u);
    assert.deepEqual(dropped, ['response_format']);
  });

  void it('stay where nothing is known of the model', () => {
    const body = Buffer.from(
      JSON.stringify({
        messages: MESSAGES,
        seed: 1,
        user: 'u',
        reasoning_effort: 'odd',
        response_format: { type: 'json_object' },
      }),
    );
    assert.equal(fitPassedChat(body, {}).body, body);
  });

  void it('are the very same bytes where they fit', () => {
    const body = Buffer.from(
      ' { "model":"m","messages" : [ {"role":"user", "content":"a"},{"role":"assistant","content":"","tool_calls":[{"id":"abcdefghi","type":"function","function":{"name":"f","arguments":"{}"}}]} ,\n{"role":"tool","tool_call_id":"abcdefghi","content":"r"}],"random_seed":1,"temperature":0.5,"max_tokens":10,"safe_prompt":true,"stop":["a"]}',
    );
    assert.equal(fitPassedChat(body, modelCapabilities('mistral', 'm')).body, body);
  });

  void it('are left alone where the messages cannot be read', () => {
    for (const messages of [undefined, [], [1], [{ role: 'function', name: 'f', content: 'r' }]]) {
      const body = Buffer.from(JSON.stringify({ messages, seed: 1 }));
      assert.equal(fitPassedChat(body, modelCapabilities('mistral', 'm')).body, body);
    }
  });
});

/** Options of OpenAI's own, as a number says by its digits. */
function ownOptions(seed: number): Json {
  const options: readonly Json[] = [
    { metadata: { a: 'b' } },
    { store: true },
    { service_tier: 'auto' },
    { prompt_cache_key: 'k', safety_identifier: 's' },
    { verbosity: 'low', prediction: { type: 'content', content: 'x' } },
    { stream: true, stream_options: { include_usage: true } },
    { max_tokens: 10 },
    { n: 1 },
  ];
  return Object.fromEntries(
    options.filter((_, at) => (seed >> at) % 2 === 1).flatMap((each) => Object.entries(each)),
  );
}

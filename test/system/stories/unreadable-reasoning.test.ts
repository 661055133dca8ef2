import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import * as z from 'zod';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { idWithState, packOpaqueState } from '../../../src/translate/opaque-state.ts';
import { gatewayFor, type ConfigParts, type TestGateway } from '../../support/gateway.ts';
import { ask, type AskOptions, type HttpAnswer } from '../../support/http.ts';

/* A conversation whose reasoning the key that is left cannot read goes on without it. */

const [ONE, TWO] = ['sk-one-0123456789abcdef', 'sk-two-0123456789abcdef'];
const USER = { role: 'user', content: 'hi' };
const TOOL = { type: 'function', name: 'f', parameters: { type: 'object', properties: {} } };
const FOREIGN = Buffer.from('what another vendor signed, in its own form').toString('base64');
const DEAD: readonly Behaviour[] = [{ kind: 'invalid-key' }];
const REFUSED = {
  error: {
    message: 'The encrypted content could not be verified.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_encrypted_content',
  },
};
const refusing: Behaviour = { kind: 'status', status: 400, body: JSON.stringify(REFUSED) };
const otherwise: Behaviour = {
  kind: 'status',
  status: 400,
  body: '{"error":{"message":"Unknown parameter: \'x\'.","type":"invalid_request_error","param":"x","code":"unknown_parameter"}}',
};

const body = z.looseObject({ input: z.array(z.unknown()) });
const output = z.object({ output: z.array(z.looseObject({ type: z.string() })) });

function respond(input: readonly unknown[], more: object = {}): AskOptions {
  const include = ['reasoning.encrypted_content'];
  return {
    path: '/v1/responses',
    body: {
      model: 'gpt-5',
      input,
      reasoning: { effort: 'low' },
      include,
      store: false,
      tools: [TOOL],
      ...more,
    },
  };
}

function vendorOf(type: string, sim: { url: string }): ConfigParts {
  const origin = sim.url.replace(/\/v1$/u, '');
  if (type === 'bedrock') return { type, baseUrl: origin, awsRegion: 'us-east-1' };
  return type === 'gemini' ? { type, baseUrl: `${origin}/v1beta` } : { type, baseUrl: sim.url };
}

function gatewayOf(t: TestContext, type = 'openai', keys: readonly string[] = [ONE]): Promise<TestGateway> {
  return gatewayFor(t, {
    strict: ['openai', 'anthropic', 'gemini', 'bedrock'],
    config: (sim) => ({
      providers: [
        {
          id: 'sim',
          apiTokens: keys,
          failover: { enabled: true, cooldownDuration: '1h' },
          ...vendorOf(type, sim),
        },
      ],
    }),
  });
}

/** The statuses that the newest tries got, oldest first. */
function statuses({ sim }: TestGateway): readonly (number | undefined)[] {
  return sim.requests.map(({ status }) => status);
}

/** The body that was sent last. */
function sentLast({ sim }: TestGateway): string {
  return sim.requests.at(-1)?.body ?? '';
}

function answered(gateway: TestGateway, answer: HttpAnswer, tries: number, dropped: string): void {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['x-sparekey-attempts'], String(tries));
  assert.equal(answer.headers['x-sparekey-dropped'], dropped);
  assert.equal(gateway.sim.requests.at(-1)?.brokenRule, undefined);
}

/** A conversation of one turn, whose key has died since; and the key that is left. */
async function orphaned(t: TestContext, first: AskOptions) {
  const gateway = await gatewayOf(t, 'openai', [ONE, TWO]);
  const answer = await ask(gateway.url, first);
  assert.equal(answer.status, 200, answer.text);
  const owner = gateway.sim.requests.at(-1)?.key ?? '';
  gateway.sim.script(owner, DEAD);
  return { gateway, made: output.parse(answer.json()).output, heir: owner === ONE ? TWO : ONE };
}

/** The turn after: asked of the key that died, refused by the other one, and answered. */
async function goesOnWithout(t: TestContext, more: object): Promise<void> {
  const { gateway, made, heir } = await orphaned(t, respond([{ role: 'user', content: 'f {}' }]));
  assert.deepEqual(
    made.map(({ type }) => type),
    ['reasoning', 'message', 'function_call'],
  );
  const result = { type: 'function_call_output', call_id: made.at(-1)?.['call_id'], output: 'done' };
  const input = [{ role: 'user', content: 'f {}' }, ...made, result];
  const second = await ask(gateway.url, respond(input, more));
  answered(gateway, second, 3, 'input.reasoning');
  assert.deepEqual(statuses(gateway), [200, 401, 400, 200]);
  assert.equal(second.text.includes('event: response.completed'), 'stream' in more);
  const sent = body.parse(JSON.parse(sentLast(gateway))).input;
  assert.equal(sent.length, 4, 'all but the reasoning');
  assert.ok(!JSON.stringify(sent).includes('"id"'), 'nothing names the reasoning that it came after');
  const { state, failures } = await gateway.keyOf(heir);
  assert.deepEqual([state, failures ?? 0], ['in-service', 0]);
}

void suite('reasoning that the key which is left cannot read', () => {
  void test('is left out of Responses: nobody sees a failure, and no key is to blame', (t) =>
    goesOnWithout(t, {}));

  void test('is left out of Responses that are streamed', (t) => goesOnWithout(t, { stream: true }));

  void test('is known for the turns after: they pay no further try, and keep what the new key made', async (t) => {
    const { gateway, made } = await orphaned(t, respond([USER]));
    const input = [USER, ...made, USER];
    const second = await ask(gateway.url, respond(input));
    const own = output.parse(second.json()).output;
    const third = await ask(gateway.url, respond([...input, ...own, USER]));
    answered(gateway, third, 1, 'input.reasoning');
    const reasoning = body.parse(JSON.parse(sentLast(gateway))).input.filter((item) => {
      return z.looseObject({ type: z.literal('reasoning') }).safeParse(item).success;
    });
    assert.deepEqual(
      reasoning,
      own.filter(({ type }) => type === 'reasoning'),
    );
  });

  void test('is left out where it is known by its id alone', async (t) => {
    const more = { store: true, include: [] };
    const { gateway, made } = await orphaned(t, respond([USER], more));
    const answer = await ask(gateway.url, respond([USER, ...made, USER], more));
    // Ids as short as the simulator's are no account's own: when the owner is asked, if at all, is chance.
    answered(gateway, answer, statuses(gateway).length - 1, 'input.reasoning');
    const others = statuses(gateway).filter((status) => status !== 401);
    assert.deepEqual(others, [200, 400, 200]);
  });
});

const TURN = [
  { role: 'user', content: 'go' },
  {
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: FOREIGN },
      { type: 'redacted_thinking', data: FOREIGN },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
    ],
  },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'r' }] },
];
const CLAUDE_TOOL = { name: 'f', input_schema: { type: 'object' } };

function claude(messages: readonly object[], model = 'claude-sonnet-4-5', stream = false): AskOptions {
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  return {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { model, stream, max_tokens: 4096, thinking, tools: [CLAUDE_TOOL], messages },
  };
}

function gemini(model: string): AskOptions {
  const call = { functionCall: { name: 'f', args: {} }, thoughtSignature: FOREIGN };
  const result = { functionResponse: { name: 'f', response: { result: 'r' } } };
  return {
    path: `/v1beta/models/${model}:generateContent`,
    body: {
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        { role: 'model', parts: [call] },
        { role: 'user', parts: [result] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f', description: 'does it' }] }],
    },
  };
}

void suite('reasoning that another vendor signed in its own form', () => {
  void test('is left out for Claude, which finishes the turn under way without thinking', async (t) => {
    const gateway = await gatewayOf(t, 'claude');
    const answer = await ask(gateway.url, claude(TURN));
    answered(gateway, answer, 2, 'messages.thinking');
    assert.match(sentLast(gateway), /"thinking":\{"type":"disabled"\}/u);
    assert.ok(!sentLast(gateway).includes(FOREIGN));
  });

  void test('is left out for Claude on Bedrock', async (t) => {
    const gateway = await gatewayOf(t, 'bedrock');
    for (const stream of [false, true]) {
      const request = claude(TURN, 'anthropic.claude-sonnet-4-5-20250929-v1:0', stream);
      const answer = await ask(gateway.url, request);
      assert.equal(answer.status, 200, answer.text);
    }
    assert.deepEqual(statuses(gateway), [400, 200, 200], 'the second turn pays nothing');
  });

  for (const [model, signature] of [
    ['gemini-2.5-flash', undefined],
    ['gemini-3-pro-preview', 'skip_thought_signature_validator'],
  ] as const) {
    void test(`is left out for ${model}`, async (t) => {
      const gateway = await gatewayOf(t, 'gemini');
      answered(gateway, await ask(gateway.url, gemini(model)), 2, 'contents.thoughtSignature');
      assert.ok(!sentLast(gateway).includes(FOREIGN));
      assert.equal(/"thoughtSignature":"(\w+)"/u.exec(sentLast(gateway))?.[1], signature);
    });
  }

  void test('is left out where it came packed, of Responses for Claude', async (t) => {
    const gateway = await gatewayOf(t, 'claude');
    const sealed = packOpaqueState({ anthropic: { signature: FOREIGN } });
    const summary = [{ type: 'summary_text', text: 'hm' }];
    const reasoning = { type: 'reasoning', id: 'rs_req_1', summary, encrypted_content: sealed };
    const call = { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' };
    const result = { type: 'function_call_output', call_id: 'call_1', output: 'r' };
    const input = [USER, reasoning, call, result];
    const answer = await ask(gateway.url, respond(input, { model: 'claude-sonnet-4-5' }));
    assert.equal(answer.status, 200, answer.text);
    assert.match(String(answer.headers['x-sparekey-dropped']), /^input\.reasoning/u);
    assert.deepEqual(statuses(gateway), [400, 200]);
    assert.ok(!sentLast(gateway).includes(FOREIGN));
  });

  void test('is left out where it came in the id of a call, of messages and of chats for Gemini', async (t) => {
    const gateway = await gatewayOf(t, 'gemini');
    const id = idWithState('call_1', { google: { thoughtSignature: FOREIGN } });
    const use = { type: 'tool_use', id, name: 'f', input: {} };
    const result = { type: 'tool_result', tool_use_id: id, content: 'r' };
    const messages = [USER, { role: 'assistant', content: [use] }, { role: 'user', content: [result] }];
    const called = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };
    const chat = (call: object): AskOptions => ({
      body: {
        model: 'gemini-3-pro-preview',
        tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
        messages: [
          USER,
          { role: 'assistant', content: null, tool_calls: [call] },
          { role: 'tool', tool_call_id: z.object({ id: z.string() }).parse(call).id, content: 'r' },
        ],
      },
    });
    const signed = { ...called, extra_content: { google: { thought_signature: `not base64: ${FOREIGN}` } } };
    const other = idWithState('call_2', { google: { thoughtSignature: `AAAA${FOREIGN}` } });
    for (const request of [
      claude(messages, 'gemini-3-pro-preview'),
      chat(signed),
      chat({ ...called, id: other }),
    ]) {
      const before = gateway.sim.requests.length;
      const answer = await ask(gateway.url, request);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(statuses(gateway).slice(before), [400, 200]);
      assert.ok(!sentLast(gateway).includes(FOREIGN));
    }
  });
});

void suite('a request is not sent again', () => {
  const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: FOREIGN };

  for (const [why, input, behaviours, tries] of [
    ['where it was refused for something else', [USER, reasoning, USER], [otherwise], 1],
    ['where it holds no reasoning', [USER], [refusing], 1],
    [
      'where a summary of the conversation cannot be read',
      [{ type: 'compaction', encrypted_content: FOREIGN }, USER],
      [refusing],
      1,
    ],
    ['a second time', [USER, reasoning, USER], [refusing], 2],
  ] as const) {
    void test(why, async (t) => {
      const gateway = await gatewayOf(t);
      gateway.sim.script(ONE, behaviours);
      const answer = await ask(gateway.url, respond(input));
      assert.equal(answer.status, 400);
      assert.equal(gateway.sim.requests.length, tries);
    });
  }

  void test('and its client hears what came of the second try, if that failed', async (t) => {
    const gateway = await gatewayOf(t);
    gateway.sim.script(ONE, [{ ...refusing, times: 1 }, { kind: 'overloaded' }]);
    const answer = await ask(gateway.url, respond([USER, reasoning, USER]));
    assert.equal(answer.status, 503, answer.text);
  });
});

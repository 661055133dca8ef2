import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSimulator } from '../../../simulator/simulator.ts';
import { STRICT_VENDORS } from '../../../simulator/strict/strict.ts';
import { ask } from '../../support/http.ts';
import type { Body } from './rule-example.ts';

/** A request that breaks a rule, and how its vendor says so. */
interface Refused {
  readonly path: string;
  readonly body: Body;
  readonly rule: string;
  readonly status: number;
  readonly says: Body;
}

const user = { role: 'user', content: 'hi' };
const converse = { messages: [{ role: 'user', content: [{ text: ' ' }] }] };

/** One for each form that errors have. */
const REFUSED: readonly Refused[] = [
  {
    path: '/v1/chat/completions',
    body: { model: 'gpt-5', messages: [user], max_tokens: 9 },
    rule: 'openai/chat-max-tokens-of-thinking-models',
    status: 400,
    says: {
      error: {
        message:
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        type: 'invalid_request_error',
        param: 'max_tokens',
        code: 'unsupported_parameter',
      },
    },
  },
  {
    path: '/v1/messages',
    body: { model: 'claude-sonnet-4-5', max_tokens: 9, messages: [user], seed: 7 },
    rule: 'anthropic/messages-shape',
    status: 400,
    says: {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'seed: Extra inputs are not permitted' },
    },
  },
  {
    path: '/v1beta/models/gemini-2.5-flash:generateContent',
    body: { contents: [{ parts: [{ text: 'hi' }] }], generationConfig: { stop: 'END' } },
    rule: 'gemini/generate-shape',
    status: 400,
    says: {
      error: {
        code: 400,
        message:
          'Invalid JSON payload received. Unknown name "stop" at \'generation_config\': Cannot find field.',
        status: 'INVALID_ARGUMENT',
      },
    },
  },
  {
    path: '/model/amazon.nova-pro-v1:0/converse',
    body: converse,
    rule: 'bedrock/blank-text',
    status: 400,
    says: {
      message:
        'The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again.',
    },
  },
  {
    path: '/api/v1/services/aigc/text-generation/generation',
    body: { model: 'qwen-plus', input: { messages: [user] }, parameters: { max_completion_tokens: 9 } },
    rule: 'dashscope/chat-shape',
    status: 400,
    says: {
      code: 'InvalidParameter',
      message: 'parameters.max_completion_tokens: unknown',
      request_id: 'sim-request',
    },
  },
  {
    path: '/v1/videos/text2video',
    body: { prompt: 'a sea', duration: '4' },
    rule: 'kling/video-shape',
    status: 400,
    says: { code: 1201, message: 'duration: value', request_id: 'sim-request' },
  },
  {
    path: '/v1/text/chatcompletion_pro?GroupId=g',
    body: { model: 'abab6.5s-chat', messages: [user] },
    rule: 'minimax/chat-pro-shape',
    status: 200,
    says: { base_resp: { status_code: 2013, status_msg: 'invalid params, messages.0.sender_type: missing' } },
  },
  {
    path: '/mistral/v1/chat/completions',
    body: { model: 'mistral-large-latest', messages: [user, { role: 'assistant', content: 'ho' }] },
    rule: 'mistral/last-role',
    status: 400,
    says: {
      object: 'error',
      message:
        'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
      type: 'invalid_request_message_order',
      param: null,
      code: '3230',
    },
  },
  {
    path: '/grok/v1/chat/completions',
    body: { model: 'grok-4', messages: [user], stop: ['END'] },
    rule: 'grok/stop-and-penalties',
    status: 400,
    says: {
      code: 'Client specified an invalid argument',
      error: 'Argument not supported on this model: stop',
    },
  },
  {
    path: '/deepseek/v1/chat/completions',
    body: { model: 'deepseek-chat', messages: [{ ...user, role: 'developer' }] },
    rule: 'deepseek/roles',
    status: 400,
    says: {
      error: {
        message:
          'Failed to deserialize the JSON body into the target type: messages[0].role: unknown variant `developer`, expected one of `system`, `user`, `assistant`, `tool`, `latest_reminder`',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_request_error',
      },
    },
  },
];

void test('each vendor refuses in its own form, and the log names the rule', async (context) => {
  const simulator = await startSimulator({ strict: STRICT_VENDORS });
  context.after(() => simulator.close());
  const origin = `http://127.0.0.1:${simulator.port}`;
  for (const { path, body, rule, status, says } of REFUSED) {
    const answer = await ask(origin, { path, body, headers: { 'anthropic-version': '2023-06-01' } });
    assert.deepEqual([answer.status, JSON.parse(answer.text)], [status, says], path);
    assert.equal(simulator.requests.at(-1)?.brokenRule, rule);
  }
});

void test('without the option the same requests are answered, but for what is always refused', async (context) => {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const origin = `http://127.0.0.1:${simulator.port}`;
  for (const { path, body } of REFUSED.filter((each) => each.body !== converse)) {
    const answer = await ask(origin, { path, body, headers: { 'anthropic-version': '2023-06-01' } });
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    assert.equal(simulator.requests.at(-1)?.brokenRule, undefined);
  }
});

void test('a key that is dead says so, whatever it is asked', async (context) => {
  const simulator = await startSimulator({
    strict: ['openai'],
    script: { keys: { dead: { behaviours: [{ kind: 'invalid-key' }] } } },
  });
  context.after(() => simulator.close());
  const request = {
    path: '/v1/chat/completions',
    body: { model: 'gpt-5', messages: [user], max_tokens: 9 },
  };
  const origin = `http://127.0.0.1:${simulator.port}`;
  const dead = await ask(origin, { ...request, headers: { authorization: 'Bearer dead' } });
  assert.equal(dead.status, 401);
  const other = await ask(origin, { ...request, headers: { authorization: 'Bearer other' } });
  assert.equal(other.status, 400);
});

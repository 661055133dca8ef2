import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { packOpaqueState } from '../../../src/translate/opaque-state.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { outgoing } from '../../providers/outgoing.ts';
import type { ClientRequest } from '../../providers/outgoing.ts';
import { CLAUDE_STATE, GEMINI_STATE, MARKED_CALL } from './sent.ts';

/*
 * A conversation with thinking and a call, as each family's client sends it back once another family has answered, at each
 * family of providers: what the one that is asked signed comes back to it, and nobody else's marks reach it.
 */

const OPENAIS = 'gAAAAAB-encrypted-by-openai';
const BEDROCK_STATE = packOpaqueState({ amazonBedrock: { signature: 'sigABC' } });
const TOOLS = { type: 'object', properties: {} };

/** The turn of each client, with the state that it keeps. */
const CLIENTS: Readonly<Record<string, (model: string, state: string, callId?: string) => ClientRequest>> = {
  anthropic: (model, state, callId = MARKED_CALL) => ({
    path: '/v1/messages',
    body: {
      model,
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 2000 },
      tools: [{ name: 'f', input_schema: TOOLS }],
      messages: [
        { role: 'user', content: 'a' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: state },
            { type: 'tool_use', id: callId, name: 'f', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: callId, content: 'r' }] },
      ],
    },
  }),
  responses: (model, state, callId = MARKED_CALL) => ({
    path: '/v1/responses',
    body: {
      model,
      reasoning: { effort: 'high' },
      tools: [{ type: 'function', name: 'f', parameters: TOOLS }],
      input: [
        { role: 'user', content: 'a' },
        {
          type: 'reasoning',
          id: state === OPENAIS ? 'rs_68af' : 'rs_req_1_0',
          summary: [{ type: 'summary_text', text: 'hm' }],
          ...(state !== '' && { encrypted_content: state }),
        },
        { type: 'function_call', id: 'fc_req_1_1', call_id: callId, name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: callId, output: 'r' },
      ],
    },
  }),
  gemini: (model, state, callId = MARKED_CALL) => ({
    path: `/v1beta/models/${model}:generateContent`,
    body: {
      generationConfig: { thinkingConfig: { thinkingBudget: 2000 }, maxOutputTokens: 4000 },
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      contents: [
        { role: 'user', parts: [{ text: 'a' }] },
        {
          role: 'model',
          parts: [
            { text: 'hm', thought: true, ...(state !== '' && { thoughtSignature: state }) },
            { functionCall: { id: callId, name: 'f', args: {} } },
          ],
        },
        {
          role: 'user',
          parts: [{ functionResponse: { id: callId, name: 'f', response: { output: 'r' } } }],
        },
      ],
    },
  }),
  chat: (model, state, callId = MARKED_CALL) => ({
    path: '/v1/chat/completions',
    body: {
      model,
      reasoning_effort: 'high',
      tools: [{ type: 'function', function: { name: 'f', parameters: TOOLS } }],
      messages: [
        { role: 'user', content: 'a' },
        {
          role: 'assistant',
          reasoning_content: 'hm',
          tool_calls: [
            {
              id: callId,
              type: 'function',
              function: { name: 'f', arguments: '{}' },
              ...(state !== '' && { extra_content: { google: { thought_signature: state } } }),
            },
          ],
        },
        { role: 'tool', tool_call_id: callId, content: 'r' },
      ],
    },
  }),
};

const PROVIDERS: readonly (readonly [model: string, parts: ConfigParts])[] = [
  ['claude-sonnet-4-5', { type: 'claude' }],
  ['us.anthropic.claude-sonnet-4-5', { type: 'bedrock', awsRegion: 'us-east-1' }],
  ['amazon.nova-pro-v1:0', { type: 'bedrock', awsRegion: 'us-east-1' }],
  ['gemini-3-pro-preview', { type: 'gemini' }],
  ['gemini-2.5-flash', { type: 'gemini' }],
  ['gpt-5', { type: 'openai' }],
  ['deepseek-chat', { type: 'deepseek' }],
  ['mistral-large', { type: 'mistral' }],
];

const STATES = {
  none: '',
  claude: CLAUDE_STATE,
  bedrock: BEDROCK_STATE,
  gemini: GEMINI_STATE,
  openai: OPENAIS,
};

function isClaude(model: string): boolean {
  return model.includes('claude');
}

void describe('what was packed for another family', () => {
  for (const [client, requestOf] of Object.entries(CLIENTS))
    for (const [model, parts] of PROVIDERS)
      void it(`comes from a client of ${client} to ${model} as its own, or not at all`, async () => {
        for (const [family, state] of Object.entries(STATES)) {
          const { body } = await outgoing(parts, requestOf(model, state));
          assert.doesNotMatch(body, /sk1_|rs_req_/u, family);
          const signatures = [...body.matchAll(/sig[A-Z]{3}/gu)].map(([found]) => found);
          const isOwn = isClaude(model) ? 'sigABC' : model.startsWith('gemini') ? 'sigGEM' : '';
          for (const found of signatures) assert.equal(found, isOwn, body);
          if (family === 'claude' && isClaude(model) && client !== 'chat')
            assert.match(body, /"signature":"sigABC"/u, client);
          if (model !== 'gpt-5' || client !== 'responses') continue;
          assert.equal(body.includes(OPENAIS), family === 'openai');
        }
      });

  void it('leaves Claude without thinking where what there was is not its own', async () => {
    for (const [client, requestOf] of Object.entries(CLIENTS))
      for (const state of ['', GEMINI_STATE]) {
        const { body } = await outgoing({ type: 'claude' }, requestOf('claude-sonnet-4-5', state));
        assert.match(body, /"thinking":\{"type":"disabled"\}/u, client);
        assert.doesNotMatch(body, /"type":"(?:redacted_)?thinking"/u, client);
      }
  });

  void it('lets Gemini 3 know of each call that it did not sign it', async () => {
    for (const [client, requestOf] of Object.entries(CLIENTS))
      for (const state of ['', CLAUDE_STATE]) {
        // The state in the id of a marked call is Gemini's own.
        const request = requestOf('gemini-3-pro-preview', state, 'call_1');
        const { body } = await outgoing({ type: 'gemini' }, request);
        assert.match(body, /"thoughtSignature":"skip_thought_signature_validator"/u, `${client} ${state}`);
      }
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assert as check, asyncProperty, property } from '../../../support/property.ts';
import { strictRules } from '../../../../simulator/strict/strict.ts';
import type { Json } from '../../../../src/base/json.ts';
import { modelCapabilities } from '../../../../src/catalog/models/model-capabilities.ts';
import { NO_QUIRKS } from '../../../../src/translate/codec.ts';
import type { CallOptions } from '../../../../src/translate/codec.ts';
import { anthropicMessagesCodec } from '../../../../src/translate/provider/anthropic-messages.ts';
import { bedrockConverseCodec } from '../../../../src/translate/provider/bedrock-converse.ts';
import { fittedCallFor } from '../../../../src/translate/provider/fitted-call.ts';
import { geminiGenerateCodec } from '../../../../src/translate/provider/gemini-generate.ts';
import { openaiChatCodec } from '../../../../src/translate/provider/openai-chat.ts';
import { interceptedFrom, requestOf } from '../../sdk-requests.ts';
import { conversations, tools } from './any-conversation.ts';
import {
  refusedByAnthropic,
  refusedByBedrock,
  refusedByGemini,
  refusedByMistral,
  refusedByOpenAI,
} from './refusals.ts';

/* Whatever a conversation is, what leaves of it is what the vendor accepts. */

const FAMILIES = [
  { type: 'openai', model: 'gpt-4.1', codec: openaiChatCodec, refused: refusedByOpenAI },
  { type: 'mistral', model: 'mistral-large-latest', codec: openaiChatCodec, refused: refusedByMistral },
  { type: 'claude', model: 'claude-sonnet-4-5', codec: anthropicMessagesCodec, refused: refusedByAnthropic },
  { type: 'claude', model: 'claude-opus-4-6', codec: anthropicMessagesCodec, refused: refusedByAnthropic },
  { type: 'gemini', model: 'gemini-2.5-flash', codec: geminiGenerateCodec, refused: refusedByGemini },
  { type: 'gemini', model: 'gemini-3-pro-preview', codec: geminiGenerateCodec, refused: refusedByGemini },
  {
    type: 'bedrock',
    model: 'us.anthropic.claude-opus-4-6-v1:0',
    codec: bedrockConverseCodec,
    refused: refusedByBedrock,
  },
  {
    type: 'bedrock',
    model: 'meta.llama3-70b-instruct-v1:0',
    codec: bedrockConverseCodec,
    refused: refusedByBedrock,
  },
] as const;

void suite('any conversation', () => {
  for (const { type, model, codec, refused } of FAMILIES) {
    const quirks = { ...NO_QUIRKS, capabilities: modelCapabilities(type, model) };

    void test(`leaves for ${type}’s ${model} as it is accepted`, async () => {
      await check(
        asyncProperty(conversations, tools, async (prompt, declared) => {
          const { body } = await interceptedFrom(codec, requestOf({ prompt, tools: declared }), model, {
            quirks,
          });
          assert.deepEqual(refused(body), [], JSON.stringify(body, undefined, 1));
          assert.deepEqual(brokenRules(type, model, body), [], JSON.stringify(body, undefined, 1));
        }),
        { numRuns: 150 },
      );
    });

    void test(`has for ${type}’s ${model} names that are the client’s again on their way back`, () => {
      check(
        property(conversations, tools, (prompt, declared) => {
          const request = requestOf({ prompt, tools: declared });
          const { options, clientToolNames } = fittedCallFor(codec, request, model, quirks);
          const back = (options.tools ?? []).map(({ name }) =>
            Object.hasOwn(clientToolNames, name) ? clientToolNames[name] : name,
          );
          const own = [...new Set(declared.map(({ name }) => name))];
          assert.deepEqual(back.slice(0, own.length), own);
        }),
        { numRuns: 100 },
      );
    });

    void test(`stays for ${type}’s ${model} as it is once it fits`, () => {
      check(
        property(conversations, (prompt) => {
          const fitted = fittedCallFor(codec, requestOf({ prompt }), model, quirks).options.prompt;
          const again = fittedCallFor(codec, requestOf({ prompt: fitted }), model, quirks).options.prompt;
          assert.equal(withoutOptions(again), withoutOptions(fitted));
        }),
        { numRuns: 100 },
      );
    });

    void test(`is for ${type}’s ${model} the beginning of the same conversation later, as a cache of prompts wants it`, () => {
      check(
        property(conversations, (before) => {
          const prompt = [...before, said('user', 'And now?')];
          const later = [...prompt, said('assistant', 'So.'), said('user', 'And then?')];
          const fitted = fittedCallFor(codec, requestOf({ prompt }), model, quirks).options.prompt;
          const longer = fittedCallFor(codec, requestOf({ prompt: later }), model, quirks).options.prompt;
          assert.equal(withoutOptions(longer.slice(0, fitted.length)), withoutOptions(fitted));
        }),
        { numRuns: 100 },
      );
    });
  }
});

/** The operation of each type of provider, and whose rules in the simulator are its. */
const STRICT = {
  openai: { service: 'openai', operation: 'chat' },
  mistral: { service: 'mistral', operation: 'chat' },
  claude: { service: 'anthropic', operation: 'messages' },
  gemini: { service: 'gemini', operation: 'generate' },
  bedrock: { service: 'bedrock', operation: 'converse' },
} as const;

/** Rules that want the simulator's own signatures; these are made up. */
const SIGNATURES: ReadonlySet<string> = new Set(['claude-signature', 'foreign-signature', 'signature']);

/** Rules of the simulator's that a request breaks, with what it says to it. */
function brokenRules(type: keyof typeof STRICT, model: string, body: Json): unknown[] {
  const { service, operation } = STRICT[type];
  const request = { body, model, organization: 'org', isStored: () => false };
  return strictRules[service]
    .filter(
      ({ id, operations, models }) =>
        !SIGNATURES.has(id) && operations.includes(operation) && models?.test(model) !== false,
    )
    .flatMap((rule) => {
      const finding = rule.find(request);
      return finding === undefined ? [] : [{ id: rule.id, finding }];
    });
}

function said(role: 'user' | 'assistant', text: string): CallOptions['prompt'][number] {
  return { role, content: [{ type: 'text', text }] };
}

/** Marks for a cache mean nothing to chats, whose codec leaves them out. */
function withoutOptions(prompt: CallOptions['prompt']): string {
  return JSON.stringify(prompt, (name, value: unknown) => (name === 'providerOptions' ? undefined : value));
}

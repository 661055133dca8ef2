import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessagesCodec } from '../../src/translate/provider/anthropic-messages.ts';
import { geminiGenerateCodec } from '../../src/translate/provider/gemini-generate.ts';
import { openaiChatCodec } from '../../src/translate/provider/openai-chat.ts';
import { droppedOptions } from '../../src/translate/unsupported-request.ts';
import { requestOf } from './sdk-requests.ts';

const { options } = requestOf({ topK: 5, seed: 1, presencePenalty: 0.1, temperature: 1 });

void test('an option that a provider does not support is named as the client named it', () => {
  assert.deepEqual(droppedOptions(options, anthropicMessagesCodec.unsupported, 'openai-chat'), [
    'presence_penalty',
    'seed',
  ]);
  assert.deepEqual(droppedOptions(options, anthropicMessagesCodec.unsupported, 'gemini-generate'), [
    'presencePenalty',
    'seed',
  ]);
  assert.deepEqual(droppedOptions(options, openaiChatCodec.unsupported, 'anthropic-messages'), ['top_k']);
});

void test('no option is named that was not requested, or that the provider supports', () => {
  assert.deepEqual(
    droppedOptions(requestOf().options, anthropicMessagesCodec.unsupported, 'openai-chat'),
    [],
  );
  assert.deepEqual(droppedOptions(options, geminiGenerateCodec.unsupported, 'openai-chat'), []);
});

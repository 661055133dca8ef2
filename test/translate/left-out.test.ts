import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anthropicMessages } from '../../src/translate/far/anthropic-messages.ts';
import { geminiGenerate } from '../../src/translate/far/gemini-generate.ts';
import { openaiChat } from '../../src/translate/far/openai-chat.ts';
import { leftOut } from '../../src/translate/left-out.ts';
import { asking } from './catching.ts';

const { options } = asking({ topK: 5, seed: 1, presencePenalty: 0.1, temperature: 1 });

void test('what a provider has no word for is named as the client named it', () => {
  assert.deepEqual(leftOut(options, anthropicMessages.lacks, 'openai-chat'), ['presence_penalty', 'seed']);
  assert.deepEqual(leftOut(options, anthropicMessages.lacks, 'gemini-generate'), ['presencePenalty', 'seed']);
  assert.deepEqual(leftOut(options, openaiChat.lacks, 'anthropic-messages'), ['top_k']);
});

void test('nothing is named that was not asked for, or that the provider has', () => {
  assert.deepEqual(leftOut(asking().options, anthropicMessages.lacks, 'openai-chat'), []);
  assert.deepEqual(leftOut(options, geminiGenerate.lacks, 'openai-chat'), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unreadVariables } from '../../../src/config/load/unread-variables.ts';

void test('names near those that are read are told with the right one', () => {
  const cases: Readonly<Record<string, string>> = {
    OPENAI_KEY: 'OPENAI_API_KEY',
    OPENAI_APIKEY: 'OPENAI_API_KEY',
    OPENAI_API_KEYS: 'OPENAI_API_KEY',
    OPENAI_TOKEN: 'OPENAI_API_KEY',
    openai_api_key: 'OPENAI_API_KEY',
    ANTHROPIC_KEY: 'ANTHROPIC_API_KEY',
    CLAUDE_API_KEY: 'ANTHROPIC_API_KEY',
    GOOGLE_KEY: 'GEMINI_API_KEY',
    GEMINI_KEY: 'GEMINI_API_KEY',
    GROK_API_KEY: 'XAI_API_KEY',
    QWEN_API_KEY: 'DASHSCOPE_API_KEY',
    TOGETHER_AI_API_KEY: 'TOGETHER_API_KEY',
    HUGGINGFACE_TOKEN: 'HF_TOKEN',
  };
  for (const [name, read] of Object.entries(cases))
    assert.deepEqual(unreadVariables({ [name]: 'x' }), [
      { name, why: `is set, but ${read} is what is read` },
    ]);
});

void test('a numbered variable is told how several keys are written', () => {
  assert.deepEqual(unreadVariables({ OPENAI_API_KEY: 'a', OPENAI_API_KEY_2: 'b' }), [
    {
      name: 'OPENAI_API_KEY_2',
      why: 'is set, but only OPENAI_API_KEY is read: several keys stand in it with commas between them',
    },
  ]);
});

void test('an empty variable is told', () => {
  assert.deepEqual(unreadVariables({ OPENAI_API_KEY: ' ', ANTHROPIC_KEY: '' }), [
    { name: 'OPENAI_API_KEY', why: 'is set, but empty' },
  ]);
});

void test('what is read, is in use by the right name, or means something else is not told', () => {
  assert.deepEqual(
    unreadVariables({
      OPENAI_API_KEY: 'a,b',
      OPENAI_KEY: 'b',
      GOOGLE_API_KEY: 'g',
      OPENAI_ADMIN_KEY: 'c',
      ANTHROPIC_AUTH_TOKEN: 'd',
      GITHUB_TOKEN: 'e',
      CO_KEY: 'f',
      SSH_KEY: 'g',
      API_KEY: 'h',
      KEY: 'i',
    }),
    [],
  );
});

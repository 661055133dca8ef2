import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { openai, verdictOn } from './answers.ts';

const bound = (field: string, what: string, most: number) =>
  `Invalid '${field}': ${what} too long. Expected ${what === 'array' ? 'an' : 'a'} ${what} with maximum length ${most}, but got ${what === 'array' ? 'an' : 'a'} ${what} with length ${most + 5} instead.`;

/** Whether an error is that a conversation is too long, by how providers word it. */
const CASES: readonly (readonly [isTooLong: boolean, message: string, more?: object])[] = [
  [
    true,
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 8300 tokens.",
  ],
  [true, 'prompt is too long: 210000 tokens > 200000 maximum'],
  [true, 'The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).'],
  [true, 'Input is too long for requested model.'],
  [true, 'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000'],
  [
    true,
    '`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 500 `max_new_tokens`',
  ],
  [
    true,
    "'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 64001 tokens and your request has 24235 input tokens (64000 > 64001 - 24235).",
  ],
  [true, 'Prompt is too long, exceeded max context length by 12 tokens', { param: 'messages' }],
  [
    true,
    'Your input exceeds the context window of this model.',
    { code: 'context_length_exceeded', param: 'input' },
  ],
  [true, bound('messages[0].content', 'string', 1_048_576), { code: 'string_above_max_length' }],
  [
    true,
    bound('input[0].content[0].text', 'string', 10_485_760),
    { param: 'input[0].content[0].text', code: 'string_above_max_length' },
  ],
  [true, bound('messages', 'array', 2048), { param: 'messages', code: 'array_above_max_length' }],

  [false, bound('messages[1].tool_calls[0].id', 'string', 40), { code: 'string_above_max_length' }],
  [false, bound('messages[1].tool_calls[0].id', 'string', 40)],
  [
    false,
    bound('input[95].call_id', 'string', 64),
    { param: 'input[95].call_id', code: 'string_above_max_length' },
  ],
  [false, bound('stop', 'array', 4), { param: 'stop', code: 'array_above_max_length' }],
  [false, bound('stop', 'array', 4)],
  [
    false,
    `litellm.ContextWindowExceededError: ContextWindowExceededError: ${bound('messages[11].tool_calls[0].id', 'string', 40)}`,
  ],
  [false, bound('tools', 'array', 128), { param: 'tools', code: 'array_above_max_length' }],
  [false, bound('tools[0].function.name', 'string', 64), { code: 'string_above_max_length' }],
  [false, bound('metadata.user', 'string', 512), { param: 'metadata.user', code: 'string_above_max_length' }],
  [false, bound('user', 'string', 64), { param: 'user' }],
  [
    false,
    "Invalid 'messages[0].name': empty string. Expected a string with minimum length 1.",
    { param: 'messages[0].name', code: 'string_below_min_length' },
  ],
  [
    false,
    'max_tokens is too large: 128000. This model supports at most 16384 completion tokens, whereas you provided 128000.',
  ],
  [
    false,
    'max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku-20240307',
  ],
  [
    false,
    '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    { param: 'max_tokens' },
  ],
  [
    false,
    'The GenerateContentRequest proto is invalid:\n  * tools[0].function_declarations[19].name: [FIELD_INVALID] Invalid function name. Must start with a letter or an underscore, with a maximum length of 64.',
  ],
  [false, 'tools.0.custom.name: String should have at most 128 characters'],
];

void suite('a conversation that is too long is told from a field that is', () => {
  for (const [isTooLong, message, more = {}] of CASES)
    void test(`${isTooLong ? 'the one' : 'the other'}: ${message.slice(0, 90)}`, () => {
      const { class: verdict, rule } = verdictOn(400, openai(message, more), { providerType: 'unheard-of' });
      assert.equal(verdict, 'client_error', rule);
      assert.equal(rule.includes('context-length'), isTooLong, rule);
    });
});

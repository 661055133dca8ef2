import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judge } from '../../src/verdict/judge.ts';

type Event = readonly [class_: string, event: Readonly<Record<string, unknown>>];

function anthropic(type: string, message: string): Record<string, unknown> {
  return { type: 'error', error: { type, message }, request_id: 'req_1' };
}

function google(code: number, status: string, message: string, reason?: string): Record<string, unknown> {
  return { error: { code, status, message, ...(reason !== undefined && { details: [{ reason }] }) } };
}

/** What each dialect ends a stream with that began as a success, and what it means. */
const events: Readonly<Record<string, readonly Event[]>> = {
  anthropic: [
    ['overloaded', anthropic('overloaded_error', 'Overloaded')],
    ['overloaded', anthropic('api_error', 'Internal server error')],
    ['overloaded', anthropic('timeout_error', 'Request timed out')],
    ['rate_limit', anthropic('rate_limit_error', 'Number of tokens has exceeded your per-minute rate limit')],
    ['client_error', anthropic('invalid_request_error', 'prompt is too long: 3 tokens > 2 maximum')],
    ['client_error', anthropic('request_too_large', 'Request exceeds the maximum size')],
    ['content_blocked', anthropic('invalid_request_error', 'Output blocked by content filtering policy')],
    ['billing', anthropic('invalid_request_error', 'Your credit balance is too low')],
    ['key_dead', anthropic('authentication_error', 'invalid x-api-key')],
    ['model_denied', anthropic('permission_error', 'Your API key does not have permission.')],
    ['model_denied', anthropic('not_found_error', 'model: claude-x')],
  ],
  gemini: [
    ['overloaded', google(503, 'UNAVAILABLE', 'The model is overloaded.')],
    ['overloaded', google(500, 'INTERNAL', 'An internal error has occurred.')],
    ['overloaded', google(504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.')],
    ['rate_limit', google(429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota. Retry in 7s.')],
    ['client_error', google(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.')],
    ['key_dead', google(400, 'INVALID_ARGUMENT', 'API key expired.', 'API_KEY_INVALID')],
    ['model_denied', google(404, 'NOT_FOUND', 'models/x is not found for API version v1beta')],
    ['region', google(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.')],
    ['content_blocked', { promptFeedback: { blockReason: 'SAFETY' } }],
  ],
  bedrock: [
    ['rate_limit', { throttlingException: { message: 'Too many tokens, please wait' } }],
    ['overloaded', { modelStreamErrorException: { message: 'Unexpected', originalStatusCode: 424 } }],
    ['overloaded', { internalServerException: { message: 'Failed' } }],
    ['overloaded', { serviceUnavailableException: { message: 'Busy' } }],
    ['client_error', { validationException: { message: 'Input is too long for requested model.' } }],
    ['model_denied', { validationException: { message: 'The provided model identifier is invalid.' } }],
  ],
};

function classOf(providerType: string, errorText: string): string {
  const answer = { kind: 'answered', status: 200, headers: {}, errorText, where: 'stream' } as const;
  return judge(answer, { providerType, now: 0 }).class;
}

void describe('an error inside a stream', () => {
  for (const [provider, cases] of Object.entries(events)) {
    void it(`is judged alike as an event, bare and in a list at ${provider}`, () => {
      for (const [wanted, event] of cases) {
        const text = JSON.stringify(event);
        for (const form of [text, `[${text}]`, `event: error\ndata: ${text}\n\n`, `data: ${text}\r\n\r\n`]) {
          assert.equal(classOf(provider, form), wanted, form);
        }
      }
    });
  }

  void it('is read out of the headers of a binary frame too', () => {
    for (const [name, wanted] of [
      ['throttlingException', 'rate_limit'],
      ['modelTimeoutException', 'overloaded'],
      ['validationException', 'client_error'],
    ] as const) {
      const plain = `:exception-type${name}:message-type exception{"message":"x"}`;
      const framed = `\u0000\u000b:exception-type\u0007\u0000\u0013${name}\r:message-type\u0007exception{"message":"x"}`;
      assert.deepEqual([classOf('bedrock', plain), classOf('bedrock', framed)], [wanted, wanted]);
    }
  });
});

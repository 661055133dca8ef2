import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { effectOf } from '../../../src/verdict/effect.ts';
import { ruleSets } from '../../../src/verdict/rules/tables.ts';
import { condemns, openai, verdictOn, wrote } from '../answers.ts';

const everyone = ruleSets.map(([name]) => name);

/** What would condemn a key if it were said of it. */
const DAMNING = [
  'invalid api key',
  'api key expired',
  'Incorrect API key provided: sk-1',
  'Your credit balance is too low to access the API',
  'insufficient balance',
  'You exceeded your current quota, please check your plan and billing details.',
  'account suspended',
  'Your access was terminated due to violation of our policies.',
  'This organization has been disabled.',
  'Organization has been restricted',
  'authentication failed',
  'login fail: (1004)',
  '[1113][余额不足]',
  '账户余额不足，请充值',
  '{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}',
  '{"error":{"code":"invalid_api_key","message":"Incorrect API key provided"}}',
  '{"base_resp":{"status_code":1008}}',
];

/** How providers say a client's words back where they refuse its request. */
const ECHOES: readonly ((words: string) => string)[] = [
  (words) => `Invalid value: '${words}'. Supported values are: 'none', 'auto', and 'required'.`,
  (words) => `The model \`${words}\` does not exist`,
  (words) => `Unsupported value "${words}" for parameter`,
  (words) => `Unknown parameter: ${words}`,
  (words) => `${words} is not a valid model ID`,
  (words) => `model not found: ${words}`,
  (words) => `tools.0.custom.name: ${words} should match pattern`,
];

void describe('own words of an error', () => {
  const clients: readonly (readonly [what: string, status: number, body: unknown, providerType: string])[] = [
    [
      'the token of an MCP server',
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message:
            "Invalid authorization token for MCP server 'notes'. Please check your token and try again.",
        },
      },
      'anthropic',
    ],
    [
      'the same, called an authentication error',
      400,
      {
        type: 'error',
        error: { type: 'authentication_error', message: "Invalid token for MCP server 'notes'" },
      },
      'anthropic',
    ],
    ['the signature of a thinking block', 400, openai('Invalid signature in thinking block'), 'openai'],
    [
      'a thought signature',
      400,
      [{ error: { code: 400, message: 'Thought signature is not valid', status: 'INVALID_ARGUMENT' } }],
      'google',
    ],
    [
      'a URL to fetch',
      400,
      openai('The access token in the URL https://a.example/x?sig=1 has expired'),
      'openai',
    ],
    ['a file', 400, openai('Failed to download the file: access key expired'), 'qwen'],
    ["a webhook's secret", 400, openai("The webhook's signing secret is an invalid key"), 'openai'],
    [
      'a tool of the client',
      422,
      openai('Authentication failed for tool search: bad credentials'),
      'mistral',
    ],
    ['a place in the body', 400, openai('messages.3.content.0: api key expired'), 'openai'],
    ["the client's own server", 424, openai('Your own server says: invalid api key'), 'openai'],
    ['a picture', 400, openai('图片链接的签名已过期', { code: 'invalid_image' }), 'doubao'],
  ];
  for (const [what, status, body, providerType] of clients) {
    void it(`are about ${what}, and end the request alone`, () => {
      const verdict = verdictOn(status, body, { providerType });
      assert.equal(verdict.class, 'client_error', verdict.rule);
      assert.deepEqual(effectOf(verdict), { kind: 'none' });
    });
  }

  void it('are about a member of the request that the error names', () => {
    const body = openai("Invalid value: 'api key expired'.", {
      param: 'tool_choice',
      code: 'invalid_api_key',
    });
    assert.equal(verdictOn(400, body).class, 'client_error');
    assert.equal(verdictOn(400, body, wrote({ tool_choice: 'api key expired' })).class, 'client_error');
    // The member is none of this request: the word stands.
    assert.equal(verdictOn(400, body, wrote({ model: 'm' })).class, 'key_dead');
    for (const param of ['None', '', 'api_key', '307']) {
      assert.equal(verdictOn(400, openai('Bad key.', { param, code: 'invalid_api_key' })).class, 'key_dead');
    }
  });

  void it('take no key out at any provider where they echo a client', () => {
    for (const providerType of everyone) {
      for (const words of DAMNING) {
        for (const echo of ECHOES) {
          for (const status of [400, 404, 409, 413, 415, 422]) {
            const body = openai(echo(words));
            const verdict = verdictOn(status, body, {
              providerType,
              ...wrote({ model: words }),
              ...wrote(words),
            });
            assert.ok(!condemns(verdict), `${providerType} ${status} ${echo(words)}: ${verdict.rule}`);
          }
        }
      }
    }
  });

  void it('take no key out where they are quoted, even where the request is not known', () => {
    for (const providerType of everyone) {
      for (const words of DAMNING) {
        for (const status of [400, 403, 404, 422, 429]) {
          const quote = words.includes('"') ? `\`${words}\`` : `"${words}"`;
          const verdict = verdictOn(status, openai(`Cannot use ${quote} here`), { providerType });
          assert.ok(!condemns(verdict), `${providerType} ${status} ${quote}: ${verdict.rule}`);
        }
      }
    }
  });

  void it('take no key out by words alone where a request is refused, whatever the words', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...DAMNING), fc.string()), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('unheard-of', 'vllm', 'new-api'),
        fc.constantFrom(400, 404, 409, 413, 415, 422),
        (words, providerType, status) => {
          const message = words
            .filter((text) => !text.startsWith('{') && !text.startsWith('['))
            .join(' and ');
          const body = openai(`Refused: ${message}`);
          assert.ok(!condemns(verdictOn(status, body, { providerType, ...wrote(message) })));
        },
      ),
    );
  });

  void it('keep no key from a model where a client wrote them, and ask another provider all the same', () => {
    for (const words of [
      'model gpt-5 does not exist',
      'The model m has been deprecated',
      'no access to model m',
    ]) {
      for (const providerType of everyone) {
        const verdict = verdictOn(400, openai(`Invalid value: '${words}'.`), { providerType });
        assert.deepEqual(effectOf(verdict), { kind: 'none' }, `${providerType}: ${verdict.rule}`);
      }
      const echoed = verdictOn(400, openai(`Unknown tool ${words}`), {
        providerType: 'unheard-of',
        ...wrote(words),
      });
      assert.deepEqual([effectOf(echoed).kind, echoed.retry], ['none', 'other-provider']);
    }
  });

  void it('keep no key from a model where a file or another thing is refused', () => {
    for (const thing of ['file file-1', 'vector store vs_1', 'the requested conversation']) {
      const body = openai(`You do not have permission to access ${thing}.`, { type: 'permission_error' });
      const verdict = verdictOn(403, body, { providerType: 'anthropic' });
      assert.deepEqual([effectOf(verdict).kind, verdict.retry], ['none', 'other-domain'], verdict.rule);
    }
  });

  void it('still raise a suspicion under a 400, and condemn where the code says so or the sentence is known', () => {
    const loose = verdictOn(400, openai('Your api key is invalid.'), { providerType: 'unheard-of' });
    assert.deepEqual([loose.class, effectOf(loose).kind], ['unknown', 'counts']);
    assert.equal(verdictOn(400, openai('No.', { code: 'invalid_api_key' })).class, 'key_dead');
    const xai = { code: 'invalid-argument', error: 'Incorrect API key provided. You can obtain one.' };
    assert.equal(verdictOn(400, xai, { providerType: 'xai' }).class, 'key_dead');
    const anthropic = {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'Your credit balance is too low.' },
    };
    assert.equal(verdictOn(400, anthropic, { providerType: 'anthropic' }).class, 'billing');
  });

  void it('are the provider’s own where a client writes the like of something else', () => {
    const body = openai('Incorrect API key provided', { type: 'authentication_error' });
    assert.equal(
      verdictOn(401, body, { providerType: 'unheard-of', ...wrote('How do I rotate keys?') }).class,
      'key_dead',
    );
    // Said back word for word it may be an echo: a suspicion is left.
    const body403 = openai('invalid credentials');
    const echoed = verdictOn(403, body403, { providerType: 'unheard-of', ...wrote('invalid credentials') });
    assert.equal(effectOf(echoed).kind, 'counts');
    assert.ok(condemns(verdictOn(403, body403, { providerType: 'unheard-of' })));
  });
});

void describe('an error quoted in another', () => {
  const model = '{"error":{"code":"insufficient_quota"}}';

  void it('is none where it is the name of a model', () => {
    for (const providerType of everyone) {
      for (const message of [
        `The model \`${model}\` does not exist`,
        `Model ${model} does not exist. Please check it carefully.`,
        `Unknown model: ${model}`,
        model,
      ]) {
        const verdict = verdictOn(400, openai(message), { providerType, ...wrote(model) });
        assert.ok(!condemns(verdict), `${providerType}: ${verdict.rule}`);
      }
    }
    assert.ok(!condemns(verdictOn(400, openai(`Unknown model: ${model}`))));
  });

  void it('is one where the message is it as a whole, or follows what gateways put before it', () => {
    assert.equal(verdictOn(429, openai(model)).class, 'billing');
    const behind = `litellm.RateLimitError: OpenAIException - ${model}`;
    assert.equal(verdictOn(429, openai(behind), { providerType: 'litellm' }).class, 'billing');
  });
});

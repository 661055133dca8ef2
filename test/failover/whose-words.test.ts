import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { effectOf } from '../../src/failover/effect.ts';
import { judge } from '../../src/failover/judge.ts';
import type { JudgeContext } from '../../src/failover/judge.ts';
import type { Answered } from '../../src/failover/outcome.ts';
import { ruleSets } from '../../src/failover/rules/tables.ts';
import type { Verdict } from '../../src/failover/verdict.ts';

const everyone = ruleSets.map(([name]) => name);

function answered(status: number, body: unknown): Answered {
  const errorText = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answered', status, headers: {}, errorText, where: 'body' };
}

function openai(message: string, more: object = {}): object {
  return { error: { message, type: 'invalid_request_error', param: null, code: null, ...more } };
}

function verdictOn(status: number, body: unknown, context: Partial<JudgeContext> = {}): Verdict {
  return judge(answered(status, body), { providerType: 'openai', now: 0, ...context });
}

/** A client that wrote this and nothing else. */
function wrote(request: unknown): Pick<JudgeContext, 'saidByClient'> {
  const text = typeof request === 'string' ? request : JSON.stringify(request);
  return { saidByClient: (phrase) => text.includes(phrase) };
}

function condemns(verdict: Verdict): boolean {
  return effectOf(verdict).kind === 'condemns';
}

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

void describe('whose words an error says', () => {
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

  void it('condemn no key at anybody where they say the words of a client back', () => {
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

  void it('condemn no key where they are quoted, even of a request that nobody knows', () => {
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

  void it('condemn no key by words alone where a request is refused, whatever the words', () => {
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

  void it('are the words of the provider where a client says the like of something else', () => {
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

void describe('a vendor that an error names', () => {
  const google = (details: readonly object[]): object[] => [
    {
      error: {
        code: 429,
        message: 'You exceeded your current quota, please check your plan and billing details.',
        status: 'RESOURCE_EXHAUSTED',
        details,
      },
    },
  ];

  void it("judges Google's endpoint that speaks OpenAI by Google's table", () => {
    const body = google([{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34s' }]);
    for (const providerType of ['openai', 'openai-compatible', 'unheard-of']) {
      const { class: verdictClass, waitMs, rule } = verdictOn(429, body, { providerType });
      assert.deepEqual([verdictClass, waitMs, rule], ['rate_limit', 34_000, 'google.rate-limit']);
    }
    assert.equal(verdictOn(429, openai('You exceeded your current quota.')).class, 'billing');
  });

  void it('says of money and keys behind a reseller that they are not ours', () => {
    const bodies: readonly object[] = [
      { error: { message: 'Insufficient balance', code: 'insufficient_quota', upstream_status: 402 } },
      { error: { message: 'Your account is suspended', code: 403, metadata: { provider_name: 'P' } } },
      {
        error: {
          message: 'failed',
          upstream_error: { error: { code: 'invalid_api_key', message: 'bad key' } },
        },
      },
      { error: { message: 'Upstream error: insufficient credits', type: 'upstream_error' } },
    ];
    const routers = [
      openai('No deployments available for selected model, Try again in 60 seconds.'),
      openai('No available accounts'),
    ];
    const cases = [
      ...bodies.flatMap((body) => [402, 403, 429, 503].map((status) => ({ status, body }))),
      ...routers.flatMap((body) => [429, 503].map((status) => ({ status, body }))),
    ];
    for (const { status, body } of cases) {
      const verdict = verdictOn(status, body, { providerType: 'new-api' });
      assert.deepEqual(
        [verdict.class, verdict.retry],
        ['overloaded', 'other-provider'],
        JSON.stringify(body),
      );
    }
  });

  void it('says of a refused charge at a relay that it is ours', () => {
    const message = '预扣费额度失败, 用户剩余额度: ¥1.00, 需要预扣费额度: ¥2.00';
    assert.equal(verdictOn(403, openai(message), { providerType: 'new-api' }).class, 'billing');
  });
});

void describe('a refusal of an address', () => {
  const pages: readonly (readonly [status: number, body: string])[] = [
    [
      403,
      '<html><head><title>Attention Required! | Cloudflare</title></head><h1>Sorry, you have been blocked</h1></html>',
    ],
    [403, '<html><title>Access denied</title><body>Error 1020</body></html>'],
    [429, 'error code: 1015'],
    [403, 'error code: 1006'],
    [403, '<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>Reference #18.1</BODY></HTML>'],
    [
      403,
      '<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center></body></html>',
    ],
  ];
  for (const [status, body] of pages) {
    void it(`marks no key: ${body.slice(0, 60)}`, () => {
      const verdict = verdictOn(status, body);
      assert.deepEqual(
        [verdict.class, verdict.scope, verdict.retry],
        ['region', 'provider', 'other-provider'],
      );
      assert.deepEqual(effectOf(verdict), { kind: 'none' });
    });
  }

  void it('is the key’s where the key was restricted: denied, model by model', () => {
    for (const reason of [
      'API_KEY_HTTP_REFERRER_BLOCKED',
      'API_KEY_IP_ADDRESS_BLOCKED',
      'API_KEY_SERVICE_BLOCKED',
    ]) {
      const body = {
        error: { code: 403, message: 'Blocked.', status: 'PERMISSION_DENIED', details: [{ reason }] },
      };
      for (const providerType of ['google', 'openai']) {
        assert.deepEqual(effectOf(verdictOn(403, body, { providerType })), { kind: 'denies' }, reason);
      }
    }
    const scopes = 'You have insufficient permissions for this operation. Missing scopes: model.request.';
    assert.deepEqual(effectOf(verdictOn(401, openai(scopes))), { kind: 'denies' });
  });
});

void describe('kinds of errors', () => {
  const kinds: readonly (readonly [
    what: string,
    provider: string,
    status: number,
    body: unknown,
    is: readonly string[],
  ])[] = [
    [
      'a function that is not well',
      'nvidia',
      400,
      { detail: "Function id 'f': DEGRADED function cannot be invoked" },
      ['overloaded', 'other-provider'],
    ],
    [
      'a deployment that is draining',
      'unheard-of',
      409,
      openai('The deployment is draining'),
      ['overloaded', 'other-provider'],
    ],
    [
      'an account suspended for unusual activity',
      'unheard-of',
      403,
      { message: 'Your User ID is temporarily suspended. We detected unusual user activity.' },
      ['key_dead', 'other-key'],
    ],
    [
      'limits for suspicious activity',
      'unheard-of',
      429,
      {
        message:
          'Due to suspicious activity, we are imposing temporary limits on how frequently your account can make requests.',
      },
      ['rate_limit', 'other-domain'],
    ],
    [
      'a blocked access key inside a 200',
      'unheard-of',
      200,
      { code: 40301, message: 'access key has been blocked' },
      ['key_dead', 'other-key'],
    ],
    [
      'a disabled access key under a 500',
      'unheard-of',
      500,
      openai('Your access key has been disabled'),
      ['key_dead', 'other-key'],
    ],
    [
      'a disabled access key under a 429',
      'moonshot',
      429,
      openai('This api key is disabled'),
      ['key_dead', 'other-key'],
    ],
    [
      'an exhausted resource package',
      'unheard-of',
      429,
      openai('The resource package has been exhausted'),
      ['billing', 'other-domain'],
    ],
    ['资源包', 'unheard-of', 403, openai('您的资源包已用尽'), ['billing', 'other-domain']],
    [
      'a model without a free tier',
      'unheard-of',
      403,
      openai('This model is not available in the free tier'),
      ['model_denied', 'other-key'],
    ],
    [
      'a limit of nothing',
      'unheard-of',
      429,
      openai('Quota exceeded, limit: 0'),
      ['model_denied', 'other-key'],
    ],
    [
      "the day's limit inside a 500",
      'zhipu',
      500,
      { error: { code: '500', message: 'You have reached the daily limit of requests' } },
      ['rate_limit', 'other-domain'],
    ],
    [
      'an error one level down',
      'unheard-of',
      200,
      { code: 1, data: { error: { code: 'insufficient_quota' } } },
      ['billing', 'other-domain'],
    ],
    [
      'a condition of money',
      'unheard-of',
      429,
      openai('Please try again after upgrading your plan'),
      ['billing', 'other-domain'],
    ],
    [
      'a condition of identity',
      'unheard-of',
      403,
      openai('Please try again after verifying your phone number'),
      ['model_denied', 'other-key'],
    ],
    ['a bare 404', 'unheard-of', 404, '404 page not found', ['model_denied', 'other-provider']],
    [
      'a page for a 404',
      'openai',
      404,
      '<html><title>404 Not Found</title></html>',
      ['model_denied', 'other-provider'],
    ],
    [
      'names of other models',
      'deepseek',
      400,
      openai('The supported API model names are a or b, but you passed c.'),
      ['model_denied', 'other-provider'],
    ],
    [
      'no room at Gemini',
      'google',
      503,
      { error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } },
      ['overloaded', 'other-provider'],
    ],
    [
      'no room at MiniMax',
      'minimax',
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'much traffic now' } },
      ['overloaded', 'other-provider'],
    ],
    [
      'no throughput on demand',
      'bedrock',
      400,
      { message: 'Invocation of model ID m with on-demand throughput isn’t supported' },
      ['model_denied', 'other-provider'],
    ],
    [
      'a model of a legacy',
      'bedrock',
      400,
      { message: 'Access denied. Model is marked as Legacy' },
      ['model_denied', 'other-provider'],
    ],
    [
      'a mode of retention',
      'bedrock',
      400,
      { message: "data retention mode 'default' is unavailable for this model" },
      ['model_denied', 'other-provider'],
    ],
    [
      'requests in high frequency',
      'unheard-of',
      400,
      openai('High-frequency requests detected from you'),
      ['rate_limit', 'other-domain'],
    ],
    [
      'more tokens than credit',
      'openrouter',
      402,
      {
        error: {
          message: 'more credits or fewer max_tokens: asked 65536 tokens, affordable 1200',
          code: 402,
        },
      },
      ['client_error', 'other-domain'],
    ],
    [
      'no credit at all',
      'openrouter',
      402,
      { error: { message: 'fewer max_tokens. You can only afford 0.', code: 402 } },
      ['billing', 'other-domain'],
    ],
  ];
  for (const [what, providerType, status, body, is] of kinds) {
    void it(`${what}: ${is.join(', ')}`, () => {
      const verdict = verdictOn(status, body, { providerType });
      assert.deepEqual([verdict.class, verdict.retry], is, verdict.rule);
    });
  }

  void it('marks no key for a place that the provider does not have', () => {
    assert.deepEqual(effectOf(verdictOn(404, '404 page not found')), { kind: 'none' });
  });

  void it('takes no condition for a wait, and believes hours where a quota or hours are spoken of', () => {
    const wait = (message: string, retryAfter?: string): number | undefined =>
      judge(
        {
          ...answered(429, openai(message)),
          headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
        },
        { providerType: 'unheard-of', now: 0 },
      ).waitMs;
    assert.equal(wait('Rate limited. Try again after verifying.'), undefined);
    assert.equal(wait('Rate limited. This model is available in 1m context.'), undefined);
    assert.equal(wait('Rate limited. Please try again in 3 hours.'), 3 * 3_600_000);
    assert.equal(wait('Your quota is used up.', '10800'), 3 * 3_600_000);
    assert.equal(wait('Too many requests.', '10800'), 3_600_000);
    assert.equal(wait('Quota of requests per minute exceeded.', '86400'), 3_600_000);
  });
});

void describe('hostile texts', () => {
  void it('are read in time that grows with their length alone', () => {
    const texts = [
      "'",
      '"',
      '`',
      '<',
      '{',
      '[',
      'a.0',
      ' api key',
      ' for the',
      '。',
      '"a": "b",',
      'limit: ',
    ].map((piece) => piece.repeat(Math.floor((256 * 1024) / piece.length)));
    for (const text of texts) {
      const startedAt = performance.now();
      for (const status of [400, 403, 404, 429, 500]) {
        for (const providerType of ['openai', 'unheard-of', 'google']) {
          verdictOn(status, text, { providerType });
          verdictOn(status, openai(text), { providerType });
          verdictOn(status, `{"error":{"message":"${text}`, { providerType });
        }
      }
      // Quadratic reading of a quarter of a megabyte takes minutes.
      assert.ok(performance.now() - startedAt < 20_000, text.slice(0, 10));
    }
  });
});

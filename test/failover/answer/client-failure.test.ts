import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Attempt } from '../../../src/failover/attempt/attempt.ts';
import { chooseFailedAttempt, clientFailure } from '../../../src/failover/answer/client-failure.ts';
import type { FailureContext } from '../../../src/failover/answer/client-failure.ts';
import { rawAnswer, rawHead, rawUpstream } from '../../support/raw-upstream.ts';
import { attemptTools, providerAt, tryOnce } from '../attempts.ts';

const JSON_TYPE = ['content-type: application/json'];

function error(status: string, code: string, message = 'words'): string {
  return rawAnswer(status, JSON_TYPE, JSON.stringify({ error: { message, type: code, code } }));
}

const RATE_LIMIT = error('429 Too Many Requests', 'rate_limit_exceeded');
const BILLING = error('429 Too Many Requests', 'insufficient_quota');
const OVERLOADED = error('503 Service Unavailable', 'server_is_overloaded');
const REVOKED = error('401 Unauthorized', 'invalid_api_key', 'Incorrect API key provided: sk-…');
const VAGUE_401 = error('401 Unauthorized', 'something_new');
const DENIED = error('404 Not Found', 'model_not_found');
const REGION = error('403 Forbidden', 'unsupported_country_region_territory');
const CLIENT = error('400 Bad Request', 'invalid_value');
const EMPTY = rawAnswer('200 OK', JSON_TYPE);
/** Too large to be held, so that it is open when it is given up. */
const LARGE = `${rawHead('503 Service Unavailable', JSON_TYPE)}${' '.repeat(100_000)}`;
const BREAKS = 'breaks';

/** One real attempt for each answer, in order; `BREAKS` is a connection that breaks. */
async function attemptsAt(t: TestContext, answers: readonly string[], more: object = {}): Promise<Attempt[]> {
  const waiting = [...answers];
  const upstream = await rawUpstream(t, async (exchange) => {
    const answer = waiting.shift();
    if (answer === undefined || answer === BREAKS) exchange.reset();
    else await exchange.write(answer);
  });
  const tools = await attemptTools(t);
  const provider = providerAt(t, upstream.origin, more, tools.recorder.book);
  const attempts: Attempt[] = [];
  for (const _ of answers) {
    const attempt = await tryOnce(provider, tools);
    if (attempt.opening.kind === 'open') attempt.abandon();
    attempts.push(attempt);
  }
  return attempts;
}

void describe('the failed attempt that a client gets to know of', () => {
  const cases: readonly (readonly [string, readonly string[], number, number | undefined])[] = [
    ['the only failure, as it came', [OVERLOADED], 0, 503],
    ['a throttle before an overload', [OVERLOADED, RATE_LIMIT, OVERLOADED], 1, 429],
    ['a throttle before missing credit', [BILLING, RATE_LIMIT], 1, 429],
    ['missing credit before an overload', [OVERLOADED, BILLING], 1, 429],
    ['a denied model before an overload', [OVERLOADED, DENIED], 1, 404],
    ["the client's own mistake before all", [RATE_LIMIT, REGION, CLIENT], 2, 400],
    ['a blocked region before a throttle', [RATE_LIMIT, REGION], 1, 403],
    ['the first of two that tell as much', [error('500 Internal Server Error', 'x'), OVERLOADED], 0, 500],
    ['any answer before a broken connection', [BREAKS, OVERLOADED], 1, 503],
    ['an answer that is whole before one that was given up', [LARGE, OVERLOADED], 1, 503],
    ['our own words for a broken connection', [BREAKS, BREAKS], 0, undefined],
    ['our own words for an empty answer', [EMPTY], 0, undefined],
    ['our own words for an answer that was given up', [LARGE], 0, undefined],
    ['our own words where our key is refused', [REVOKED], 0, undefined],
    ['our own words for any 401, which would make the client doubt its key', [VAGUE_401], 0, undefined],
    ['what is wrong elsewhere rather than that our key is refused', [REVOKED, OVERLOADED], 1, 503],
  ];
  for (const [what, answers, expected, status] of cases) {
    void it(`is ${what}`, async (t) => {
      const failed = await attemptsAt(t, answers);
      const { kind, attempt, status: shown } = chooseFailedAttempt(failed);
      assert.deepEqual([kind, failed.indexOf(attempt), shown], ['failed', expected, status]);
    });
  }

  const inside: readonly (readonly [string, number])[] = [
    ['rate_limit_exceeded', 429],
    ['insufficient_quota', 429],
    ['model_not_found', 404],
    ['context_length_exceeded', 400],
    ['unsupported_country_region_territory', 403],
    ['server_is_overloaded', 502],
  ];
  for (const [code, status] of inside) {
    void it(`goes out as ${status} where ${code} stood in the body of a 200`, async (t) => {
      const body = JSON.stringify({ error: { message: 'words', type: code, code } });
      const [attempt] = await attemptsAt(t, [rawAnswer('200 OK', JSON_TYPE, body)]);
      assert.ok(attempt);
      assert.equal(chooseFailedAttempt([attempt]).status, status);
    });
  }

  const explicit = { retryOnFailure: { enabled: true, maxRetries: 3 } };

  void it('is the first answer where retryOnFailure was asked for, even one that speaks of our key', async (t) => {
    const failed = await attemptsAt(t, [REVOKED, RATE_LIMIT, CLIENT], explicit);
    const { attempt, status: shown } = chooseFailedAttempt(failed);
    assert.deepEqual([failed.indexOf(attempt), shown], [0, 401]);
  });

  void it('is the first answer, not the first failure, where retryOnFailure was asked for', async (t) => {
    const failed = await attemptsAt(t, [BREAKS, OVERLOADED, RATE_LIMIT], explicit);
    const { attempt, status: shown } = chooseFailedAttempt(failed);
    assert.deepEqual([failed.indexOf(attempt), shown], [1, 503]);
  });

  void it('is in our own words where retryOnFailure was asked for and nobody answered', async (t) => {
    const failed = await attemptsAt(t, [BREAKS, BREAKS], explicit);
    const { attempt, status: shown } = chooseFailedAttempt(failed);
    assert.deepEqual([failed.indexOf(attempt), shown], [0, undefined]);
  });

  void it('needs an attempt that failed', () => assert.throws(() => chooseFailedAttempt([]), RangeError));
});

void describe('the failure that a client sees', () => {
  const context: FailureContext = { dialect: 'openai-chat', attempts: 2, resource: undefined, now: 1_000 };

  void it('where no key can be used: when the first one is due back, where one is', () => {
    const waits = [3_500, 400, undefined].map((returnsAt) =>
      clientFailure({ kind: 'no-key', returnsAt }, context),
    );
    const failure = { kind: 'gateway-error', code: 'no_key_available' };
    assert.deepEqual(waits, [
      { ...failure, details: { retryAfterMs: 2_500 } },
      { ...failure, details: { retryAfterMs: 0 } },
      { ...failure, details: { retryAfterMs: Infinity } },
    ]);
  });

  void it('where no provider can do what is asked for: why, and where an exception was thrown', () => {
    const values = { provider: 'p', reason: 'it has no words' };
    const refused = { kind: 'refused', code: 'not_expressible', values } as const;
    const failure = { kind: 'gateway-error', code: 'not_expressible', details: { values } };
    assert.deepEqual(clientFailure(refused, context), failure);
    const thrownAt = 'at here';
    assert.deepEqual(clientFailure({ ...refused, thrownAt }, context), { ...failure, thrownAt });
  });

  void it('where the time is over', () =>
    assert.deepEqual(clientFailure({ kind: 'deadline' }, context), {
      kind: 'gateway-error',
      code: 'deadline_exceeded',
    }));

  const silent: readonly (readonly [string, string, string])[] = [
    ['the connection breaks', BREAKS, 'upstream_broken'],
    ['our key is refused', REVOKED, 'upstream_credentials_exhausted'],
  ];
  for (const [what, answer, code] of silent) {
    void it(`where ${what}: ${code}, and how many tries that took`, async (t) => {
      const end = chooseFailedAttempt(await attemptsAt(t, [answer]));
      assert.deepEqual(clientFailure(end, context), {
        kind: 'gateway-error',
        code,
        headers: ['x-sparekey-attempts', '2'],
      });
    });
  }

  void it('where the one key that made something is dead: that it is gone, whatever the provider said', async (t) => {
    const explicit = { retryOnFailure: { enabled: true, maxRetries: 1 } };
    for (const more of [{}, explicit]) {
      const end = chooseFailedAttempt(await attemptsAt(t, [REVOKED], more));
      const failure = clientFailure(end, { ...context, resource: 'file-1' });
      assert.partialDeepStrictEqual(failure, {
        code: 'resource_key_gone',
        details: { values: { id: 'file-1' } },
      });
    }
  });

  void it('of a provider’s error: its bytes where the client speaks its dialect, else its words', async (t) => {
    const end = chooseFailedAttempt(await attemptsAt(t, [RATE_LIMIT]));
    const seen = (dialect: FailureContext['dialect']): object => clientFailure(end, { ...context, dialect });
    const words = { status: 429, code: 'rate_limit_exceeded', message: 'words' };
    const failure = { kind: 'provider-error', status: 429, error: words };
    assert.partialDeepStrictEqual(seen('openai-chat'), { ...failure, isReadable: true });
    assert.partialDeepStrictEqual(seen('anthropic-messages'), { ...failure, isReadable: false });
  });

  void it('of an error that came encoded, and could not be redacted: never its bytes', async (t) => {
    const encoded = rawAnswer('429 Too Many Requests', [...JSON_TYPE, 'content-encoding: br'], 'bytes');
    const end = chooseFailedAttempt(await attemptsAt(t, [encoded]));
    assert.partialDeepStrictEqual(clientFailure(end, context), { status: 429, isReadable: false });
  });
});

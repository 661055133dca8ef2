import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { CheckForms, formsFor } from '../../src/probe/check-form.ts';
import { attempt, counts, outOfCredit } from '../keys/tools.ts';
import { rawAnswer } from '../support/raw-upstream.ts';
import type { RawExchange } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { begin, JSON_TYPE, onlyKey, PASSES, recordOf } from './fixture.ts';
import type { Fixture } from './fixture.ts';

const asked = z.looseObject({
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
});

function bodies({ upstream }: Fixture): readonly z.output<typeof asked>[] {
  return upstream.requests.map(({ body }) => asked.parse(JSON.parse(body.toString())));
}

function badRequest(message: string): string {
  return rawAnswer(
    '400 Bad Request',
    JSON_TYPE,
    JSON.stringify({ error: { message, type: 'invalid_request_error' } }),
  );
}

/** Out of credit a minute ago: only a good answer puts it back. */
const broke = attempt(outOfCredit, Date.now() - 60_000);
const OLDER =
  "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
const NEWER = 'Unrecognized request argument supplied: max_completion_tokens';
const TOO_FEW = 'Could not finish the message because max_tokens or model output limit was reached.';

void describe('a check that finds fault with its parameters', () => {
  for (const [type, message, word] of [
    ['openai-compatible', OLDER, 'max_completion_tokens'],
    ['openai', NEWER, 'max_tokens'],
  ] as const) {
    void it(`uses the other parameter for its bound at ${type}, and that one from then on`, async (t) => {
      const fixture = await begin(t, {
        happened: broke,
        options: { type },
        answer: ({ request, write }) =>
          write(word in asked.parse(JSON.parse(request.body.toString())) ? PASSES : badRequest(message)),
      });
      await fixture.prober.watch([fixture.provider]);
      await until(() => recordOf(fixture).state === 'in-service');
      assert.deepEqual(
        bodies(fixture).map((body) => word in body),
        [false, true],
      );
      const { decisions = [] } = recordOf(fixture);
      assert.deepEqual(
        decisions.map(({ effect }) => effect),
        ['taken-out', 'returned'],
        'no check failed',
      );
      const { epoch } = recordOf(fixture);
      fixture.book.apply(
        onlyKey(fixture),
        attempt(outOfCredit, Date.now(), { epoch }),
        fixture.provider.keyPolicy,
      );
      await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
      assert.deepEqual(
        bodies(fixture).map((body) => word in body),
        [false, true, true],
      );
    });
  }

  void it('asks for more tokens of a model that thinks first', async (t) => {
    const fixture = await begin(t, {
      happened: broke,
      answer: ({ request, write }) => {
        const { max_completion_tokens: most = 0 } = asked.parse(JSON.parse(request.body.toString()));
        return write(most < 500 ? badRequest(TOO_FEW) : PASSES);
      },
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    assert.equal(fixture.upstream.requests.length, 3);
  });

  void it('fails once, whatever was tried, and tries less from then on', async (t) => {
    const fixture = await begin(t, {
      happened: broke,
      answer: ({ write }) => write(badRequest('this will not do')),
      failover: { healthCheckInterval: '1m' },
    });
    const report = await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    assert.ok(typeof report === 'object' && !report.passed && report.verdict === 'client_error');
    const tried = fixture.upstream.requests.length;
    assert.equal(tried, formsFor({ type: 'openai' }, 'check').length);
    const record = recordOf(fixture);
    assert.equal(record.state === 'out-of-service' && record.failedChecks, 1);
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    assert.equal(fixture.upstream.requests.length, tried + 1);
  });

  void it('is not repeated where any answer to a known caller will do', async (t) => {
    const fixture = await begin(t, { answer: ({ write }) => write(badRequest(OLDER)) });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    assert.equal(fixture.upstream.requests.length, 1);
  });

  void it('proves credit where the answer ended for its length without output: it was paid', async (t) => {
    const empty =
      '{"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"length"}]}';
    const fixture = await begin(t, {
      happened: broke,
      answer: ({ write }) => write(rawAnswer('200 OK', JSON_TYPE, empty)),
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
  });
});

void describe('a model that is no chat model', () => {
  const vectors = rawAnswer(
    '200 OK',
    JSON_TYPE,
    '{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.1]}]}',
  );
  const answersEmbeddings =
    (refusal: string) =>
    ({ request, write }: RawExchange): Promise<void> =>
      write(request.line.includes('/embeddings') ? vectors : refusal);

  void it('requests embeddings at once where the model’s name says so', async (t) => {
    const fixture = await begin(t, {
      happened: broke,
      options: { type: 'openai-compatible' },
      failover: { healthCheckModel: 'text-embedding-3-small' },
      answer: answersEmbeddings(badRequest('no chats here')),
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    assert.deepEqual(
      fixture.upstream.requests.map(({ line }) => line),
      ['POST /v1/embeddings HTTP/1.1'],
    );
  });

  void it('requests them where the model is not served for chat', async (t) => {
    const gone = rawAnswer(
      '404 Not Found',
      JSON_TYPE,
      '{"error":{"message":"The model `check` does not exist","code":"model_not_found"}}',
    );
    const fixture = await begin(t, {
      options: { type: 'openai-compatible' },
      happened: attempt(counts, Date.now() - 60_000),
      answer: answersEmbeddings(gone),
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    assert.deepEqual(
      fixture.upstream.requests.map(({ line }) => line),
      ['POST /v1/chat/completions HTTP/1.1', 'POST /v1/embeddings HTTP/1.1'],
    );
  });
});

void describe('CheckForms', () => {
  const provider = { id: 'p', type: 'openai' };

  void it('begins with the form that was accepted last', () => {
    const forms = new CheckForms();
    const [, second, third] = forms.toTry(provider, 'm', 0);
    assert.ok(second && third);
    forms.recordAccepted(provider, 'm', second);
    assert.deepEqual(forms.toTry(provider, 'm', 0).slice(0, 2), [second, third]);
    assert.equal(forms.toTry(provider, 'm', 0).length, formsFor(provider, 'm').length);
  });

  void it('tries only one for an hour where none was accepted', () => {
    const forms = new CheckForms();
    forms.recordAllRejected(provider, 'm', 1000);
    assert.deepEqual(
      [forms.toTry(provider, 'm', 2000).length, forms.acceptsNone(provider, 'm', 2000)],
      [1, true],
    );
    const later = 1000 + 60 * 60 * 1000;
    assert.ok(forms.toTry(provider, 'm', later).length > 1 && !forms.acceptsNone(provider, 'm', later));
  });
});

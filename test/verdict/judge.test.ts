import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as fc from '../support/property.ts';
import * as z from 'zod';
import { effectOf } from '../../src/verdict/effect.ts';
import { judge } from '../../src/verdict/judge.ts';
import type { Answered, Faulted } from '../../src/verdict/outcome.ts';
import { OK } from '../../src/verdict/verdict.ts';
import type { Verdict, VerdictClass } from '../../src/verdict/verdict.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const openai = { providerType: 'openai', now: NOW };
const unheardOf = { providerType: 'unheard-of', now: NOW };

function answered(status: number, body = '', more: Partial<Answered> = {}): Answered {
  return {
    kind: 'answered',
    status,
    headers: { 'content-type': 'application/json' },
    errorText: body,
    where: 'body',
    ...more,
  };
}

const recordedError = z.object({
  source: z.string(),
  status: z.number(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string(),
  stream: z.boolean().default(false),
  class: z.string(),
  scope: z.string(),
  waitMs: z.number().optional(),
});

const recorded = readFileSync(new URL('fixtures/openai-errors.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => recordedError.parse(JSON.parse(line)));

function scopeOfCode(code: string): Verdict['scope'] {
  const body = JSON.stringify({ error: { type: 'insufficient_quota', code } });
  return judge(answered(429, body), openai).scope;
}

function classInStream(status: number): VerdictClass {
  const event = `data: {"error":{"code":${status},"message":"x"}}\n\n`;
  return judge(answered(200, event, { where: 'stream' }), unheardOf).class;
}

void describe('judge', () => {
  void it('gives every good answer the same verdict without looking into it', () => {
    const good = answered(200, '', { where: 'none' });
    assert.equal(judge(good, openai), OK);
    assert.equal(judge({ ...good, status: 204 }, unheardOf), OK);
  });

  for (const error of recorded) {
    void it(`judges ${error.status} from ${error.source} as ${error.class} of ${error.scope}`, () => {
      const where = error.stream ? 'stream' : 'body';
      const verdict = judge(answered(error.status, error.body, { headers: error.headers, where }), openai);
      assert.equal(verdict.class, error.class, verdict.rule);
      assert.equal(verdict.scope, error.scope, verdict.rule);
      assert.equal(verdict.waitMs, error.waitMs);
    });
  }

  void it("leaves no mark on a key for a caller's mistake", () => {
    for (const status of [400, 404, 405, 409, 413, 415, 422]) {
      for (const context of [openai, unheardOf]) {
        const verdict = judge(
          answered(status, '{"error":{"message":"maximum context length is 8192 tokens"}}'),
          context,
        );
        assert.equal(verdict.class, 'client_error');
        assert.equal(verdict.retry, 'none');
        assert.deepEqual(effectOf(verdict), { kind: 'none' });
      }
    }
  });

  void it('takes a definite 401 for a dead key and a vague one for a suspicion', () => {
    const definite = judge(answered(401, '{"error":{"code":"invalid_api_key"}}'), openai);
    assert.deepEqual(effectOf(definite), { kind: 'condemns', cause: 'key_dead' });
    for (const status of [401, 403]) {
      for (const body of ['', '{"error":{"message":"Unauthorized"}}', 'Forbidden']) {
        const vague = judge(answered(status, body), openai);
        assert.equal(vague.class, 'unknown');
        assert.equal(vague.scope, 'key');
        assert.equal(vague.retry, 'other-key');
        assert.deepEqual(effectOf(vague), { kind: 'counts' });
      }
    }
  });

  void it('condemns a key for a 429 that means its access was terminated', () => {
    const body = '{"error":{"message":"Your access was terminated","type":"access_terminated","code":null}}';
    const verdict = judge(answered(429, body, { headers: { 'retry-after': '5' } }), openai);
    assert.deepEqual(effectOf(verdict), { kind: 'condemns', cause: 'key_dead' });
    assert.equal(verdict.waitMs, undefined);
  });

  void it('distinguishes a project out of budget from an organization out of credit', () => {
    assert.equal(scopeOfCode('project_spend_limit_exceeded'), 'quota_domain');
    assert.equal(scopeOfCode('organization_spend_limit_exceeded'), 'billing_domain');
    assert.equal(scopeOfCode('credit_balance_exhausted'), 'billing_domain');
  });

  void it('reads the same code in its own sense at each provider', () => {
    const body = '{"error":{"code":"insufficient_quota","type":"insufficient_quota","message":"x"}}';
    assert.equal(judge(answered(429, body), openai).class, 'billing');
    assert.equal(judge(answered(429, body), { providerType: 'qwen', now: NOW }).class, 'rate_limit');
  });

  void it('looks for limits and their resets only where a limit was hit', () => {
    const headers = { 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '2m' };
    assert.equal(judge(answered(429, '', { headers }), unheardOf).waitMs, 120_000);
    assert.equal(judge(answered(503, '', { headers }), unheardOf).waitMs, undefined);
    assert.equal(judge(answered(503, '', { headers: { 'retry-after': '4' } }), unheardOf).waitMs, 4000);
  });

  void it('believes an hour of an everyday limit and a day of a daily one', () => {
    const headers = { 'retry-after': '561600' };
    const perDay =
      '{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached on tokens per day (TPD)"}}';
    assert.equal(judge(answered(429, '', { headers }), openai).waitMs, 3_600_000);
    assert.equal(judge(answered(429, perDay, { headers }), openai).waitMs, 86_400_000);
    assert.equal(judge(answered(402, '', { headers }), openai).waitMs, 86_400_000);
  });

  void it('judges an error inside a 200 by its own status', () => {
    assert.equal(classInStream(400), 'client_error');
    assert.equal(classInStream(402), 'billing');
    assert.equal(classInStream(429), 'rate_limit');
    assert.equal(classInStream(503), 'overloaded');
  });

  void it('blames something in front of the API for a page of HTML, except where it refuses the request itself', () => {
    const page = '<html><head><title>Bad gateway</title></head></html>';
    assert.equal(judge(answered(200, page), unheardOf).class, 'overloaded');
    assert.equal(judge(answered(413, page), unheardOf).class, 'client_error');
    for (let status = 520; status <= 527; status++) {
      assert.equal(judge(answered(status, page), unheardOf).class, 'overloaded');
    }
  });

  void it('counts every fault, names it, and lets another key try, or the next provider where it came late', () => {
    const faults: Faulted['fault'][] = ['not-sent', 'maybe-sent', 'no-output', 'broken-unseen', 'broken'];
    for (const fault of faults) {
      const verdict = judge({ kind: 'faulted', fault, detail: 'reset' }, openai);
      assert.deepEqual(verdict, {
        class: 'overloaded',
        scope: 'provider',
        retry: fault === 'broken-unseen' ? 'other-provider' : 'other-key',
        rule: `fault.${fault}`,
      });
      assert.deepEqual(effectOf(verdict), { kind: 'counts' });
    }
  });

  void it('blames no key for an answer that is too large for us, and does not retry', () => {
    const verdict = judge({ kind: 'faulted', fault: 'too-large', detail: 'too-large' }, openai);
    assert.deepEqual([verdict.class, verdict.retry], ['client_error', 'none']);
    assert.deepEqual(effectOf(verdict), { kind: 'none' });
  });

  void it('never throws and always names a rule, whatever a provider sends', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.json(),
      fc.json().map((json) => `event: error\ndata: ${json}\n\n`),
      fc.json().map((json) => `{"error":${json}}`),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    );
    const headerName = fc.constantFrom(
      'content-type',
      'retry-after',
      'retry-after-ms',
      'date',
      'x-ratelimit-reset',
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 999 }),
        text,
        fc.dictionary(headerName, fc.string()),
        fc.constantFrom('body' as const, 'stream' as const),
        fc.constantFrom('openai', 'qwen', 'groq', ''),
        (status, errorText, headers, where, providerType) => {
          const verdict = judge(
            { kind: 'answered', status, headers, errorText, where },
            { providerType, now: NOW },
          );
          assert.notEqual(verdict.rule, '');
          assert.notEqual(verdict.class, 'ok');
          assert.ok(verdict.waitMs === undefined || (verdict.waitMs > 0 && verdict.waitMs <= 86_400_000));
        },
      ),
    );
  });
});

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as z from 'zod';
import { judge } from '../../src/verdict/judge.ts';
import { outcomeOfRecordedAnswer } from '../../src/verdict/recorded-answer.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';

/** Errors as providers sent them, each with its source, and who is to blame. */
const payload = z.strictObject({
  id: z.string(),
  provider: z.string(),
  status: z.number(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string(),
  stream: z.boolean().default(false),
  /** What the client had written, where the answer says it back. */
  request: z.string().default(''),
  class: z.string(),
  scope: z.string(),
  /** Other answers that a careful reader could defend. */
  altClass: z.array(z.string()).default([]),
  altScope: z.array(z.string()).default([]),
  /** The wait that the answer itself asks for. */
  cooldownSeconds: z.number().optional(),
  source: z.string().min(1),
});
type Payload = z.output<typeof payload>;

const folder = new URL('corpus/', import.meta.url);
const corpus = readdirSync(folder)
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split('\n'))
  .filter((line) => line !== '')
  .map((line) => payload.parse(JSON.parse(line)));

function verdictOn(error: Payload): Verdict {
  const isClientText = (phrase: string): boolean => error.request.includes(phrase);
  const isKnown = error.request !== '';
  return judge(outcomeOfRecordedAnswer(error), {
    providerType: error.provider,
    now: 0,
    ...(isKnown && { isClientText }),
  });
}

function isExact(error: Payload): boolean {
  const verdict = verdictOn(error);
  return verdict.class === error.class && verdict.scope === error.scope;
}

void describe('the corpus of received errors', () => {
  for (const [provider, errors] of Map.groupBy(corpus, (error) => error.provider)) {
    void it(`is judged rightly at ${provider}`, (context) => {
      const exact = errors.filter(isExact).length;
      context.diagnostic(`${provider}: ${exact} of ${errors.length} as labelled first`);
      for (const error of errors) {
        const verdict = verdictOn(error);
        const place = `${error.id}: ${verdict.class}, ${verdict.scope}, by ${verdict.rule}`;
        assert.ok([error.class, ...error.altClass].includes(verdict.class), place);
        assert.ok([error.scope, ...error.altScope].includes(verdict.scope), place);
      }
    });
  }

  void it('is large and wide enough to mean something', (context) => {
    const providers = new Set(corpus.map(({ provider }) => provider));
    const share = (100 * corpus.filter(isExact).length) / corpus.length;
    context.diagnostic(`${corpus.length} errors of ${providers.size} providers: ${share.toFixed(1)} % exact`);
    assert.ok(corpus.length >= 150);
    assert.ok(providers.size >= 25);
    assert.ok(share >= 95);
    assert.equal(new Set(corpus.map(({ id }) => id)).size, corpus.length);
  });

  void it('gives the wait that an answer asks for, to the second', () => {
    const asking = corpus.filter(({ cooldownSeconds }) => cooldownSeconds !== undefined);
    assert.ok(asking.length >= 6);
    for (const error of asking) {
      const seconds = (verdictOn(error).waitMs ?? 0) / 1000;
      assert.ok(Math.abs(seconds - (error.cooldownSeconds ?? 0)) < 1, `${error.id}: ${seconds} s`);
    }
  });

  void it('needs more than the status: one alone stands for many classes', () => {
    const classes = Map.groupBy(corpus, ({ status }) => status);
    for (const status of [400, 403, 429]) {
      assert.ok(new Set(classes.get(status)?.map((error) => error.class)).size >= 4, String(status));
    }
  });
});

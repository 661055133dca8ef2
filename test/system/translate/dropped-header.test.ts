import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { STRICT_VENDORS } from '../../../simulator/strict/strict.ts';
import { gatewayFor, GOOD_KEY } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';

/** Chat completions before a provider that speaks Anthropic's messages. */
const CONFIG = {
  strict: STRICT_VENDORS,
  config: ({ port }: { readonly port: number }) => ({
    providers: [{ id: 'sim', type: 'claude', baseUrl: `http://127.0.0.1:${port}/v1`, apiTokens: [GOOD_KEY] }],
  }),
};

void suite('the names of fields that were left out', () => {
  void test('are named in a header', async (context) => {
    const { url } = await gatewayFor(context, CONFIG);
    const response = await ask(url, { body: chat('hi', { verbosity: 'low', logit_bias: {} }) });
    assert.equal(response.status, 200);
    assert.equal(response.headers['x-sparekey-dropped'], 'verbosity, logit_bias');
  });

  void test('are escaped where no header can hold them, and cost no answer', async (context) => {
    const { url } = await gatewayFor(context, CONFIG);
    const names = { 漢: 1, 'a\r\nset-cookie: b': 1, 'one, two': 1, '\ud800': 1 };
    const response = await ask(url, { body: chat('hi', names) });
    assert.equal(response.status, 200);
    assert.equal(response.headers['set-cookie'], undefined);
    assert.equal(
      response.headers['x-sparekey-dropped'],
      '%E6%BC%A2, a%0D%0Aset-cookie%3A%20b, one%2C%20two, %EF%BF%BD',
    );
  });

  void test('have an end', async (context) => {
    const { url } = await gatewayFor(context, CONFIG);
    const many = Array.from({ length: 3_000 }, (_, at): [string, number] => [`f${at}_${'x'.repeat(500)}`, 1]);
    const response = await ask(url, { body: chat('hi', Object.fromEntries(many)) });
    assert.equal(response.status, 200);
    const dropped = String(response.headers['x-sparekey-dropped']);
    assert.match(dropped, /^f0_x+, .*, and 2968 more$/u);
    assert.ok(dropped.length < 4_096);
  });
});

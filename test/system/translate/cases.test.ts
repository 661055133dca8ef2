import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { CASES } from './cases/all.ts';
import type { ClientDialect, TranslationCase } from './cases/translation-case.ts';
import { OWN_HEADERS, startStrictGateway, type Exchange } from './strict-gateway.ts';

/*
 * Requests that left, at one provider or more, in a form that the vendor's documentation says it refuses, or without what
 * the client asked for.
 */

const strict = await startStrictGateway();
after(() => strict.close());

for (const [kind, cases] of Object.entries(CASES)) {
  void suite(kind, () => {
    for (const each of cases) {
      void test(`${each.client}: ${each.name}`, async () => {
        const faults: string[] = [];
        for (const model of each.models) {
          const exchange = await strict.ask(each.client, model, each.body);
          faults.push(...faultsOf(each, model, exchange).map((fault) => `${model}: ${fault}`));
        }
        assert.deepEqual(faults, []);
      });
    }
  });
}

/** In what an exchange is not what the case wants. */
function faultsOf(each: TranslationCase, model: string, exchange: Exchange): string[] {
  const { status, text, dropped, arrived } = exchange;
  const { sent = [], notSent = [], dropped: named = [], refused } = each;
  if (refused !== undefined) {
    const isRefused = status === 400 && text.includes('not_expressible') && refused.test(text);
    return isRefused && arrived === undefined ? [] : [`not refused as ${String(refused)}: ${status} ${text}`];
  }
  const { body = 'nothing', headers = {} } = arrived ?? {};
  const shown = body.slice(0, SHOWN);
  if (status !== 200) return [`${status} ${text.slice(0, SHOWN)}\n  arrived: ${shown}`];
  const foreign = isOwnVendor(each.client, model) ? [] : Object.keys(OWN_HEADERS[each.client]);
  return [
    ...sent.filter((wanted) => !wanted.test(body)).map((wanted) => `${String(wanted)} is lost: ${shown}`),
    ...notSent.filter((own) => own.test(body)).map((own) => `${String(own)} has left: ${shown}`),
    ...named
      .filter((name) => !dropped.includes(name))
      .map((name) => `${name} is not named: ${dropped.join()}`),
    ...foreign
      .filter((name) => String(headers[name]).includes('private'))
      .map((name) => `the header ${name} has left`),
  ];
}

/** Characters of a body in a message. */
const SHOWN = 1_500;

/** Whether a provider is whom the clients of a dialect were made for. */
function isOwnVendor(client: ClientDialect, model: string): boolean {
  const [provider] = model.split('/');
  return provider === { chat: 'oai', responses: 'oai', messages: 'ant', gemini: 'gem' }[client];
}

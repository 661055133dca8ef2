import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from '../../support/property.ts';
import { operationNamed } from '../../../src/dialects/operations/table.ts';
import { tryOutgoing } from '../../providers/outgoing.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { placesIn, RICH_REQUESTS, withWrong, WRONG_VALUES } from './wrong-everywhere.ts';

const PROVIDERS: readonly ConfigParts[] = [
  { type: 'openai' },
  { type: 'claude', modelMapping: { '*': 'claude-sonnet-4-5' } },
  { type: 'gemini', modelMapping: { '*': 'gemini-2.5-flash' } },
  { type: 'bedrock', awsRegion: 'us-east-1', modelMapping: { '*': 'anthropic.claude-sonnet-4-5' } },
  { type: 'bedrock', awsRegion: 'us-east-1', modelMapping: { '*': 'amazon.nova-pro-v1:0' } },
  { type: 'vertex', apiTokens: ['express-key-0123456789'], modelMapping: { '*': 'gemini-2.5-flash' } },
];

/** So many of all wrong values in all places are tried in one run, and others in the next. */
const RUNS = 500;

const wrong = fc
  .record({
    name: fc.constantFrom(...Object.keys(RICH_REQUESTS)),
    provider: fc.constantFrom(...PROVIDERS),
    place: fc.nat(),
    value: fc.oneof(fc.constantFrom(...WRONG_VALUES), fc.jsonValue({ maxDepth: 2 })),
    stream: fc.boolean(),
  })
  .map(({ name, provider, place, value, stream }) => {
    const rich = RICH_REQUESTS[name] ?? {};
    // The front has looked at the model already.
    const places = placesIn(rich).filter(([first]) => first !== 'model');
    const at = places[place % places.length] ?? [];
    const body = { ...withWrong(rich, at, value), ...(stream && { stream }) };
    return { name, provider, at: at.join('.'), body };
  });

void suite('a request with a wrong value anywhere', () => {
  void test('leaves for a provider, or is refused: nobody trips over it', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(wrong, async ({ name, provider, body }) => {
        const path = operationNamed(name).pattern.replace('{model}', 'm');
        const headers = name.startsWith('messages') ? { 'anthropic-version': '2023-06-01' } : {};
        const sent = await tryOutgoing(provider, { path, headers, body });
        assert.ok(
          typeof sent === 'object' || sent === 'not_expressible' || sent === 'operation_not_offered',
          JSON.stringify(sent),
        );
      }),
      { numRuns: RUNS },
    );
  });
});

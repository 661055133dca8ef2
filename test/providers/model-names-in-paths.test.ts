import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  array,
  assert as assertProperty,
  asyncProperty,
  constantFrom,
  oneof,
  string,
} from '../support/property.ts';
import { isModelName } from '../../src/base/model-name.ts';
import { providerTypes } from '../../src/catalog/provider-types.ts';
import { parseConfig } from '../../src/config/load/load.ts';
import type { ConfigParts } from '../support/gateway.ts';
import { FIRST_KEY, tryOutgoing } from './outgoing.ts';
import type { ClientRequest } from './outgoing.ts';

/*
 * Whatever a model is called, at every type of provider: its name stands where a plain one would, and what is around it stays,
 * or nobody is asked.
 */

const PLAIN = 'm0del';

/** What some types need beside their name. */
const OPTIONS: Readonly<Record<string, ConfigParts>> = {
  azure: { azureServiceUrl: 'http://127.0.0.1:1/?api-version=1' },
  bedrock: { awsRegion: 'us-east-1' },
  cloudflare: { cloudflareAccountId: 'account' },
  deepl: { targetLang: 'EN' },
  dify: { botType: 'Chat' },
  qwen: {},
  vertex: { vertexProjectId: 'p', vertexRegion: 'r' },
};

function partsFor(type: string, name: string): ConfigParts {
  const { baseUrl } = providerTypes.get(type) ?? {};
  const own = OPTIONS[type];
  const parts = own ?? (baseUrl === undefined ? { baseUrl: 'http://127.0.0.1:1/base/v1' } : {});
  return { type, modelMapping: { [PLAIN]: name }, ...parts };
}

const MESSAGES = [{ role: 'user', content: 'hi' }];

/** Requests for the model `PLAIN`, which the configuration maps. */
const REQUESTS: readonly ClientRequest[] = [
  { path: '/v1/chat/completions', body: { model: PLAIN, messages: MESSAGES } },
  { path: '/v1/chat/completions', body: { model: PLAIN, messages: MESSAGES, stream: true } },
  { path: '/v1/messages', body: { model: PLAIN, max_tokens: 9, messages: MESSAGES } },
  { path: '/v1/responses', body: { model: PLAIN, input: 'hi' } },
  { path: '/v1/embeddings', body: { model: PLAIN, input: 'hi' } },
  { path: `/v1beta/models/${PLAIN}:generateContent`, body: { contents: [{ parts: [{ text: 'hi' }] }] } },
  { path: `/v1beta/models/${PLAIN}:predict`, body: {} },
  { method: 'GET', path: `/v1/realtime?model=${PLAIN}` },
  { method: 'GET', path: `/v1/models/${PLAIN}` },
];

const plainRequests = new Map<string, ReturnType<typeof tryOutgoing>>();

/** The request as it leaves with a plain name. */
function plainRequest(type: string, request: ClientRequest): ReturnType<typeof tryOutgoing> {
  const known = `${type} ${REQUESTS.indexOf(request)}`;
  const plain = plainRequests.get(known) ?? tryOutgoing(partsFor(type, PLAIN), request);
  plainRequests.set(known, plain);
  return plain;
}

/** Whether a request leaves; asserts that it goes where it would with a plain name. */
async function leaves(type: string, request: ClientRequest, name: string): Promise<boolean> {
  if (!isModelName(name)) {
    await refusedEverywhere(type, name);
    return false;
  }
  const plain = await plainRequest(type, request);
  const named = await tryOutgoing(partsFor(type, name), request);
  if (typeof plain === 'string' || typeof named === 'string') return false;
  const url = new URL(named.url);
  const expected = new URL(plain.url);
  assert.equal(url.href, named.url, 'a server would read the path in another way');
  assert.equal(url.host, expected.host);
  assert.equal(url.hash, '');
  const segments = url.pathname.split('/');
  const plainSegments = expected.pathname.split('/');
  // A model may be several segments where it ends the path.
  if (request.method === 'GET') segments.length = Math.min(segments.length, plainSegments.length);
  assert.equal(segments.length, plainSegments.length, named.url);
  for (const [at, segment] of plainSegments.entries())
    if (!segment.includes(PLAIN)) assert.equal(segments[at], segment, named.url);
    else {
      const [before = '', after = ''] = segment.split(PLAIN);
      assert.ok(segments[at]?.startsWith(before) === true && segments[at].endsWith(after), named.url);
    }
  assert.deepEqual([...url.searchParams.keys()], [...expected.searchParams.keys()], named.url);
  return true;
}

/** What cannot be a name is none that a mapping leads to, and none that a client may ask for. */
async function refusedEverywhere(type: string, name: string): Promise<void> {
  const written = JSON.stringify({ provider: { id: 'p', apiTokens: [FIRST_KEY], ...partsFor(type, name) } });
  assert.equal(parseConfig(written, { env: {} }).ok, false, name);
  // Bodies with others are refused as they are read.
  if (!name.isWellFormed() || name.length > 200) return;
  const asked = { path: '/v1/chat/completions', body: { model: name, messages: MESSAGES } };
  assert.equal(await tryOutgoing(partsFor(type, PLAIN), asked), 'model_unknown', name);
}

const HOSTILE = [
  '../../v1/files',
  'a/../b',
  '..',
  String.raw`..\..\x`,
  '%2e%2e%2fx',
  'a%252F..%252Fb',
  'x?key=other',
  'x#y',
  'x\r\nHost: y',
  '\u0000',
  '\ud800',
  'x'.repeat(5000),
];
const PIECES = [
  '..',
  '.',
  '/',
  '\\',
  '%',
  '2e',
  '%2F',
  '?',
  '#',
  '&',
  '=',
  ':',
  ';',
  '\n',
  '\ud800',
  'a',
  'é',
];

const names = oneof(
  array(constantFrom(...PIECES), { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join('')),
  string({ unit: 'binary', minLength: 1 }),
);

void describe('a model of any name', () => {
  for (const type of providerTypes.keys())
    void it(`is asked for where it belongs, or not at all, at ${type}`, async () => {
      for (const [at, name] of [...HOSTILE, 'org/name', 'models/x'].entries())
        // Each name with two requests, and each request with several names.
        for (const request of [REQUESTS[at % REQUESTS.length], REQUESTS[(at * 4 + 1) % REQUESTS.length]])
          if (request !== undefined) await leaves(type, request, name);
    });

  for (const type of ['azure', 'bedrock', 'gemini', 'triton', 'vertex'])
    void it(`is asked for where it belongs at ${type}, which is told it in a path`, async () => {
      let left = 0;
      await assertProperty(
        asyncProperty(names, constantFrom(...REQUESTS), async (name, request) => {
          if (await leaves(type, request, name)) left++;
        }),
        { numRuns: 120 },
      );
      assert.ok(left > 10, `${left} requests left`);
    });

  void it('keeps its own form where a vendor has slashes in names', async () => {
    const url = async (type: string, name: string): Promise<string> => {
      const sent = await tryOutgoing(partsFor(type, name), REQUESTS[0] ?? { path: '' });
      assert.ok(typeof sent === 'object');
      return sent.url.replace(/\?.*/u, '');
    };
    const arn = 'arn:aws:bedrock:us-east-1:1:inference-profile/x';
    assert.ok((await url('bedrock', arn)).endsWith(`/model/${encodeURIComponent(arn)}/converse`));
    assert.ok(
      (await url('gemini', 'models/gemini-2.5-pro')).endsWith('/models/gemini-2.5-pro:generateContent'),
    );
    const fireworks = 'accounts/fireworks/models/x';
    const sent = await tryOutgoing(partsFor('fireworks', fireworks), REQUESTS[0] ?? { path: '' });
    assert.ok(typeof sent === 'object');
    assert.match(sent.body, /"model":"accounts\/fireworks\/models\/x"/u);
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import type { Behaviour } from '../../simulator/behaviour.ts';
import { finished, run } from '../cli/tools.ts';
import { folderFor } from '../support/folder.ts';
import { gatewayFor, simulatedProvider, type TestGateway } from '../support/gateway.ts';
import { ask, chat, rawConnection, streamedChat, type HttpAnswer } from '../support/http.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

/*
 * No secret is in anything that leaves the process: a busy gateway meets every kind of failure, all that it says
 * is kept, and every piece of every secret is looked for in it.
 */

/** Of a secret no more than this may be shown: the hint by which people tell keys apart. */
const HINT_LENGTH = 4;

const secret = (what: string): string => `sk-${what}-${randomBytes(24).toString('base64url')}`;

const FAILURES: readonly (readonly [name: string, behaviours: readonly Behaviour[]])[] = [
  ['good', []],
  ['dead', [{ kind: 'invalid-key' }]],
  ['throttled', [{ kind: 'rate-limited', retryAfter: 30 }]],
  ['spent', [{ kind: 'out-of-credit' }]],
  ['failing', [{ kind: 'server-error' }]],
  ['overloaded', [{ kind: 'overloaded' }]],
  ['silent', [{ kind: 'hang' }]],
  ['stalling', [{ kind: 'hang', after: 'preamble' }]],
  ['cut', [{ kind: 'cut' }]],
  ['truncating', [{ kind: 'truncate', afterChunks: 1 }]],
  ['erring', [{ kind: 'error-event', afterChunks: 1 }]],
  ['erring-early', [{ kind: 'error-event' }]],
  ['empty', [{ kind: 'empty-stream' }]],
  ['html', [{ kind: 'html-502' }]],
  ['resetting', [{ kind: 'refuse' }]],
  ['error-200', [{ kind: 'error-200' }]],
  ['denied', [{ kind: 'model-denied', models: ['gpt-5'] }]],
  ['strict', [{ kind: 'bad-request' }]],
];

interface Secrets {
  readonly keys: readonly string[];
  readonly client: string;
  readonly wrongClient: string;
  readonly ownCredential: string;
  readonly queryCredential: string;
  readonly echoed: string;
  readonly adminToken: string;
}

function newSecrets(): Secrets {
  return {
    keys: FAILURES.map(([name]) => secret(name)),
    client: secret('client'),
    wrongClient: secret('wrong-client'),
    ownCredential: secret('own'),
    queryCredential: secret('query'),
    echoed: secret('echoed'),
    adminToken: secret('admin'),
  };
}

/** What of `texts` holds more of a secret than its hint, plain or encoded. */
function leaks(secrets: Secrets, texts: Readonly<Record<string, string>>): string[] {
  const all = Object.entries(secrets).flatMap(([name, value]: [string, string | readonly string[]]) =>
    (typeof value === 'string' ? [value] : value).map((each) => [name, each] as const),
  );
  return all.flatMap(([name, value]) => {
    // The end is random, and what stands before it is the test's own word.
    const random = value.slice(-32);
    const pieces = Array.from({ length: random.length - 2 * HINT_LENGTH }, (_, at) =>
      random.slice(at, at + 2 * HINT_LENGTH),
    );
    const forms = [
      ...pieces,
      Buffer.from(value).toString('base64'),
      Buffer.from(value).toString('hex'),
      encodeURIComponent(value),
    ];
    return Object.entries(texts)
      .filter(([, text]) => forms.some((form) => text.includes(form)))
      .map(([place]) => `${name} in ${place}`);
  });
}

function said(response: HttpAnswer): string {
  return `${response.status} ${response.rawHeaders.join(' ')} ${response.text}`;
}

/** Every file of the folder in which the state is kept, as bytes. */
async function stateOf(gateway: TestGateway): Promise<string> {
  const folder = dirname(gateway.stateFile ?? '');
  const names = await readdir(folder);
  assert.ok(names.length > 0);
  const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
  return files.join('\n');
}

async function busyGateway(t: TestContext, secrets: Secrets): Promise<TestGateway> {
  // A provider that is so kind as to say which key it did not like.
  const echoing = await rawUpstream(t, ({ request, write }) => {
    const words = `key ${request.header('authorization')?.slice('Bearer '.length)} has no access to this`;
    const body = JSON.stringify({ error: { message: words, type: 'invalid_request_error', code: 'odd' } });
    const status = /"status":(\d+)/.exec(request.body.toString())?.[1] ?? '400';
    return write(rawAnswer(`${status} No`, ['content-type: application/json'], body));
  });
  return gatewayFor(t, {
    state: 'sqlite',
    logLevel: 'debug',
    alsoPretty: true,
    script: {
      keys: Object.fromEntries(
        FAILURES.map(([, behaviours], index) => [secrets.keys[index] ?? '', { behaviours }]),
      ),
    },
    env: { FIRST_KEY: secrets.keys[0] ?? '' },
    config: (sim) => ({
      clients: [{ name: 'web', key: secrets.client }],
      admin: { token: secrets.adminToken },
      activeProviderId: 'sim',
      providers: [
        simulatedProvider(sim, ['${FIRST_KEY}', ...secrets.keys.slice(1)], {
          firstOutputTimeout: 200,
          attempts: 3,
          failover: {
            enabled: true,
            failureThreshold: 2,
            healthCheckModel: 'gpt-5-nano',
            healthCheckInterval: 50,
          },
        }),
        { ...simulatedProvider({ url: `${echoing.origin}/v1` }, [secrets.echoed]), id: 'echoing' },
        { ...simulatedProvider(sim, secrets.keys.slice(0, 1)), id: 'calm' },
      ],
    }),
  });
}

void test('nothing that a busy gateway says or keeps holds a secret', async (t) => {
  const secrets = newSecrets();
  const gateway = await busyGateway(t, secrets);
  const authorization = `Bearer ${secrets.client}`;
  const answers = await Promise.all([
    ...Array.from({ length: 150 }, (_, i) =>
      ask(gateway.url, {
        headers: { authorization },
        body: (i % 2 === 0 ? chat : streamedChat)(`question ${i}`, {
          model: i % 5 === 0 ? 'gpt-4' : 'gpt-5',
        }),
      }),
    ),
    ...[400, 401, 403, 404, 429, 500, 503].map((status) =>
      ask(gateway.url, { headers: { authorization }, body: chat('hi', { model: 'echoing/m', status }) }),
    ),
    ask(gateway.url, { headers: { authorization }, body: chat('hi', { model: 'calm/m' }) }),
    ask(gateway.url, { headers: { authorization: `Bearer ${secrets.wrongClient}` } }),
    ask(gateway.url, { headers: { 'x-api-key': secrets.wrongClient } }),
    ask(gateway.url, {
      headers: { authorization },
      path: `/v1/chat/completions?key=${secrets.queryCredential}`,
    }),
    ask(gateway.url, { headers: { authorization }, path: `/v1/nothing?key=${secrets.queryCredential}` }),
    ask(gateway.url, {
      headers: { authorization },
      body: `{"model": broken, "key": "${secrets.ownCredential}"}`,
    }),
    ask(gateway.url, {
      headers: { authorization, 'content-type': 'text/plain' },
      body: secrets.ownCredential,
    }),
    ask(gateway.url, { headers: { authorization }, path: '/v1/models', method: 'GET' }),
    ask(gateway.url, { headers: { authorization }, path: '/v1/files', method: 'GET' }),
  ]);
  const malformed = await rawConnection(gateway.port);
  malformed.write(
    `POST /v1/chat/completions HTTP/1.1\r\nauthorization: ${authorization}\r\nbad header\r\n\r\n`,
  );
  const refused = await malformed.closed;

  const admin = { authorization: `Bearer ${secrets.adminToken}` };
  const { id } = await gateway.keyOf(secrets.keys[0] ?? '');
  const operators = await Promise.all([
    ask(gateway.adminUrl, { method: 'GET', path: '/api/keys', headers: admin }),
    ask(gateway.adminUrl, { method: 'GET', path: '/api/keys' }),
    ask(gateway.adminUrl, { method: 'GET', path: `/api/keys/${id}/explain`, headers: admin }),
    ask(gateway.adminUrl, { method: 'GET', path: '/api/choice?model=gpt-5', headers: admin }),
    ask(gateway.adminUrl, {
      method: 'GET',
      path: '/api/keys',
      headers: { authorization: `Bearer ${secrets.wrongClient}` },
    }),
    ask(gateway.adminUrl, {
      method: 'GET',
      path: `/api/${secrets.queryCredential}x`.slice(0, 5),
      headers: admin,
    }),
    ask(gateway.adminUrl, { path: `/api/keys/${id}/disable`, body: '', headers: admin }),
    ask(gateway.adminUrl, { path: `/api/keys/${id}/probe`, body: '', headers: admin }),
    ask(gateway.adminUrl, { path: `/api/keys/${id}/enable`, body: '', headers: admin }),
  ]);
  assert.ok(operators.some(({ status }) => status === 200));
  await until(() => gateway.logs().filter(({ msg }) => msg === 'health check').length >= 10);

  const whileOpen = await stateOf(gateway);
  const runtime = gateway.sparekey.runtime();
  const config = `${JSON.stringify(gateway.config)} ${inspect(gateway.config, { depth: 20 })}`;
  const inside = inspect(runtime, { depth: 20, maxArrayLength: 1_000, showHidden: true });
  // The client goes first, so that a stop has nothing to wait for.
  await gateway.sparekey.drain();
  const afterwards = await stateOf(gateway);

  const texts = {
    answers: answers.map(said).join('\n'),
    refused,
    'admin answers': operators.map(said).join('\n'),
    'the log': gateway.logText(),
    'the open state': whileOpen,
    'the closed state': afterwards,
    'the printed configuration': config,
    'the inspected runtime': inside,
  };
  // What is looked through is really there.
  assert.ok(answers.some(({ status }) => status === 200));
  assert.ok(new Set(answers.map(({ status }) => status)).size >= 5);
  assert.match(texts['the log'], /"verdict":"key_dead"/);
  assert.match(texts['the log'], /openai\.key-invalid|key_dead \(401\)/);
  assert.match(texts['the closed state'], /key_dead/);
  assert.match(texts['the inspected runtime'], /\[secret\]/);
  assert.deepEqual(leaks(secrets, texts), []);
});

void test('an error of a provider that says the key back does not reach the client', async (t) => {
  const secrets = newSecrets();
  const gateway = await busyGateway(t, secrets);
  for (const status of [400, 404, 500]) {
    const response = await ask(gateway.url, {
      headers: { authorization: `Bearer ${secrets.client}` },
      body: chat('hi', { model: 'echoing/m', status }),
    });
    // What went wrong reaches the client all the same: the status is the provider's.
    assert.equal(response.status, status);
    assert.deepEqual(leaks(secrets, { answer: said(response) }), []);
  }
});

void test('a client’s own credential that travels on is in no log and no answer', async (t) => {
  const secrets = newSecrets();
  const gateway = await gatewayFor(t, {
    alsoPretty: true,
    script: { keys: {}, knownKeysOnly: true },
    config: (sim) => ({ providers: [{ ...simulatedProvider(sim, []), failover: {} }] }),
  });
  const response = await ask(gateway.url, { headers: { authorization: `Bearer ${secrets.ownCredential}` } });
  assert.ok(gateway.sim.requests.some(({ key }) => key === secrets.ownCredential));
  await gateway.requestsLogged(1);
  assert.deepEqual(leaks(secrets, { answer: said(response), log: gateway.logText() }), []);
});

void test('the command line prints no secret, whatever is wrong', async (t) => {
  const secrets = newSecrets();
  const folder = await folderFor(t);
  const [first = '', second = ''] = secrets.keys;
  const good = {
    listen: '127.0.0.1:0',
    admin: { listen: '127.0.0.1:0', token: secrets.adminToken },
    state: 'memory:',
    clients: [{ name: 'web', key: secrets.client }],
    log: { level: 'debug' },
    providers: [
      {
        id: 'one',
        type: 'openai',
        baseUrl: 'http://127.0.0.1:9/v1',
        apiTokens: [first, { key: second, name: 'second' }, '${FROM_ENV}'],
        failover: { enabled: true, healthCheckModel: 'm' },
      },
    ],
  };
  const [provider] = good.providers;
  const malformed = {
    ...good,
    clients: secrets.client,
    admin: { token: [secrets.adminToken] },
    providers: [
      { ...provider, apiTokens: first },
      { ...provider, id: 'two', apiTokens: [{ kee: first, key: [second], weight: first }] },
      { ...provider, id: 'three', baseUrl: `http://user:${first}@127.0.0.1/v1`, type: 'nothing' },
    ],
  };
  const repeated = {
    ...good,
    clients: [
      { name: 'a', key: secrets.client },
      { name: 'b', key: secrets.client },
    ],
    providers: [{ ...provider, apiTokens: [first, first] }],
  };
  const texts = [
    ...[good, malformed, repeated].map((each) => JSON.stringify(each)),
    `providers: [{ apiTokens: ["${first}", ]]`,
    `apiTokens: ${first}`,
  ];
  const env = { FROM_ENV: secrets.ownCredential, OPENAI_API_KEY: secrets.echoed };
  const outputs: Record<string, string> = {};
  for (const [index, text] of texts.entries()) {
    const file = join(folder, `${index}.yaml`);
    await writeFile(file, text);
    const { code, stdout, stderr } = await finished(t, ['check', '--config', file], { env });
    assert.equal(code, index === 0 ? 0 : 1, stdout + stderr);
    outputs[`check ${index}`] = stdout + stderr;
  }
  const started = run(t, ['start', '--config', join(folder, '0.yaml')], { env });
  const [, port = ''] = await started.said(/http:\/\/127\.0\.0\.1:(\d+)/);
  await ask(`http://127.0.0.1:${port}`, { headers: { authorization: `Bearer ${secrets.client}` } });
  started.process.kill('SIGTERM');
  assert.equal(await started.exit, 0);
  outputs['start'] = started.stdout() + started.stderr();
  assert.match(outputs['start'], /upstream_unreachable/);
  assert.deepEqual(leaks(secrets, outputs), []);
});

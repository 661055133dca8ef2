import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import * as z from 'zod';
import { startTestGateway } from '../support/gateway.ts';
import { left } from './leaving.ts';

const chat = { model: 'gemini-2.5-flash', messages: [{ role: 'user', content: 'hi' }] };

interface Came {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** Google: a server of tokens, and Vertex behind it, which takes the newest token of each account. */
async function startGoogle(t: TestContext, { lifeSeconds = 3600 } = {}) {
  const assertions: string[] = [];
  const came: Came[] = [];
  const dead = new Set<string>();
  const refused = new Set<string>();
  let count = 0;
  const answer = async (request: IncomingMessage): Promise<[number, object]> => {
    const body = await text(request);
    if (request.url === '/token') {
      const assertion = new URLSearchParams(body).get('assertion') ?? '';
      assertions.push(assertion);
      if (dead.has(claimsOf(assertion).iss))
        return [400, { error: 'invalid_grant', error_description: 'Invalid grant: account not found' }];
      return [200, { access_token: `token-${++count}`, expires_in: lifeSeconds, token_type: 'Bearer' }];
    }
    const { authorization } = request.headers;
    came.push({ url: request.url ?? '', authorization, body });
    if (refused.delete(authorization ?? ''))
      return [
        401,
        {
          error: {
            code: 401,
            status: 'UNAUTHENTICATED',
            message: 'Request had invalid authentication credentials.',
          },
        },
      ];
    return [
      200,
      { candidates: [{ content: { role: 'model', parts: [{ text: 'hello' }] }, finishReason: 'STOP' }] },
    ];
  };
  const server = createServer((request, response) => {
    void answer(request).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { origin: `http://127.0.0.1:${address.port}`, assertions, came, dead, refused };
}

const claims = z.object({
  iss: z.string(),
  aud: z.string(),
  scope: z.string(),
  iat: z.number(),
  exp: z.number(),
});

function claimsOf(assertion: string): z.output<typeof claims> {
  return claims.parse(JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()));
}

function accountOf(name: string, origin: string): { json: string; publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const json = JSON.stringify({
    client_email: `${name}@p.iam.gserviceaccount.com`,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    private_key_id: name,
    project_id: `project-of-${name}`,
    token_uri: `${origin}/token`,
  });
  return { json, publicKey };
}

async function gatewayBefore(t: TestContext, origin: string, provider: object) {
  const failover = { enabled: true, cooldownDuration: '10m' };
  const gateway = await startTestGateway({
    config: {
      providers: [
        { id: 'v', type: 'vertex', baseUrl: origin, vertexRegion: 'us-central1', failover, ...provider },
      ],
    },
  });
  t.after(() => gateway.close());
  return {
    gateway,
    ask: async () => {
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(chat),
      });
      await response.text();
      return response.status;
    },
  };
}

void describe('vertex with service accounts', () => {
  void it('signs for a token once for however many requests, and says whose project it is', async (t) => {
    const google = await startGoogle(t);
    const { json, publicKey } = accountOf('one', google.origin);
    const { ask } = await gatewayBefore(t, google.origin, {
      vertexAuthKey: json,
    });
    const statuses = await Promise.all(Array.from({ length: 50 }, ask));
    assert.ok(statuses.every((status) => status === 200));
    assert.equal(google.assertions.length, 1);
    const [assertion = ''] = google.assertions;
    const [head, payload, signature = ''] = assertion.split('.');
    const verify = createVerify('RSA-SHA256').update(`${head}.${payload}`);
    assert.ok(verify.verify(publicKey, Buffer.from(signature, 'base64url')));
    const { iss, aud, scope, iat, exp } = claimsOf(assertion);
    assert.deepEqual([iss, aud], ['one@p.iam.gserviceaccount.com', `${google.origin}/token`]);
    assert.equal(scope, 'https://www.googleapis.com/auth/cloud-platform');
    assert.equal(exp - iat, 3600);
    const place = '/v1/projects/project-of-one/locations/us-central1/publishers/google';
    for (const { url, authorization } of google.came) {
      assert.equal(url, `${place}/models/gemini-2.5-flash:generateContent`);
      assert.equal(authorization, 'Bearer token-1');
    }
  });

  void it('renews a token behind the back of requests before it ends', async (t) => {
    const google = await startGoogle(t, { lifeSeconds: 30 });
    const { json } = accountOf('one', google.origin);
    const { ask } = await gatewayBefore(t, google.origin, {
      vertexAuthKey: json,
      vertexTokenRefreshAhead: 60,
    });
    for (let asked = 0; asked < 3; asked++) assert.equal(await ask(), 200);
    assert.equal(google.came[0]?.authorization, 'Bearer token-1');
    assert.ok(
      google.assertions.length >= 2,
      'the second request went with the old token, and had a new one fetched',
    );
  });

  void it('goes on with the second account where the first is dead', async (t) => {
    const google = await startGoogle(t);
    const first = accountOf('first', google.origin);
    const second = accountOf('second', google.origin);
    google.dead.add('first@p.iam.gserviceaccount.com');
    const { gateway, ask } = await gatewayBefore(t, google.origin, {
      apiTokens: [first.json, second.json].map((json) => Buffer.from(json).toString('base64')),
    });
    for (let asked = 0; asked < 12; asked++) assert.equal(await ask(), 200);
    const out = (await gateway.keys()).filter(({ state }) => state === 'out-of-service');
    assert.equal(out.length, 1);
    assert.ok(google.came.every(({ url }) => url.includes('/projects/project-of-second/')));
  });

  void it("is spoken to as OpenAI's where the configuration says so", async (t) => {
    const google = await startGoogle(t);
    const { json } = accountOf('one', google.origin);
    const { ask } = await gatewayBefore(t, google.origin, {
      vertexAuthKey: json,
      vertexOpenAICompatible: true,
    });
    await ask();
    const [sent] = google.came;
    const place = '/v1beta1/projects/project-of-one/locations/us-central1';
    assert.equal(sent?.url, `${place}/endpoints/openapi/chat/completions`);
    assert.equal(sent.authorization, 'Bearer token-1');
    assert.deepEqual(JSON.parse(sent.body), chat);
  });

  void it('fetches another token where one is refused', async (t) => {
    const google = await startGoogle(t);
    const { json } = accountOf('one', google.origin);
    const { ask } = await gatewayBefore(t, google.origin, {
      vertexAuthKey: json,
      failover: { enabled: false },
    });
    assert.equal(await ask(), 200);
    google.refused.add('Bearer token-1');
    await ask();
    assert.equal(await ask(), 200);
    assert.equal(google.came.at(-1)?.authorization, 'Bearer token-2');
  });
});

void describe('vertex', () => {
  void it('takes an API key in the query, and names no project', async () => {
    const { url, headers } = await left({ type: 'vertex' }, { path: '/v1/chat/completions', body: chat });
    const host = 'https://aiplatform.googleapis.com';
    assert.equal(
      url,
      `${host}/v1/publishers/google/models/gemini-2.5-flash:generateContent?key=first-key-0123456789`,
    );
    assert.ok(!('authorization' in headers));
    const stream = await left(
      { type: 'vertex' },
      { path: '/v1/chat/completions', body: { ...chat, stream: true } },
    );
    assert.match(stream.url, /:streamGenerateContent\?alt=sse&key=/);
  });

  void it("is spoken to as Anthropic's where the model is theirs", async () => {
    const body = {
      model: 'claude-sonnet-4@20250514',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'hi' }],
    };
    const own = await left(
      { type: 'vertex' },
      { path: '/v1/messages', body, headers: { 'anthropic-version': '2023-06-01' } },
    );
    assert.match(own.url, /\/publishers\/anthropic\/models\/claude-sonnet-4%4020250514:rawPredict\?key=/);
    const { model: _, ...rest } = body;
    assert.deepEqual(JSON.parse(own.body), { anthropic_version: 'vertex-2023-10-16', ...rest });
    const translated = await left(
      { type: 'vertex' },
      { path: '/v1/chat/completions', body: { ...body, stream: true } },
    );
    assert.match(translated.url, /:streamRawPredict\?key=/);
  });

  void it('is told the thresholds of the configuration', async () => {
    const options = { type: 'vertex', geminiSafetySetting: { HARM_CATEGORY_HARASSMENT: 'OFF' } };
    const { body } = await left(options, { path: '/v1/chat/completions', body: chat });
    const asked: unknown = JSON.parse(body);
    assert.ok(typeof asked === 'object' && asked !== null && 'safetySettings' in asked);
    assert.deepEqual(asked.safetySettings, [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }]);
  });
});

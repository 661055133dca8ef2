import assert from 'node:assert/strict';
import { createVerify } from 'node:crypto';
import { describe, it } from 'node:test';
import { accountIn } from '../../../src/keys/service-account.ts';
import { Secret } from '../../../src/base/secret.ts';
import { GoogleTokens } from '../../../src/providers/adapters/google-tokens.ts';
import { accountOf, chat, claimsOf, gatewayBefore, startGoogle } from './google-server.ts';
import { until } from '../../support/until.ts';

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
    const prefix = '/v1/projects/project-of-one/locations/us-central1/publishers/google';
    for (const { url, authorization } of google.came) {
      assert.equal(url, `${prefix}/models/gemini-2.5-flash:generateContent`);
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
    for (let count = 0; count < 3; count++) assert.equal(await ask(), 200);
    assert.equal(google.came[0]?.authorization, 'Bearer token-1');
    // The second request went with the old token, and had a new one fetched, which nobody waits for.
    await until(() => google.assertions.length >= 2);
  });

  void it('goes on with the second account where the first is dead', async (t) => {
    const google = await startGoogle(t);
    const first = accountOf('first', google.origin);
    const second = accountOf('second', google.origin);
    google.dead.add('first@p.iam.gserviceaccount.com');
    const { gateway, ask } = await gatewayBefore(t, google.origin, {
      apiTokens: [first.json, second.json].map((json) => Buffer.from(json).toString('base64')),
    });
    for (let count = 0; count < 12; count++) assert.equal(await ask(), 200);
    const out = (await gateway.keys()).filter(({ state }) => state === 'out-of-service');
    assert.equal(out.length, 1);
    assert.ok(google.came.every(({ url }) => url.includes('/projects/project-of-second/')));
  });

  void it("has OpenAI's API where the configuration says so", async (t) => {
    const google = await startGoogle(t);
    const { json } = accountOf('one', google.origin);
    const { ask } = await gatewayBefore(t, google.origin, {
      vertexAuthKey: json,
      vertexOpenAICompatible: true,
    });
    await ask();
    const [sent] = google.came;
    const prefix = '/v1beta1/projects/project-of-one/locations/us-central1';
    assert.equal(sent?.url, `${prefix}/endpoints/openapi/chat/completions`);
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

  void it('has a pool of accounts, as they are or as base64', async (t) => {
    const google = await startGoogle(t);
    const [one, two] = [accountOf('one', google.origin), accountOf('two', google.origin)];
    const { gateway, ask } = await gatewayBefore(t, google.origin, {
      apiTokens: [JSON.stringify(JSON.parse(one.json), null, 2), Buffer.from(two.json).toString('base64')],
      vertexProjectId: 'ours',
    });
    for (let count = 0; count < 12; count++) assert.equal(await ask(), 200);
    assert.equal((await gateway.keys()).length, 2);
    assert.equal(new Set(google.came.map(({ authorization }) => authorization)).size, 2);
    assert.ok(google.came.every(({ url }) => url.startsWith('/v1/projects/ours/locations/us-central1/')));
  });

  void it('signs anew by the clock of the server of tokens, and blames no account for the time', async (t) => {
    const google = await startGoogle(t, { lifeSeconds: 0 });
    const { json } = accountOf('one', google.origin);
    const failover = { enabled: true, failureThreshold: 1, cooldownDuration: '10m' };
    const { gateway, ask } = await gatewayBefore(t, google.origin, { vertexAuthKey: json, failover });
    for (const aheadMs of [3_600_000, -3_600_000, 0]) {
      google.clock.aheadMs = aheadMs;
      google.clock.untimely = 0;
      assert.equal(await ask(), 200);
      assert.equal(await ask(), 200);
      assert.equal(google.clock.untimely, 1, 'the time is known from then on');
    }
    const [key] = await gateway.keys();
    assert.deepEqual([key?.state, key?.failures ?? 0], ['in-service', 0]);

    google.clock.aheadMs = 3_600_000;
    google.dead.add('one@p.iam.gserviceaccount.com');
    assert.notEqual(await ask(), 200);
    assert.equal((await gateway.keys())[0]?.state, 'out-of-service', 'a dead account stays one');
  });

  for (const [what, answer] of [
    ['is in trouble', [503, { error: 'internal_failure' }]],
    ['has no token', [200, {}]],
    [
      'finds the clock wrong',
      [400, { error: 'invalid_grant', error_description: 'Invalid JWT: … in a reasonable timeframe.' }],
    ],
  ] as const)
    void it(`blames no account where the server of tokens ${what}`, async (t) => {
      const google = await startGoogle(t);
      google.override.answer = [answer[0], answer[1]];
      const { json } = accountOf('one', google.origin);
      const { gateway, ask } = await gatewayBefore(t, google.origin, { vertexAuthKey: json });
      assert.ok((await ask()) >= 400);
      assert.equal(google.came.length, 0, 'nothing goes out without a token');
      assert.deepEqual(
        (await gateway.keys()).map(({ state }) => state),
        ['in-service'],
      );
      google.override.answer = undefined;
      assert.equal(await ask(), 200);
    });
});

void describe('tokens of service accounts', () => {
  void it('are shown to nobody', async (t) => {
    const google = await startGoogle(t);
    const account = accountIn(new Secret(accountOf('one', google.origin).json));
    assert.ok(account !== undefined);
    const got = await new GoogleTokens(60_000, Date.now).tokenFor('k', account);
    assert.ok(got instanceof Secret);
    assert.equal(`${JSON.stringify(got)} ${String(got)}`, '"[secret]" [secret]');
  });
});

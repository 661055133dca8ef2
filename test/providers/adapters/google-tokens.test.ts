import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import { accountIn } from '../../../src/keys/service-account.ts';
import type { ServiceAccount } from '../../../src/keys/service-account.ts';
import { GoogleTokens } from '../../../src/providers/adapters/google-tokens.ts';
import { Secret } from '../../../src/base/secret.ts';
import { gatewayFor } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawRequest } from '../../support/raw-upstream.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JSON_TYPE = ['content-type: application/json'];

function accountAt(origin: string): ServiceAccount {
  const account = accountIn(
    new Secret(
      JSON.stringify({
        client_email: 'one@p.iam.gserviceaccount.com',
        private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        project_id: 'p',
        token_uri: `${origin}/token`,
      }),
    ),
  );
  assert.ok(account);
  return account;
}

/** A server of tokens that counts them. */
async function tokenServer(t: TestContext, answer?: () => string) {
  let count = 0;
  return rawUpstream(t, ({ end }) =>
    end(
      answer?.() ??
        rawAnswer(
          '200 OK',
          JSON_TYPE,
          JSON.stringify({ access_token: `token-${++count}`, expires_in: 3600 }),
        ),
    ),
  );
}

/** The text of a token; undefined where there is none, or none yet. */
function revealed(token: unknown): string | undefined {
  return token instanceof Secret ? token.reveal() : undefined;
}

void describe('tokens of service accounts', () => {
  void it('are dropped once, however many requests were refused with one of them', async (t) => {
    const server = await tokenServer(t);
    const tokens = new GoogleTokens(60_000, Date.now);
    const account = accountAt(server.origin);
    assert.equal(revealed(await tokens.tokenFor('k', account)), 'token-1');
    // Two requests left with it; the first refusal is heard, and another token fetched, before the second.
    tokens.invalidate('k', 'token-1');
    assert.equal(revealed(await tokens.tokenFor('k', account)), 'token-2');
    tokens.invalidate('k', 'token-1');
    assert.equal(revealed(tokens.tokenFor('k', account)), 'token-2');
    assert.equal(server.requests.length, 2);
  });

  void it('are not looked for in an answer without an end', async (t) => {
    const server = await rawUpstream(t, async ({ write, closed }) => {
      await write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
      const piece = `4000\r\n${' '.repeat(0x4000)}\r\n`;
      for (let sent = 0; sent < 8; sent++) await write(piece);
      await closed;
    });
    const failure = await new GoogleTokens(60_000, Date.now).tokenFor('k', accountAt(server.origin));
    assert.deepEqual(failure, {
      kind: 'credential-failure',
      result: { kind: 'fault', fault: 'not-sent', detail: 'token-missing' },
    });
  });
});

/** Vertex and its token server at one address. */
function vertex(refusal: (request: RawRequest) => object | undefined): (request: RawRequest) => string {
  let count = 0;
  return (request) => {
    if (request.line.startsWith('POST /token '))
      return rawAnswer(
        '200 OK',
        JSON_TYPE,
        JSON.stringify({ access_token: `token-${++count}`, expires_in: 3600 }),
      );
    const error = refusal(request);
    if (error !== undefined) return rawAnswer('401 Unauthorized', JSON_TYPE, JSON.stringify({ error }));
    const candidates = [{ content: { role: 'model', parts: [{ text: 'hello' }] }, finishReason: 'STOP' }];
    return rawAnswer('200 OK', JSON_TYPE, JSON.stringify({ candidates }));
  };
}

void describe('a token that Vertex does not take any more', () => {
  for (const reason of ['ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_TYPE_UNSUPPORTED']) {
    void it(`costs its account one suspicion (${reason}), and the next request has another token`, async (t) => {
      const refused = {
        code: 401,
        status: 'UNAUTHENTICATED',
        message:
          'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' }],
      };
      const answer = vertex(({ header }) =>
        header('authorization') === 'Bearer token-1' ? refused : undefined,
      );
      const upstream = await rawUpstream(t, ({ request, end }) => end(answer(request)));
      const gateway = await gatewayFor(t, {
        config: {
          providers: [
            {
              id: 'v',
              type: 'vertex',
              baseUrl: upstream.origin,
              vertexRegion: 'global',
              vertexAuthKey: JSON.stringify(accountAt(upstream.origin)),
              failover: { enabled: true, cooldownDuration: '1h' },
            },
          ],
        },
      });
      const body = { model: 'gemini-2.5-flash', messages: [{ role: 'user', content: 'x' }] };
      assert.equal((await ask(gateway.url, { body })).code, 'upstream_credentials_exhausted');
      assert.equal((await ask(gateway.url, { body })).status, 200);
      const [key] = await gateway.keys();
      assert.equal(key?.state, 'in-service');
    });
  }
});

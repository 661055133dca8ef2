import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { startTestGateway } from '../../support/gateway.ts';

/** A request to the gateways below. */
export const chat = { model: 'gemini-2.5-flash', messages: [{ role: 'user', content: 'hi' }] };

/** What came to Vertex. */
export interface Came {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

const UNTIMELY =
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.';

/** Google: a server of tokens, and Vertex behind it, which takes the newest token of each account. */
export async function startGoogle(t: TestContext, { lifeSeconds = 3600 } = {}) {
  const assertions: string[] = [];
  const came: Came[] = [];
  const dead = new Set<string>();
  const refused = new Set<string>();
  /** What the server of tokens answers instead of a token. */
  const override: { answer: [number, object] | undefined } = { answer: undefined };
  /** How far Google's clock is ahead of this machine's, and which assertions it took for untimely. */
  const clock = { aheadMs: 0, untimely: 0 };
  let count = 0;
  const answer = async (request: IncomingMessage): Promise<[number, object]> => {
    const body = await text(request);
    if (request.url === '/token') {
      const assertion = new URLSearchParams(body).get('assertion') ?? '';
      assertions.push(assertion);
      if (override.answer !== undefined) return override.answer;
      const aheadSeconds = claimsOf(assertion).iat - (Date.now() + clock.aheadMs) / 1000;
      if (Math.abs(aheadSeconds) > 300) {
        clock.untimely++;
        return [400, { error: 'invalid_grant', error_description: UNTIMELY }];
      }
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
      const date = new Date(Date.now() + clock.aheadMs).toUTCString();
      response.writeHead(status, { 'content-type': 'application/json', date }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { origin: `http://127.0.0.1:${address.port}`, assertions, came, dead, refused, override, clock };
}

const claims = z.object({
  iss: z.string(),
  aud: z.string(),
  scope: z.string(),
  iat: z.number(),
  exp: z.number(),
});

/** What a signed request for a token says. */
export function claimsOf(assertion: string): z.output<typeof claims> {
  return claims.parse(JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString()));
}

/** A service account, and what its signatures are checked with. */
export function accountOf(name: string, origin: string): { json: string; publicKey: KeyObject } {
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

/** A gateway before that Google. */
export async function gatewayBefore(t: TestContext, origin: string, provider: object) {
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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import type { AskOptions } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawRequest } from '../../support/raw-upstream.ts';
import {
  DEAD,
  GOOD,
  signerByAws,
  signerByTencent,
  signerByToken,
  validByAws,
  validByTencent,
  validByToken,
} from './signatures.ts';
import type { Validity } from './signatures.ts';

/** A vendor with a clock of its own. Its refusals come with what they are to say of the time. */
interface Vendor {
  readonly options: ConfigParts;
  readonly asking: AskOptions;
  readonly signer: (request: RawRequest) => string;
  readonly valid: (request: RawRequest) => Validity;
  readonly answer: string;
  /** Signed too early or too late. */
  readonly late: readonly [status: string, headers: readonly string[], body: string];
  /** The credential is dead. */
  readonly dead: Vendor['late'];
}

const JSON_TYPE = 'content-type: application/json';
const messages = [{ role: 'user', content: 'x' }];

function keys({ id, secret }: typeof GOOD): ConfigParts {
  return { apiTokens: [`${id}:${secret}`] };
}

function aws(exception: string, message: string): Vendor['late'] {
  return ['403 Forbidden', [JSON_TYPE, `x-amzn-errortype: ${exception}`], JSON.stringify({ message })];
}

function tencent(code: string): Vendor['late'] {
  const body = { Response: { Error: { Code: code, Message: 'Refused.' }, RequestId: 'r' } };
  return ['200 OK', [JSON_TYPE], JSON.stringify(body)];
}

function kling(code: number, message: string): Vendor['late'] {
  return ['401 Unauthorized', [JSON_TYPE], JSON.stringify({ code, message })];
}

const bedrock: Vendor = {
  options: { type: 'bedrock', awsRegion: 'eu-west-1' },
  asking: { body: { model: 'amazon.nova-lite-v1:0', messages } },
  signer: signerByAws,
  valid: validByAws,
  answer: JSON.stringify({
    output: { message: { role: 'assistant', content: [{ text: 'hello' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    metrics: { latencyMs: 1 },
  }),
  late: aws(
    'InvalidSignatureException',
    'Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)',
  ),
  dead: aws('UnrecognizedClientException', 'The security token included in the request is invalid.'),
};

const vendors: Readonly<Record<string, Vendor>> = {
  bedrock,
  // What it says does not matter.
  'bedrock, in other words': { ...bedrock, late: aws('AccessDeniedException', 'No.') },
  hunyuan: {
    options: { type: 'hunyuan' },
    asking: { body: { model: 'hunyuan-lite', messages } },
    signer: signerByTencent,
    valid: validByTencent,
    answer: JSON.stringify({
      Response: {
        Id: 'h',
        Created: 1,
        Choices: [{ Message: { Role: 'assistant', Content: 'hello' }, FinishReason: 'stop' }],
        Usage: { PromptTokens: 1, CompletionTokens: 1, TotalTokens: 2 },
      },
    }),
    late: tencent('AuthFailure.SignatureExpire'),
    dead: tencent('AuthFailure.SecretIdNotFound'),
  },
  kling: {
    options: { type: 'kling' },
    asking: { path: '/v1/videos/text2video', body: { model_name: 'kling-v2', prompt: 'a sea' } },
    signer: signerByToken,
    valid: validByToken,
    answer: '{"code":0,"data":{"task_id":"hello"}}',
    late: kling(1003, 'Authorization is not yet valid'),
    dead: kling(1002, 'Authorization is invalid'),
  },
};

const HOUR_MS = 3_600_000;

/** A gateway before a vendor whose clock is ahead of this machine's; what it is asked is signed rightly, or the test fails. */
async function vendorWithClock(
  t: TestContext,
  { options, signer, valid, answer, late, dead }: Vendor,
  { aheadMs = 0, saysDate = true, credential = GOOD, failureThreshold = 1 },
) {
  const clock = { aheadMs };
  const answers: string[] = [];
  const upstream = await rawUpstream(t, ({ request, end }) => {
    const now = Date.now() + clock.aheadMs;
    const { from, until } = valid(request);
    const what = now < from || now >= until ? 'late' : signer(request) === DEAD.id ? 'dead' : 'good';
    answers.push(what);
    const date = saysDate ? [`date: ${new Date(now).toUTCString()}`] : [];
    if (what === 'good') {
      end(rawAnswer('200 OK', [JSON_TYPE, ...date], answer));
      return;
    }
    const [status, headers, body] = what === 'late' ? late : dead;
    end(rawAnswer(status, [...headers, ...date], body));
  });
  const { id, secret } = credential;
  const credentials =
    options['type'] === 'hunyuan' ? { hunyuanAuthId: id, hunyuanAuthKey: secret } : keys(credential);
  const gateway = await gatewayFor(t, {
    config: {
      providers: [
        {
          id: 'p',
          baseUrl: upstream.origin,
          failover: { enabled: true, failureThreshold, cooldownDuration: '1h' },
          ...options,
          ...credentials,
        },
      ],
    },
  });
  return { gateway, clock, answers };
}

void describe('a signature of the wrong time is the clock’s fault, and no key’s', () => {
  for (const [name, vendor] of Object.entries(vendors))
    void it(name, async (t) => {
      const { gateway, clock, answers } = await vendorWithClock(t, vendor, { aheadMs: HOUR_MS });
      const request = async (): Promise<void> => {
        const { status, text } = await ask(gateway.url, vendor.asking);
        assert.equal(status, 200, text);
        assert.match(text, /hello/);
      };
      await request();
      assert.deepEqual(answers, ['late', 'good'], 'it is signed anew with the same key');
      await request();
      assert.deepEqual(answers.slice(2), ['good'], 'the time is known from then on');
      const told = gateway.logs().filter(({ msg }) => String(msg).includes('is wrong by that of a provider'));
      assert.equal(told.length, 1, 'and the operator is told, once');
      assert.ok(Math.abs(Number(told[0]?.['aheadMs']) - HOUR_MS) < 60_000);
      for (const aheadMs of [-HOUR_MS, 0]) {
        clock.aheadMs = aheadMs;
        answers.length = 0;
        await Promise.all([request(), request(), request()]);
        assert.equal(answers.filter((answer) => answer === 'good').length, 3);
        await request();
        assert.equal(answers.at(-2), 'good', 'whoever sets a clock, its time is learned once more');
      }
      const [key] = await gateway.keys();
      assert.deepEqual([key?.state, key?.failures ?? 0], ['in-service', 0]);
      assert.ok(gateway.requests().every(({ attempts }) => attempts === 1));
    });
});

void describe('a refusal that has another reason stays what it is', () => {
  for (const [name, vendor] of Object.entries(vendors)) {
    void it(`${name}: of a dead key, whatever the time is`, async (t) => {
      const options = { aheadMs: HOUR_MS, credential: DEAD };
      const { gateway, answers } = await vendorWithClock(t, vendor, options);
      assert.notEqual((await ask(gateway.url, vendor.asking)).status, 200);
      assert.deepEqual(answers, ['late', 'dead'], 'it is asked with once more, and no oftener');
      assert.deepEqual(
        (await gateway.keys()).map(({ state }) => state),
        ['out-of-service'],
      );
    });

    void it(`${name}: of a dead key where the clocks agree`, async (t) => {
      const { gateway, answers } = await vendorWithClock(t, vendor, { credential: DEAD });
      assert.notEqual((await ask(gateway.url, vendor.asking)).status, 200);
      assert.deepEqual(answers, ['dead']);
    });
  }
});

void describe('where the time cannot be learned', () => {
  const { bedrock: inItsWords, hunyuan } = vendors;
  for (const [name, vendor] of Object.entries({ bedrock: inItsWords, hunyuan }))
    for (const [why, options] of Object.entries({
      'is not said': { aheadMs: HOUR_MS, saysDate: false, failureThreshold: 3 },
      'is of another day': { aheadMs: 48 * HOUR_MS, failureThreshold: 3 },
    }))
      void it(`${name}: as it ${why}, the words still say that it is no key`, async (t) => {
        assert.ok(vendor);
        const { gateway, answers } = await vendorWithClock(t, vendor, options);
        assert.notEqual((await ask(gateway.url, vendor.asking)).status, 200);
        assert.ok(answers.length >= 1 && answers.every((answer) => answer === 'late'));
        assert.deepEqual(
          (await gateway.keys()).map(({ state }) => state),
          ['in-service'],
        );
      });
});

void it('what a refusal says of the time is believed only where it can be tried', async (t) => {
  const signed: string[] = [];
  const upstream = await rawUpstream(t, ({ request, end }) => {
    const now = Date.now();
    const { from, until } = validByToken(request);
    const isRight = from <= now && now < until;
    signed.push(isRight ? 'right' : 'wrong');
    // Its page of errors is made by something else, which has another clock.
    const date = `date: ${new Date(now + HOUR_MS).toUTCString()}`;
    const isLarge = request.body.length > 10_000;
    end(
      isLarge
        ? rawAnswer('400 Bad Request', [JSON_TYPE, date], '{"code":1201,"message":"too long"}')
        : isRight
          ? rawAnswer('200 OK', [JSON_TYPE, date], '{"code":0,"data":{"task_id":"hello"}}')
          : rawAnswer('401 Unauthorized', [JSON_TYPE, date], '{"code":1004,"message":"expired"}'),
    );
  });
  const provider = { id: 'p', type: 'kling', protocol: 'original', baseUrl: `${upstream.origin}/v1` };
  const gateway = await gatewayFor(t, {
    config: { providers: [{ ...provider, ...keys(GOOD) }], limits: { replay: '1KiB' } },
  });
  const path = '/v1/videos/text2video';
  const large = { model_name: 'kling-v2', prompt: 'a'.repeat(200_000) };
  assert.equal((await ask(gateway.url, { path, body: large })).status, 400);
  assert.equal(
    (await ask(gateway.url, { path, body: { model_name: 'kling-v2', prompt: 'a sea' } })).status,
    200,
  );
  assert.deepEqual(signed, ['right', 'right']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import type { AskOptions, HttpAnswer } from '../support/http.ts';

/* OpenAI's images at vendors that have them in forms of their own, by whose rules the simulator refuses. */

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==';
const GENERATIONS = '/v1/images/generations';

/** A form as OpenAI's SDK writes it. */
function form(fields: Readonly<Record<string, string | Buffer>>): AskOptions {
  const boundary = '----formdata-0123456789';
  const parts = Object.entries(fields).flatMap(([name, value]) => {
    const file = Buffer.isBuffer(value) ? '; filename="a.png"\r\ncontent-type: application/octet-stream' : '';
    return [
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ];
  });
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

/** The number of images of a good answer. */
function imagesIn(answer: HttpAnswer): number {
  assert.equal(answer.status, 200, answer.text);
  const body = answer.json();
  assert.ok(typeof body === 'object' && body !== null && 'data' in body && Array.isArray(body.data));
  for (const image of body.data) assert.deepEqual(image, { b64_json: PIXEL });
  return body.data.length;
}

void test("OpenAI's images are made by the models of Google, Amazon and Stability", async (context) => {
  const gateway = await startTestGateway({
    strict: ['gemini', 'bedrock'],
    config: (sim) => ({
      providers: [
        {
          id: 'google',
          type: 'gemini',
          baseUrl: `${sim.url.replace(/\/v1$/u, '')}/v1beta`,
          apiTokens: ['k-google'],
        },
        {
          id: 'aws',
          type: 'bedrock',
          baseUrl: sim.url.replace(/\/v1$/u, ''),
          apiTokens: ['k-aws'],
          awsRegion: 'us-east-1',
        },
      ],
      routes: [
        { model: '~(amazon|stability)\\..*', to: ['aws'] },
        { model: '*', to: ['google'] },
      ],
    }),
  });
  context.after(() => gateway.close());

  const models = {
    'imagen-4.0-generate-001': 2,
    'gemini-2.5-flash-image': 1,
    'amazon.nova-canvas-v1:0': 2,
    'amazon.titan-image-generator-v2:0': 2,
    'stability.stable-image-core-v1:1': 1,
  };
  for (const [model, count] of Object.entries(models)) {
    await context.test(model, async () => {
      const body = { model, prompt: 'a cat', n: 2, size: '1024x1792', quality: 'standard', user: 'u' };
      const answer = await ask(gateway.url, { path: GENERATIONS, body });
      assert.equal(imagesIn(answer), count);
      assert.match(String(answer.headers['x-sparekey-dropped']), /\buser\b/u);

      const withheld = await ask(gateway.url, { path: GENERATIONS, body: { ...body, prompt: 'withheld' } });
      assert.equal(withheld.status, 400, withheld.text);
      assert.equal(withheld.code, 'moderation_blocked');

      const partly = await ask(gateway.url, {
        path: GENERATIONS,
        body: { ...body, prompt: 'partly withheld' },
      });
      if (count > 1) assert.equal(imagesIn(partly), count - 1);
      else assert.equal(partly.code, 'moderation_blocked');
    });
  }

  await context.test('edits and variations come as forms', async () => {
    const image = Buffer.from(PIXEL, 'base64');
    const edit = form({ model: 'gemini-2.5-flash-image', prompt: 'make it blue', 'image[]': image, n: '1' });
    assert.equal(imagesIn(await ask(gateway.url, { path: '/v1/images/edits', ...edit })), 1);
    assert.equal(gateway.sim.requests.at(-1)?.path, '/v1beta/models/gemini-2.5-flash-image:generateContent');
    const variation = form({ model: 'amazon.nova-canvas-v1:0', image, n: '3' });
    assert.equal(imagesIn(await ask(gateway.url, { path: '/v1/images/variations', ...variation })), 3);

    const masked = form({ model: 'gemini-2.5-flash-image', prompt: 'make it blue', image, mask: image });
    const refused = await ask(gateway.url, { path: '/v1/images/edits', ...masked });
    assert.deepEqual([refused.status, refused.code], [400, 'not_expressible']);
    const large = form({
      model: 'gemini-2.5-flash-image',
      prompt: 'make it blue',
      image: Buffer.concat([image, Buffer.alloc(600_000)]),
    });
    assert.equal(imagesIn(await ask(gateway.url, { path: '/v1/images/edits', ...large })), 1);
  });

  await context.test('no key is to blame for any of it', async () => {
    for (const { state, failures } of await gateway.keys())
      assert.deepEqual([state, failures ?? 0], ['in-service', 0]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { usageHider } from '../../../src/providers/shaping/stream-usage.ts';
import { tryOutgoing } from '../outgoing.ts';

const TYPE = { type: 'openai' };

async function sent(body: string, provider: object = TYPE): Promise<string> {
  const left = await tryOutgoing({ ...provider }, { path: '/v1/chat/completions', body });
  assert.ok(typeof left === 'object');
  return left.body;
}

void describe('the usage of a stream', () => {
  const requested = '"stream_options":{"include_usage":true}';
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'is requested where the client left it open',
      '{"model":"m","stream":true,"messages":[]}',
      `{"model":"m","stream":true,"messages":[],${requested}}`,
    ],
    [
      'and white space behind stays',
      '{"model":"m","stream":true}\n ',
      `{"model":"m","stream":true,${requested}}\n `,
    ],
    [
      'beside other options',
      '{"model":"m","stream_options":{"x":1},"stream":true}',
      '{"model":"m","stream_options":{"include_usage":true,"x":1},"stream":true}',
    ],
    [
      'in empty options',
      '{"model":"m","stream_options":{ },"stream":true}',
      '{"model":"m","stream_options":{"include_usage":true },"stream":true}',
    ],
    [
      'in place of null',
      '{"model":"m","stream_options":null,"stream":true}',
      '{"model":"m","stream_options":{"include_usage":true},"stream":true}',
    ],
    [
      'but not where the client refused it',
      '{"model":"m","stream":true,"stream_options":{"include_usage":false}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":false}}',
    ],
    [
      'nor where it refused it under a name with escapes',
      '\ufeff{"model":"m","stream":true,"stream_options":{"include\\u005fusage":false}}',
      '\ufeff{"model":"m","stream":true,"stream_options":{"include\\u005fusage":false}}',
    ],
    [
      'nor where it requested it',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
    ],
    ['nor where there is no stream', '{"model":"m","messages":[]}', '{"model":"m","messages":[]}'],
    [
      'and all else stays as it is written',
      '{"a":1,"a":12345678901234567890,"s":"\\u00e9","model":"m","stream":true}',
      `{"a":1,"a":12345678901234567890,"s":"\\u00e9","model":"m","stream":true,${requested}}`,
    ],
  ];
  for (const [what, before, left] of cases) {
    void it(what, async () => {
      assert.equal(await sent(before), left);
    });
  }

  void it('is not requested where the provider refuses the field, or the configuration does', async () => {
    const body = '{"model":"m","stream":true}';
    assert.equal(await sent(body, { type: 'mistral' }), body);
    assert.equal(await sent(body, { type: 'openai', disableStreamUsageStats: true }), body);
    assert.equal(await sent(body, { type: 'openai', protocol: 'original' }), body);
  });

  void it('goes with a model that is mapped', async () => {
    const left = await sent('{"stream_options":{},"model":"m","stream":true}', {
      type: 'openai',
      modelMapping: { m: 'another-model' },
    });
    assert.equal(left, '{"stream_options":{"include_usage":true},"model":"another-model","stream":true}');
  });
});

/** What a client gets of the chunks of a stream. */
async function passed(...chunks: readonly string[]): Promise<string> {
  let text = '';
  const out = { write: (chunk: Buffer) => ((text += chunk.toString()), true), onDrain: () => undefined };
  const stream = usageHider.translateStream({}, out);
  for (const chunk of chunks) stream.write(Buffer.from(chunk));
  assert.equal(await stream.end(), true);
  return text;
}

void describe('the chunk of a usage that the client did not request', () => {
  const delta = 'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n';
  const usage = 'data: {"choices":[],"usage":{"total_tokens":3}}\n\n';
  const done = 'data: [DONE]\n\n';

  void it('is taken out, alone or between others', async () => {
    assert.equal(await passed(delta, usage, done), delta + done);
    assert.equal(await passed(delta + usage + done), delta + done);
    assert.equal(await passed(usage), '');
  });

  void it('is known however it is written', async () => {
    assert.equal(await passed('data: {"choices": [], "usage": {"total_tokens": 3}}\n\n'), '');
    assert.equal(await passed('data:{"choices":[],"usage":{"total_tokens":3}}\r\n\r\n'), '');
    assert.equal(
      await passed(`${delta}data: {"choices":[],"usage":{"a":1}}\r\n\r\ndata: [DONE]\r\n\r\n`),
      `${delta}data: [DONE]\r\n\r\n`,
    );
  });

  void it('is no other chunk without choices', async () => {
    const filter = 'data: {"choices":[],"prompt_filter_results":[{}]}\n\n';
    assert.equal(await passed(filter + delta + usage), filter + delta);
    const quoted = 'data: {"choices":[{"delta":{"content":"\\"choices\\":[] usage"}}]}\n\n';
    assert.equal(await passed(quoted), quoted);
  });
});

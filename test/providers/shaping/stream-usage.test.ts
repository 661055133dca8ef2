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
  const asks = '"stream_options":{"include_usage":true}';
  const cases: readonly (readonly [string, string, string])[] = [
    [
      'is asked for where nothing was said',
      '{"model":"m","stream":true,"messages":[]}',
      `{"model":"m","stream":true,"messages":[],${asks}}`,
    ],
    [
      'and white space behind stays',
      '{"model":"m","stream":true}\n ',
      `{"model":"m","stream":true,${asks}}\n `,
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
      'but not where the client said no',
      '{"model":"m","stream":true,"stream_options":{"include_usage":false}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":false}}',
    ],
    [
      'nor where it said so with escapes',
      '\ufeff{"model":"m","stream":true,"stream_options":{"include\\u005fusage":false}}',
      '\ufeff{"model":"m","stream":true,"stream_options":{"include\\u005fusage":false}}',
    ],
    [
      'nor where it said yes',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
    ],
    ['nor where there is no stream', '{"model":"m","messages":[]}', '{"model":"m","messages":[]}'],
    [
      'and all else stays as it is written',
      '{"a":1,"a":12345678901234567890,"s":"\\u00e9","model":"m","stream":true}',
      `{"a":1,"a":12345678901234567890,"s":"\\u00e9","model":"m","stream":true,${asks}}`,
    ],
  ];
  for (const [what, asked, left] of cases) {
    void it(what, async () => {
      assert.equal(await sent(asked), left);
    });
  }

  void it('is not asked for where the provider refuses the word, or the configuration does', async () => {
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
async function told(...chunks: readonly string[]): Promise<string> {
  let text = '';
  const out = { write: (chunk: Buffer) => ((text += chunk.toString()), true), onDrain: () => undefined };
  const stream = usageHider.translateStream({}, out);
  for (const chunk of chunks) stream.write(Buffer.from(chunk));
  assert.equal(await stream.end(), true);
  return text;
}

void describe('the chunk that tells a usage nobody asked for', () => {
  const said = 'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n';
  const usage = 'data: {"choices":[],"usage":{"total_tokens":3}}\n\n';
  const done = 'data: [DONE]\n\n';

  void it('is taken out, alone or between others', async () => {
    assert.equal(await told(said, usage, done), said + done);
    assert.equal(await told(said + usage + done), said + done);
    assert.equal(await told(usage), '');
  });

  void it('is known however it is written', async () => {
    assert.equal(await told('data: {"choices": [], "usage": {"total_tokens": 3}}\n\n'), '');
    assert.equal(await told('data:{"choices":[],"usage":{"total_tokens":3}}\r\n\r\n'), '');
    assert.equal(
      await told(`${said}data: {"choices":[],"usage":{"a":1}}\r\n\r\ndata: [DONE]\r\n\r\n`),
      `${said}data: [DONE]\r\n\r\n`,
    );
  });

  void it('is no other chunk without choices', async () => {
    const filter = 'data: {"choices":[],"prompt_filter_results":[{}]}\n\n';
    assert.equal(await told(filter + said + usage), filter + said);
    const quoted = 'data: {"choices":[{"delta":{"content":"\\"choices\\":[] usage"}}]}\n\n';
    assert.equal(await told(quoted), quoted);
  });
});

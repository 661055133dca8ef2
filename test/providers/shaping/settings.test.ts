import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setInObject } from '../../../src/dialects/scan/json-edit.ts';
import { tryOutgoing } from '../outgoing.ts';

const CHAT = '/v1/chat/completions';

/** The body that leaves for a request, under these settings. */
async function sent(
  customSettings: readonly object[],
  body: string,
  { path = CHAT, ...provider }: { path?: string; [option: string]: unknown } = {},
): Promise<string> {
  const left = await tryOutgoing({ type: 'groq', customSettings, ...provider }, { path, body });
  assert.ok(typeof left === 'object', JSON.stringify(left));
  return left.body;
}

/** A request of Anthropic's. */
function question(model: string): string {
  return `{"model":"${model}","max_tokens":5,"messages":[{"role":"user","content":"a"}]}`;
}

const raw = (name: string, value: unknown, more: object = {}) => ({ name, value, mode: 'raw', ...more });
const keep = { overwrite: false };

void describe('custom settings change what they name, and not a byte beside it:', () => {
  const odd =
    '"big":123456789012345678901234567890, "e":"\\u00e9\\/", "n" : 1e400, "dup":1,"dup":2 ,"m\\u00efx":[ ]';
  const cases: readonly (readonly [what: string, setting: object, before: string, after: string])[] = [
    [
      'a value is replaced',
      { name: 'temperature', value: 0.2 },
      '"temperature" : 1 ,"z":0',
      '"temperature" : 0.2 ,"z":0',
    ],
    ['a value is put in front', { name: 'seed', value: 7 }, '"z":0', '+"seed":7,"z":0'],
    ['of equal names the last one counts', raw('t', 3), '"t":1,"t":2', '"t":1,"t":3'],
    [
      'a name may be written with escapes',
      raw('tempo', 1),
      '"t\\u0065mpo":0,"z":"tempo"',
      '"t\\u0065mpo":1,"z":"tempo"',
    ],
    ['a name may hold more than ASCII', raw('größe', 1), '"größe":0', '"größe":1'],
    ['a field of a field', raw('a.b', 'x"y'), '"a":{ "c":[1] }', '"a":{"b":"x\\"y", "c":[1] }'],
    ['a field of nothing', raw('a.b.c', [1, { d: null }]), '"z":0', '+"a":{"b":{"c":[1,{"d":null}]}},"z":0'],
    [
      'an item of a list',
      raw('a.1.b', true),
      '"a":[{"b":0}, {"b" : [0]} ,3]',
      '"a":[{"b":0}, {"b" : true} ,3]',
    ],
    ['the item behind the last', raw('a.2', 'c'), '"a":["a", "b" ]', '"a":["a", "b","c" ]'],
    ['the first item', raw('a.0', 1), '"a":[ ]', '"a":[1 ]'],
    ['no item further behind', raw('a.3', 'c'), '"a":[1]', '"a":[1]'],
    ['no name in a list', raw('a.b', 1), '"a":[1]', '"a":[1]'],
    ['a list of its own', raw('a.0.b', 1), '"z":0', '+"a":[{"b":1}],"z":0'],
    ['a number may be the name of a field', raw('a.0', 1), '"a":{"0":5}', '"a":{"0":1}'],
    ['a dot may be part of a name', raw('a\\.b', 1), '"a.b":0,"a":{"b":0}', '"a.b":1,"a":{"b":0}'],
    ['what is no object gives way', raw('a.b', 1), '"a":"text"', '"a":{"b":1}'],
    ['unless nothing is to be overwritten', raw('a.b', 1, keep), '"a":"text"', '"a":"text"'],
    ['null is something', { name: 'seed', value: 7, ...keep }, '"seed":null', '"seed":null'],
    ['nothing is nothing', { name: 'seed', value: 7, ...keep }, '"z":0', '+"seed":7,"z":0'],
    ['null can be set', raw('stop', null), '"stop":"a"', '"stop":null'],
    [
      'the newer name where the client writes it',
      { name: 'max_tokens', value: 9 },
      '"max_completion_tokens":5',
      '"max_completion_tokens":9',
    ],
  ];
  for (const [what, setting, before, after] of cases) {
    void it(what, async () => {
      const isInFront = after.startsWith('+');
      const [front = '', rest = after] = isInFront ? [after.slice(1).replace(/"z":0$/, ''), '"z":0'] : [];
      assert.equal(
        await sent([setting], `{ "model":"m",${odd},"messages":[],${before}}\n`),
        `{${front} "model":"m",${odd},"messages":[],${rest}}\n`,
      );
    });
  }

  void it('they are set in the order written', async () => {
    const settings = [raw('a.b', { c: [1] }), raw('a.b.c.0', 2)];
    assert.equal(await sent(settings, '{"model":"m"}'), '{"a":{"b":{"c":[2]}},"model":"m"}');
  });

  void it('a byte order mark stays in front', async () => {
    assert.equal(await sent([raw('a', 1)], '\uFEFF{"model":"m"}'), '\uFEFF{"a":1,"model":"m"}');
  });

  void it('bytes that are no text stay as they are, and so does what is no object', () => {
    const edit = { path: ['a'], json: '1', overwrites: true };
    const noText = Buffer.from('{"x":"\xff\xfe","a":0}', 'latin1');
    assert.equal(setInObject(noText, edit).toString('latin1'), '{"x":"\xff\xfe","a":1}');
    for (const body of ['', '[{"a":0}]', '--boundary\r\n', '"a"'])
      assert.equal(setInObject(Buffer.from(body), edit).toString(), body);
  });
});

void describe('custom settings have the names of the operation’s fields:', () => {
  const all = ['max_tokens', 'temperature', 'top_p', 'top_k', 'seed'].map((name, at) => ({
    name,
    value: at,
  }));
  const cases: readonly (readonly [string, object, string, string, object])[] = [
    [
      'chats of OpenAI',
      { type: 'groq' },
      CHAT,
      '{"model":"m"}',
      { max_tokens: 0, temperature: 1, top_p: 2, seed: 4 },
    ],
    [
      'responses',
      { type: 'openai' },
      '/v1/responses',
      '{"model":"m"}',
      { max_output_tokens: 0, temperature: 1, top_p: 2 },
    ],
    [
      'messages',
      { type: 'claude' },
      '/v1/messages',
      '{"model":"m"}',
      { max_tokens: 0, temperature: 1, top_p: 2, top_k: 3 },
    ],
    [
      'Gemini’s contents',
      { type: 'gemini' },
      '/v1beta/models/g:generateContent',
      '{"contents":[]}',
      { generationConfig: { maxOutputTokens: 0, temperature: 1, topP: 2, topK: 3, seed: 4 } },
    ],
    [
      'DashScope’s own API',
      { type: 'qwen', protocol: 'original' },
      '/api/v1/services/aigc/text-generation/generation',
      '{"model":"m"}',
      { parameters: { max_tokens: 0, temperature: 1, top_p: 2, top_k: 3, seed: 4 } },
    ],
    ['embeddings have none', { type: 'openai' }, '/v1/embeddings', '{"model":"m"}', {}],
    ['nor has the counting of tokens', { type: 'claude' }, '/v1/messages/count_tokens', '{"model":"m"}', {}],
  ];
  for (const [what, provider, path, body, set] of cases) {
    void it(what, async () => {
      const left: unknown = JSON.parse(await sent(all, body, { path, ...provider }));
      assert.deepEqual(left, { ...JSON.parse(body), ...set });
    });
  }

  void it('raw ones are set wherever there is a body of JSON', async () => {
    assert.equal(
      await sent([raw('top_k', 3)], '{"model":"m","input":"a"}', { path: '/v1/embeddings', type: 'openai' }),
      '{"top_k":3,"model":"m","input":"a"}',
    );
  });

  void it('a call of another dialect gets them in the provider’s, too', async () => {
    const left: unknown = JSON.parse(
      await sent(
        [{ name: 'top_k', value: 3 }, { name: 'max_tokens', value: 77 }, raw('reasoning_effort', 'low')],
        '{"model":"claude-opus-4-5","messages":[{"role":"user","content":"a"}]}',
        { type: 'claude' },
      ),
    );
    assert.partialDeepStrictEqual(left, { top_k: 3, max_tokens: 77 });
    assert.ok(typeof left === 'object' && left !== null && !('reasoning_effort' in left));
  });

  void it('a call of another dialect gets them in the names that the model has for them', async () => {
    const settings = [
      { name: 'max_tokens', value: 77 },
      { name: 'seed', value: 1 },
    ];
    const path = '/v1/messages';
    const openai: unknown = JSON.parse(await sent(settings, question('gpt-5'), { type: 'openai', path }));
    assert.deepEqual(openai, {
      model: 'gpt-5',
      max_completion_tokens: 77,
      seed: 1,
      messages: [{ role: 'user', content: 'a' }],
    });
    const mistral: unknown = JSON.parse(await sent(settings, question('m'), { type: 'mistral', path }));
    assert.deepEqual(mistral, {
      model: 'm',
      max_tokens: 77,
      random_seed: 1,
      messages: [{ role: 'user', content: 'a' }],
    });
  });

  void it('raw ones for a client of another dialect are set in the provider’s', async () => {
    const left: unknown = JSON.parse(
      await sent(
        [raw('service_tier', 'flex')],
        '{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"a"}]}',
        { path: '/v1/messages' },
      ),
    );
    assert.partialDeepStrictEqual(left, { service_tier: 'flex', max_tokens: 5 });
  });
});

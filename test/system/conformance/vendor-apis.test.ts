import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { startTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import type { HttpAnswer } from '../../support/http.ts';

/*
 * DashScope's own API, MiniMax's ChatCompletion Pro and Kling's tasks, for clients of OpenAI's and others' dialects, before
 * a stand-in that keeps these vendors' own rules.
 */

type Kind = 'qwen' | 'minimax' | 'kling';

const OPTIONS: Readonly<Record<Kind, (origin: string) => object>> = {
  qwen: (origin) => ({
    type: 'qwen',
    baseUrl: `${origin}/compatible-mode/v1`,
    qwenEnableCompatible: false,
    qwenFileIds: ['file-fe-1'],
  }),
  minimax: (origin) => ({
    type: 'minimax',
    baseUrl: `${origin}/v1`,
    minimaxApiType: 'pro',
    minimaxGroupId: 'group-1',
  }),
  kling: (origin) => ({ type: 'kling', baseUrl: `${origin}/v1` }),
};

const MODELS: Readonly<Record<Kind, string>> = {
  qwen: 'qwen-plus',
  minimax: 'abab6.5s-chat',
  kling: 'kling-v2-1',
};

/** What the first of two keys does, and how that is judged. The second one is good. */
interface Failing {
  readonly behaviour: Behaviour;
  readonly rule: RegExp;
  readonly stream?: boolean;
}

const QWEN_FAILURES: Readonly<Record<string, Failing>> = {
  dead: { behaviour: { kind: 'invalid-key' }, rule: /^qwen\.key-invalid$/ },
  throttled: { behaviour: { kind: 'rate-limited' }, rule: /^qwen\.throttling$/ },
  poor: { behaviour: { kind: 'out-of-credit' }, rule: /^qwen\.arrears$/ },
  broken: { behaviour: { kind: 'server-error' }, rule: /./ },
  inside: { behaviour: { kind: 'error-200' }, rule: /./ },
  streaming: { behaviour: { kind: 'error-event' }, rule: /./, stream: true },
  cut: { behaviour: { kind: 'truncate', afterChunks: 0 }, rule: /./, stream: true },
};
const MINIMAX_FAILURES: Readonly<Record<string, Failing>> = {
  dead: { behaviour: { kind: 'invalid-key' }, rule: /^minimax\.key-invalid$/ },
  throttled: { behaviour: { kind: 'rate-limited' }, rule: /^minimax\.rate-limit$/ },
  poor: { behaviour: { kind: 'out-of-credit' }, rule: /^minimax\.no-credit$/ },
  inside: { behaviour: { kind: 'error-200' }, rule: /^minimax\.failure$/ },
  streaming: { behaviour: { kind: 'error-event' }, rule: /^minimax\.failure$/, stream: true },
  cut: { behaviour: { kind: 'truncate', afterChunks: 0 }, rule: /./, stream: true },
};
const FAILURES = { qwen: QWEN_FAILURES, minimax: MINIMAX_FAILURES };

/** A provider of a test, with its two keys. */
interface Backend {
  readonly id: string;
  readonly kind: Kind;
  /** What its first key does. Absent: it answers. */
  readonly behaviour?: Behaviour;
}

const LOST: Behaviour = { kind: 'status', status: 504, body: 'gateway timeout' };

const backends: readonly Backend[] = [
  { id: 'qwen', kind: 'qwen' },
  { id: 'minimax', kind: 'minimax' },
  { id: 'kling', kind: 'kling' },
  { id: 'kling-lost', kind: 'kling', behaviour: LOST },
  { id: 'kling-dead', kind: 'kling', behaviour: { kind: 'invalid-key' } },
  ...(['qwen', 'minimax'] as const).flatMap((kind) =>
    Object.entries(FAILURES[kind]).map(([name, { behaviour }]) => ({
      id: `${kind}-${name}`,
      kind,
      behaviour,
    })),
  ),
];

function keysOf(id: string): readonly [first: string, second: string] {
  return [`sk-${id}-first-0123456789`, `sk-${id}-second-0123456789`];
}

let gateway: TestGateway;

before(async () => {
  gateway = await startTestGateway({
    strict: ['dashscope', 'minimax', 'kling'],
    script: {
      keys: Object.fromEntries(
        backends.flatMap(({ id, behaviour }) =>
          keysOf(id).map((key, at) => [
            key,
            { behaviours: at === 0 && behaviour !== undefined ? [behaviour] : [], organization: key },
          ]),
        ),
      ),
    },
    config: (sim) => ({
      activeProviderId: 'qwen',
      providers: backends.map(({ id, kind }) => ({
        id,
        apiTokens: keysOf(id),
        failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
        ...OPTIONS[kind](`http://127.0.0.1:${sim.port}`),
      })),
    }),
  });
});

after(() => gateway.close());

function askChat(id: string, kind: Kind, more: object = {}): Promise<HttpAnswer> {
  const messages = [{ role: 'user', content: 'good morning' }];
  return ask(gateway.url, { body: { model: `${id}/${MODELS[kind]}`, messages, ...more } });
}

/** The requests that came with a key. */
function arrived(key: string): number {
  return gateway.sim.requests.filter((request) => request.key === key).length;
}

/** Asks until the first key was met: which of the two is asked first is a matter of chance. */
async function askUntilFirst(id: string, asks: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  const [first] = keysOf(id);
  for (let asked = 0; asked < 100; asked++) {
    const answer = await asks();
    if (arrived(first) > 0) return answer;
  }
  throw new Error(`the first key of ${id} is never met`);
}

/** The path of the last request that arrived, and its body. */
function last(): { readonly path: string; readonly body: string } {
  const request = gateway.sim.requests.at(-1);
  return { path: request?.path ?? '', body: JSON.stringify(request?.body) };
}

void describe('a vendor that is asked by its own API', () => {
  for (const kind of ['qwen', 'minimax'] as const) {
    void it(`${kind} answers a chat, whole and streamed`, async () => {
      const whole = await askChat(kind, kind);
      assert.equal(whole.status, 200, whole.text);
      assert.match(whole.text, /"object":"chat\.completion".*good morning.*"finish_reason":"stop".*"usage"/);
      const stream = await askChat(kind, kind, { stream: true });
      assert.match(stream.text, /"role":"assistant".*"finish_reason":"stop".*data: \[DONE\]\n\n$/s);
      const words = [...stream.text.matchAll(/"content":"([^"]*)"/g)].map(([, word]) => word).join('');
      assert.match(words, /^You said: good morning/);
      assert.equal(gateway.sim.requests.at(-1)?.brokenRule, undefined);
    });

    for (const [name, { rule, stream = false }] of Object.entries(FAILURES[kind])) {
      void it(`${kind}: a key that is ${name} is judged, and the next one answers`, async () => {
        const id = `${kind}-${name}`;
        const answer = await askUntilFirst(id, async () => askChat(id, kind, { stream }));
        assert.equal(answer.status, 200, answer.text);
        assert.match(answer.text, /morning/);
        const line = gateway.requests().findLast(({ failed }) => failed?.[0]?.provider === id);
        assert.match(line?.failed?.[0]?.rule ?? '', rule);
      });
    }
  }

  void it('Qwen answers a client of Gemini’s, and MiniMax one of the Responses API', async () => {
    const headers = { 'x-goog-api-key': 'k' };
    const contents = [{ role: 'user', parts: [{ text: 'good morning' }] }];
    const path = `/v1beta/models/qwen/${MODELS.qwen}:generateContent`;
    const gemini = await ask(gateway.url, { path, headers, body: { contents } });
    assert.match(gemini.text, /"candidates".*good morning/s);
    assert.match(last().path, /text-generation/);
    const body = { model: `minimax/${MODELS.minimax}`, input: 'good morning' };
    const response = await ask(gateway.url, { path: '/v1/responses', body });
    assert.match(response.text, /"object":"response".*good morning/);
    assert.match(last().path, /chatcompletion_pro\?GroupId=group-1/);
  });

  void it('Qwen calls tools, and gets their results', async () => {
    const look = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } };
    const user = { role: 'user', content: 'please look {"city":"Rome"}' };
    const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"city":"Rome"}' } };
    for (const stream of [false, true]) {
      const called = await askChat('qwen', 'qwen', { tools: [look], messages: [user], stream });
      assert.match(called.text, /"tool_calls":\[\{.*"name":"look".*"finish_reason":"tool_calls"/s);
      assert.match(called.text.replaceAll(/[^a-zA-Z]/g, ''), /Rome/);
    }
    const messages = [
      user,
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
    ];
    const answered = await askChat('qwen', 'qwen', { tools: [look], messages });
    assert.match(answered.text, /look answered: sunny/);
  });

  void it('Qwen sees images at its endpoint for these, thinks, and knows the files of qwen-long', async () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
    const content = [image, { type: 'text', text: 'what?' }];
    const seen = await askChat('qwen', 'qwen', {
      model: 'qwen/qwen-vl-max',
      messages: [{ role: 'user', content }],
    });
    assert.match(seen.text, /seen: image\/png, 2 bytes/);
    assert.match(last().path, /multimodal-generation/);
    const thought = await askChat('qwen', 'qwen', { enable_thinking: true, stream: true });
    assert.match(thought.text, /"reasoning_content":"They/);
    const long = await askChat('qwen', 'qwen', { model: 'qwen/qwen-long' });
    assert.equal(long.status, 200, long.text);
    assert.match(last().body, /fileid:\/\/file-fe-1/);
  });

  void it('what its API has no words for is answered by the one that speaks OpenAI’s dialect', async () => {
    const look = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } };
    const content = 'please look {"city":"Rome"}';
    const called = await askChat('minimax', 'minimax', {
      tools: [look],
      messages: [{ role: 'user', content }],
    });
    assert.match(called.text, /"name":"look"/);
    assert.match(last().path, /chatcompletion_v2$/);
    const audio = { type: 'input_audio', input_audio: { data: 'aGk=', format: 'wav' } };
    const heard = await askChat('qwen', 'qwen', { messages: [{ role: 'user', content: [audio] }] });
    assert.equal(heard.status, 200, heard.text);
    assert.match(last().path, /^\/compatible-mode\//);
  });

  void it('Qwen makes embeddings', async () => {
    const body = { model: 'qwen/text-embedding-v4', input: ['a', 'b'], dimensions: 4 };
    const answer = await ask(gateway.url, { path: '/v1/embeddings', body });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /^\{"object":"list","data":\[\{"object":"embedding","index":0,.*"index":1,/);
  });
});

const video = { model: 'kling/kling-v2-1', prompt: 'a sea', seconds: '8', size: '1280x720' };

void describe('Kling’s videos', () => {
  void it('are asked for with the key that made them, whatever they are made from', async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ ...video, prompt: 'go' })) form.set(name, value);
    form.set('input_reference', new Blob(['hi'], { type: 'image/png' }), 'i.png');
    for (const [body, prefix] of [
      [JSON.stringify(video), 'kling-t2v-'],
      [form, 'kling-i2v-'],
    ] as const) {
      const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
      for (let made = 0; made < 4; made++) {
        const created = await fetch(`${gateway.url}/v1/videos`, { method: 'POST', headers, body });
        const written = await created.text();
        assert.equal(created.status, 200, written);
        const [, id = ''] = /"id":"([^"]+)"/.exec(written) ?? [];
        assert.ok(id.startsWith(prefix), written);
        const by = gateway.sim.requests.at(-1)?.key;
        const answer = await ask(gateway.url, { method: 'GET', path: `/v1/videos/${id}` });
        assert.equal(answer.status, 200, answer.text);
        assert.match(answer.text, new RegExp(`"id":"${id}".*"status":"completed".*"task_status":"succeed"`));
        assert.equal(gateway.sim.requests.at(-1)?.key, by);
      }
    }
  });

  void it('are not made twice where one may have been made', async () => {
    const id = 'kling-lost';
    const [first, second] = keysOf(id);
    let earlier = 0;
    const answer = await askUntilFirst(id, async () => {
      earlier = arrived(second);
      return ask(gateway.url, { path: '/v1/videos', body: { ...video, model: `${id}/kling-v2-1` } });
    });
    assert.equal(answer.status, 504, answer.text);
    assert.deepEqual([arrived(first), arrived(second)], [1, earlier]);
  });

  void it('are made with the next key where one is refused', async () => {
    const id = 'kling-dead';
    const body = { ...video, model: `${id}/kling-v2-1` };
    const answer = await askUntilFirst(id, async () => ask(gateway.url, { path: '/v1/videos', body }));
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /"task_id":"kling-t2v-/);
  });
});

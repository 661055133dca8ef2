import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import type { Json } from '../../../src/base/json.ts';
import { ask } from '../../support/http.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { gatewayBefore } from './gateway-before.ts';
import type { NativeApi } from './gateway-before.ts';

/* Tasks at vendors' own APIs: made once, and asked for with the key that made them. */

interface TaskApi extends NativeApi {
  readonly create: string;
  readonly body: Json;
  /** The vendor's answer to what made the task. */
  readonly made: (task: string) => Json;
  /** How the client asks for it. */
  readonly retrieve: (task: string) => { readonly path: string; readonly body?: Json };
  readonly headers?: Readonly<Record<string, string>>;
}

const ARN = 'arn:aws:bedrock:us-east-1:1:async-invoke/';
const VEO = '/v1/projects/p/locations/l/publishers/google/models/vertex-model';

const APIS: readonly TaskApi[] = [
  {
    id: 'bedrock',
    provider: { type: 'bedrock', awsRegion: 'us-east-1' },
    create: '/async-invoke',
    body: { modelId: 'bedrock-model', modelInput: {}, outputDataConfig: {} },
    made: (task) => ({ invocationArn: ARN + task }),
    retrieve: (task) => ({ path: `/async-invoke/${encodeURIComponent(ARN + task)}` }),
  },
  {
    id: 'vertex',
    provider: { type: 'vertex' },
    create: `${VEO}:predictLongRunning`,
    body: { instances: [{ prompt: 'a cat' }] },
    made: (task) => ({ name: `${VEO.slice('/v1/'.length)}/operations/${task}` }),
    retrieve: (task) => ({
      path: `${VEO}:fetchPredictOperation`,
      body: { operationName: `${VEO.slice('/v1/'.length)}/operations/${task}` },
    }),
  },
  {
    id: 'gemini',
    provider: { type: 'gemini' },
    basePath: '/v1beta',
    create: '/v1beta/models/gemini-model:predictLongRunning',
    body: { instances: [{ prompt: 'a cat' }] },
    made: (task) => ({ name: `models/gemini-model/operations/${task}` }),
    retrieve: (task) => ({ path: `/v1beta/models/gemini-model/operations/${task}` }),
  },
  {
    id: 'minimax',
    provider: { type: 'minimax' },
    basePath: '/v1',
    create: '/v1/video_generation',
    body: { model: 'minimax-model', prompt: 'a cat' },
    made: (task) => ({ task_id: task, base_resp: { status_code: 0, status_msg: 'success' } }),
    retrieve: (task) => ({ path: `/v1/query/video_generation?task_id=${task}` }),
  },
  {
    id: 'kling',
    provider: { type: 'kling', protocol: 'original' },
    basePath: '/v1',
    create: '/v1/videos/image2video',
    body: { model_name: 'kling-model', image: 'aGk=' },
    made: (task) => ({ code: 0, data: { task_id: task, task_status: 'submitted' } }),
    retrieve: (task) => ({ path: `/v1/videos/image2video/${task}` }),
  },
  {
    id: 'doubao',
    provider: { type: 'doubao' },
    basePath: '/api/v3',
    create: '/api/v3/contents/generations/tasks',
    body: { model: 'doubao-model', content: [] },
    made: (task) => ({ id: task }),
    retrieve: (task) => ({ path: `/api/v3/contents/generations/tasks/${task}` }),
  },
  {
    id: 'qwen',
    provider: { type: 'qwen' },
    basePath: '/compatible-mode/v1',
    create: '/api/v1/services/aigc/text2image/image-synthesis',
    body: { model: 'qwen-model', input: { prompt: 'a cat' } },
    made: (task) => ({ output: { task_status: 'PENDING', task_id: task }, request_id: 'r' }),
    retrieve: (task) => ({ path: `/api/v1/tasks/${task}` }),
  },
];

/** By the task: the key it was made with, and those it was asked for with. */
const makers = new Map<string, string>();
const readers = new Map<string, string[]>();
let breaksNext = false;
let requests = 0;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = (await buffer(request)).toString();
  const url = decodeURIComponent(request.url ?? '');
  const key = keyOf(request);
  requests++;
  if (breaksNext) {
    request.socket.destroy();
    return;
  }
  const known = [...makers.keys()].find((task) => url.includes(task) || text.includes(task));
  response.setHeader('content-type', 'application/json');
  if (known !== undefined) {
    readers.set(known, [...(readers.get(known) ?? []), key]);
    response.end(JSON.stringify({ id: known, done: false, output: { task_status: 'RUNNING' } }));
    return;
  }
  const api = APIS.find(({ create }) => url.includes(lastWord(create)));
  assert.ok(api !== undefined, url);
  const task = `task-${makers.size}-of-${api.id}`;
  makers.set(task, key);
  response.end(JSON.stringify(api.made(task)));
}

function lastWord(path: string): string {
  return path.split('/').at(-1) ?? '';
}

function keyOf({ headers, url }: IncomingMessage): string {
  const inQuery = /[?&]key=([^&]*)/u.exec(url ?? '')?.[1];
  const own = headers['x-goog-api-key'] ?? headers.authorization?.replace('Bearer ', '') ?? inQuery;
  return String(own);
}

const server = createServer((request, response) => void answer(request, response));
let gateway: TestGateway;

before(async () => {
  gateway = await gatewayBefore(server, APIS);
});

after(async () => {
  server.close();
  server.closeAllConnections();
  await gateway.close();
});

for (const api of APIS)
  void suite(`a task at ${api.create}`, () => {
    void test('is asked for with the key that made it', async () => {
      for (let round = 0; round < 4; round++) {
        const known = new Set(makers.keys());
        const made = await ask(gateway.url, { path: api.create, body: api.body });
        assert.equal(made.status, 200, made.text);
        const task = [...makers.keys()].find((each) => !known.has(each));
        assert.ok(task !== undefined);
        assert.deepEqual(made.json(), api.made(task));
        const { path, body } = api.retrieve(task);
        const found = await ask(gateway.url, { method: body === undefined ? 'GET' : 'POST', path, body });
        assert.equal(found.status, 200, found.text);
        assert.deepEqual(readers.get(task), [makers.get(task)]);
      }
    });

    void test('is not made twice where it may have been made', async (t) => {
      breaksNext = true;
      t.after(() => {
        breaksNext = false;
      });
      const earlier = requests;
      const made = await ask(gateway.url, { path: api.create, body: api.body });
      assert.equal(made.status, 502);
      assert.equal(requests, earlier + 1);
    });
  });

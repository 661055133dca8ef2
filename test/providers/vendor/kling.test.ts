import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { tryOutgoing, outgoing } from '../outgoing.ts';
import type { ClientRequest } from '../outgoing.ts';
import { translatedWhole } from './translated.ts';

const pair = { type: 'kling', apiTokens: [], klingAccessKey: 'access', klingSecretKey: 'secret-0123' };
const ORIGIN = 'https://api-singapore.klingai.com';
const video = { model_name: 'kling-v2', prompt: 'a sea', image: 'aGk=' };

const tasks: readonly ClientRequest[] = [
  { path: '/v1/videos/image2video', body: video },
  { method: 'GET', path: '/v1/videos/text2video/t-1' },
  { method: 'GET', path: '/v1/videos/image2video/t-1?a=1' },
  { method: 'GET', path: '/v1/images/generations/t-1' },
];

interface VideoCase {
  readonly asked: ClientRequest;
  /** Path and query. */
  readonly to: string;
  readonly body?: object;
}

const mapped = { ...pair, modelMapping: { sora: 'kling-v2-1' } };

const videos: Readonly<Record<string, VideoCase>> = {
  'a text makes a text2video task, of the mapped model': {
    asked: { path: '/v1/videos?trace=1', body: { model: 'sora', prompt: 'a sea', duration: '5' } },
    to: '/v1/videos/text2video?trace=1',
    body: { prompt: 'a sea', duration: '5', model_name: 'kling-v2-1' },
  },
  'an image makes an image2video task': {
    asked: { path: '/v1/videos', body: { model: 'sora', prompt: 'go', image: 'https://a.test/i.png' } },
    to: '/v1/videos/image2video',
    body: { prompt: 'go', image: 'https://a.test/i.png', model_name: 'kling-v2-1' },
  },
  'an image at the path of texts does as well': {
    asked: { path: '/v1/videos/text2video', body: { model_name: 'sora', image_tail: 'aGk=' } },
    to: '/v1/videos/image2video',
    body: { image_tail: 'aGk=', model_name: 'kling-v2-1' },
  },
  'an image that is null is none': {
    asked: { path: '/v1/videos', body: { prompt: 'a sea', image: null } },
    to: '/v1/videos/text2video',
    body: { prompt: 'a sea', image: null },
  },
  'OpenAI’s seconds and size become a duration and a format': {
    asked: { path: '/v1/videos', body: { model: 'sora', prompt: 'a', seconds: '8', size: '720x1280' } },
    to: '/v1/videos/text2video',
    body: { prompt: 'a', model_name: 'kling-v2-1', duration: '10', aspect_ratio: '9:16' },
  },
  'a model of version 3 takes other seconds': {
    asked: { path: '/v1/videos', body: { model: 'kling-v3', prompt: 'a', seconds: '12' } },
    to: '/v1/videos/text2video',
    body: { prompt: 'a', model_name: 'kling-v3', duration: '12' },
  },
  'what OpenAI alone knows is left out, whatever it says': {
    asked: {
      path: '/v1/videos',
      body: { model: null, model_name: 'kling-v2', prompt: 'a', size: 'auto', input_reference: null },
    },
    to: '/v1/videos/text2video',
    body: { model_name: 'kling-v2', prompt: 'a' },
  },
  'names of members may be escaped': {
    asked: { path: '/v1/videos', body: '{"mod\\u0065l":"sora","\\u0069mage":"aGk="}' },
    to: '/v1/videos/image2video',
    body: { image: 'aGk=', model_name: 'kling-v2-1' },
  },
  'OpenAI’s reference becomes the image': {
    asked: {
      path: '/v1/videos',
      body: { prompt: 'a', input_reference: { image_url: 'data:image/png;base64,aGk=' }, size: '1x1' },
    },
    to: '/v1/videos/image2video',
    body: { prompt: 'a', image: 'aGk=' },
  },
  'the id of an image2video task leads to it': {
    asked: { method: 'GET', path: '/v1/videos/kling-i2v-t-1?with=1&kling_task_type=text' },
    to: '/v1/videos/image2video/t-1?with=1',
  },
  'the id of a text2video task leads to it': {
    asked: { method: 'GET', path: '/v1/videos/kling-t2v-t-1' },
    to: '/v1/videos/text2video/t-1',
  },
  'the query says what a bare id is, the last one counts': {
    asked: { method: 'GET', path: '/v1/videos/t-1?kling_task_type=t2v&a=1&kling_task_type=I2V' },
    to: '/v1/videos/image2video/t-1?a=1',
  },
  'a bare id is of a text2video task': {
    asked: { method: 'GET', path: '/v1/videos/t-1?kling_task_type=bad' },
    to: '/v1/videos/text2video/t-1',
  },
  'a prefix alone is an id, not the list of all tasks': {
    asked: { method: 'GET', path: '/v1/videos/kling-i2v-' },
    to: '/v1/videos/text2video/kling-i2v-',
  },
  'an id with a prefix is good at Kling’s own path': {
    asked: { method: 'GET', path: '/v1/videos/image2video/kling-i2v-t-1' },
    to: '/v1/videos/image2video/t-1',
  },
};

void describe('Kling’s videos', () => {
  for (const [name, { asked, to, body }] of Object.entries(videos)) {
    void it(name, async () => {
      const request = await outgoing(mapped, asked);
      assert.equal(request.url, ORIGIN + to);
      assert.deepEqual(request.body === '' ? undefined : JSON.parse(request.body), body);
    });
  }

  void it('have other seconds, or none of a size, where the client is told', async () => {
    for (const [body, dropped] of [
      [{ prompt: 'a', seconds: '8', size: '1280x720' }, ['seconds']],
      [{ prompt: 'a', seconds: 10, size: 'auto' }, []],
      [{ prompt: 'a', image: 'aGk=', size: '1280x720' }, ['size']],
      [{ prompt: 'a', size: 'large' }, ['size']],
      [{ prompt: 'a', seconds: '8', duration: '5' }, []],
    ] as const) {
      const { translator } = await outgoing(pair, { path: '/v1/videos', body });
      assert.deepEqual(translator?.dropped, dropped, JSON.stringify(body));
    }
  });

  void it('are asked for at configured paths, whose query stays', async () => {
    const gateway = {
      ...ready('token-0123456789'),
      type: 'kling',
      providerBasePath: '/klingai',
      capabilities: {
        'openai/v1/videos': '/gateway/text?mode=text',
        'kling/v1/image2video': '/gateway/image?mode=image',
        'kling/v1/retrieveimagevideo': '/gateway/image-tasks/{video_id}?version=1',
      },
    };
    const urls = [
      { path: '/v1/videos?a=1', body: { prompt: 'a' } },
      { path: '/v1/videos?a=1', body: { prompt: 'a', image: 'aGk=' } },
      { method: 'GET' as const, path: '/v1/videos/kling-i2v-t-1?b=1' },
      { method: 'GET' as const, path: '/v1/videos/kling-t2v-t-1' },
    ].map(async (asked) => (await outgoing(gateway, asked)).url.slice(ORIGIN.length));
    assert.deepEqual(await Promise.all(urls), [
      '/klingai/gateway/text?mode=text&a=1',
      '/klingai/gateway/image?mode=image&a=1',
      '/klingai/gateway/image-tasks/t-1?version=1&b=1',
      '/klingai/v1/videos/text2video/t-1',
    ]);
  });

  void it('are created with the plugin’s ids, and OpenAI’s members beside Kling’s', async () => {
    const task = { task_id: 't-1', task_status: 'submitted', created_at: 1722769557708 };
    const answer = JSON.stringify({ code: 0, message: 'SUCCEED', request_id: 'r', data: task });
    const data = { ...task, task_id: 'kling-i2v-t-1' };
    const kling = { code: 0, message: 'SUCCEED', request_id: 'r', data };
    const asked = { path: '/v1/videos', body: { model: 'sora', image: 'aGk=' } };
    assert.deepEqual(await translatedWhole((await outgoing(mapped, asked)).translator, answer), {
      id: 'kling-i2v-t-1',
      object: 'video',
      model: 'sora',
      status: 'queued',
      progress: 0,
      created_at: 1722769557,
      ...kling,
    });
    const own = { path: '/v1/videos/image2video', body: { image: 'aGk=' } };
    assert.deepEqual(await translatedWhole((await outgoing(mapped, own)).translator, answer), kling);
  });

  void it('are retrieved as Kling says it, and as OpenAI does', async () => {
    const asked = { method: 'GET', path: '/v1/videos/kling-t2v-t-1' } as const;
    const states: Readonly<Record<string, object>> = {
      processing: { status: 'in_progress', progress: 0 },
      succeed: { status: 'completed', progress: 100, completed_at: 2 },
      failed: { status: 'failed', progress: 0, error: { code: 'task_failed', message: 'no' } },
    };
    for (const [state, members] of Object.entries(states)) {
      const data = { task_id: 't-1', task_status: state, task_status_msg: 'no', updated_at: 2000 };
      const answer = JSON.stringify({ code: 0, data });
      assert.deepEqual(await translatedWhole((await outgoing(mapped, asked)).translator, answer), {
        id: 'kling-t2v-t-1',
        object: 'video',
        ...members,
        code: 0,
        data,
      });
    }
  });

  void it('are not asked for where no file can be read', async () => {
    for (const input of [{ file_id: 'file-1' }, 7]) {
      const body = { prompt: 'a', input_reference: input };
      assert.equal(await tryOutgoing(pair, { path: '/v1/videos', body }), 'not_expressible');
    }
  });

  void it('pass as they are with the protocol original', async () => {
    const body = { model: 'sora', image: 'aGk=' };
    const request = await outgoing(
      { ...mapped, protocol: 'original' },
      { path: '/v1/videos/text2video', body },
    );
    assert.equal(request.url, `${ORIGIN}/v1/videos/text2video`);
    assert.equal(request.translator, undefined);
  });
});

void describe('Kling', () => {
  for (const task of tasks) {
    const { method = 'POST', path, body } = task;
    void it(`gets ${method} ${path} as the client wrote it, with a token made for it`, async () => {
      const before = Math.floor(Date.now() / 1000);
      const request = await outgoing(pair, task);
      assert.equal(`${request.method} ${request.url}`, `${method} ${ORIGIN}${path}`);
      assert.equal(request.body, body === undefined ? '' : JSON.stringify(body));
      const token = (request.headers['authorization'] ?? '').replace('Bearer ', '');
      const [head = '', payload = '', signature] = token.split('.');
      const own = createHmac('sha256', pair.klingSecretKey).update(`${head}.${payload}`).digest('base64url');
      assert.equal(signature, own);
      const claims = Buffer.from(payload, 'base64url').toString();
      const [, exp = '', nbf = ''] = /^\{"iss":"access","exp":(\d+),"nbf":(\d+)\}$/.exec(claims) ?? [];
      assert.equal(Number(exp) - Number(nbf), 1805);
      assert.ok(Number(nbf) + 5 >= before);
    });
  }

  void it('is sent a ready token as it is, though that has three parts', async () => {
    const request = await outgoing(
      { ...pair, ...ready('aGVhZA.cGF5bG9hZA.c2lnbmVk') },
      tasks[0] ?? { path: '' },
    );
    assert.equal(request.headers['authorization'], 'Bearer aGVhZA.cGF5bG9hZA.c2lnbmVk');
  });

  void it('gets no chats, in whatever dialect', async () => {
    const messages = [{ role: 'user', content: 'Hi' }];
    for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/responses']) {
      const body = { model: 'kling-v2', max_tokens: 5, messages, input: 'Hi' };
      assert.equal(await tryOutgoing(pair, { path, body }), 'operation_not_offered', path);
    }
  });
});

/** The options of a token that is there already. */
function ready(token: string): object {
  return { apiTokens: [token], klingAccessKey: undefined, klingSecretKey: undefined };
}

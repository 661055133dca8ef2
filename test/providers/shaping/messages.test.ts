import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { tryOutgoing } from '../outgoing.ts';

/** The body that leaves for a chat with these messages. */
async function sent(provider: object, messages: readonly object[]): Promise<unknown> {
  const left = await tryOutgoing(
    { type: 'together-ai', ...provider },
    { path: '/v1/chat/completions', body: { model: 'm', messages } },
  );
  if (typeof left === 'string') return left;
  const body: unknown = JSON.parse(left.body);
  assert.ok(typeof body === 'object' && body !== null && 'messages' in body);
  return body.messages;
}

const system = { role: 'system', content: 'S' };
const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown, more: object = {}) => ({ role: 'assistant', content, ...more });

void describe('cleaning up a conversation', () => {
  const options = { contextCleanupCommands: ['/new', 'clear'] };
  void it('drops the last command and all before it but system messages', async () => {
    const messages = [system, user('a'), user('clear'), user('b'), assistant('c'), user('/new'), user('d')];
    assert.deepEqual(await sent(options, messages), [system, user('d')]);
  });
  void it('knows a command only by all of its text', async () => {
    const messages = [user('a'), user('/new '), user('/NEW'), user([{ type: 'text', text: '/new' }])];
    assert.deepEqual(await sent(options, messages), messages);
  });
  void it('refuses a conversation of which nothing is left', async () => {
    assert.equal(await sent(options, [user('a'), user('/new')]), 'nothing_left');
  });
});

void describe('merging neighbours', () => {
  const options = { mergeConsecutiveMessages: true };
  void it('makes one of several, texts or parts', async () => {
    assert.deepEqual(
      await sent(options, [
        system,
        system,
        user('a'),
        user('b'),
        assistant('c', { reasoning_content: 'r' }),
        assistant('d', { reasoning_content: 's' }),
        user([{ type: 'text', text: 'e' }]),
        user('f'),
      ]),
      [
        system,
        system,
        user('a\n\nb'),
        assistant('c\n\nd', { reasoning_content: 'r\n\ns' }),
        user([
          { type: 'text', text: 'e' },
          { type: 'text', text: 'f' },
        ]),
      ],
    );
  });
  void it('makes one of very many, texts before parts and parts before texts', async () => {
    const texts = Array.from({ length: 100_000 }, () => 'a');
    assert.deepEqual(await sent(options, texts.map(user)), [user(texts.join('\n\n'))]);
    const part = { type: 'text', text: 'p' };
    assert.deepEqual(
      await sent(options, [user(''), user('a'), user('b'), user([part]), user(''), user('c')]),
      [user([{ type: 'text', text: 'a\n\nb' }, part, { type: 'text', text: 'c' }])],
    );
  });
  void it('leaves calls of tools and their answers alone', async () => {
    // Where nothing is known of who answers, they leave in the order in which they came.
    const unknown = { ...options, type: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1' };
    const messages = [
      assistant('a', { tool_calls: [{ id: 'x' }] }),
      assistant('b'),
      assistant('c', { function_call: { name: 'f' } }),
      { role: 'tool', tool_call_id: 'x', content: '1' },
      { role: 'tool', tool_call_id: 'y', content: '2' },
    ];
    assert.deepEqual(await sent(unknown, messages), messages);
    const none = [assistant('a', { tool_calls: null }), assistant(null, { tool_calls: [] }), assistant('b')];
    assert.deepEqual(await sent(options, none), [assistant('a\n\nb', { tool_calls: [] })]);
  });
  void it('is part of hiclawMode', async () => {
    assert.deepEqual(await sent({ hiclawMode: true }, [user('a'), user('b')]), [user('a\n\nb')]);
  });
});

void describe('messages that are not concerned', () => {
  const options = {
    mergeConsecutiveMessages: true,
    contextCleanupCommands: ['/new'],
    type: 'groq',
  };
  /** The body that leaves for one that is written like this. */
  async function leavesAs(body: string): Promise<string> {
    const left = await tryOutgoing(options, { path: '/v1/chat/completions', body });
    assert.ok(typeof left === 'object');
    return left.body;
  }

  void it('stay byte for byte, and so does the rest of the body', async () => {
    const odd = '{ "role":"system", "content" : "\\u00e9\\/", "big":123456789012345678901234567890 }';
    const developer = '{"x":1e400, "role" : "developer","content":"\\u00e9"}';
    const plain = '{"role":"user","content":"a"}';
    assert.equal(
      await leavesAs(`{"model":"m","d":1,"d":2, "messages" : [ ${odd} , ${developer},${plain} ] ,"n":1.0}`),
      `{"model":"m","d":1,"d":2, "messages" : [${odd},${developer.replace('developer', 'system')},${plain}] ,"n":1.0}`,
    );
  });

  void it('are not what other fields hold', async () => {
    const body =
      '{"model":"m","messages":[{"role":"user","content":"a"}],"input":[{"role":"user","content":"/new"}]}';
    assert.equal(await leavesAs(body), body);
  });

  void it('and those that cannot be parsed are passed for the provider to report', async () => {
    for (const messages of ['[{"role":nonsense}]', '[1,"a"]', '"text"', '{}', '[]', 'null']) {
      const body = `{"model":"m","messages":${messages}}`;
      assert.equal(await leavesAs(body), body, messages);
    }
  });
});

void describe('the role of a developer', () => {
  void it('is the system’s where the provider knows no other', async () => {
    const developer = { role: 'developer', content: 'D' };
    assert.deepEqual(await sent({}, [developer, user('"developer"')]), [
      { role: 'system', content: 'D' },
      user('"developer"'),
    ]);
    assert.deepEqual(await sent({ type: 'openai' }, [developer, user('a')]), [developer, user('a')]);
  });
});

async function fileServer(t: TestContext, statuses: readonly number[]) {
  let requestCount = 0;
  const server = createServer((_, response) => {
    response.writeHead(statuses[Math.min(requestCount++, statuses.length - 1)] ?? 200).end('CONTEXT');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    context: { fileUrl: `http://127.0.0.1:${address.port}/context.txt` },
    requestCount: () => requestCount,
  };
}

void describe('a context file', () => {
  const file = { role: 'system', content: 'CONTEXT' };

  void it('stands behind the instructions that come first, else in front', async (t) => {
    const { context } = await fileServer(t, [200]);
    assert.deepEqual(await sent({ context }, [system, system, user('a'), system]), [
      system,
      system,
      file,
      user('a'),
      system,
    ]);
    assert.deepEqual(await sent({ context }, [user('a')]), [file, user('a')]);
  });

  void it('that cannot be fetched is an error of the request, and is fetched again with the next', async (t) => {
    const { context, requestCount } = await fileServer(t, [500, 404, 200]);
    const gateway = await gatewayFor(t, { provider: { context } });
    for (const status of [500, 404]) {
      const { status: answered, text } = await ask(gateway.url);
      assert.equal(answered, 502);
      assert.match(text, new RegExp(`its server answered ${status}`));
    }
    assert.equal((await ask(gateway.url)).status, 200);
    assert.equal(requestCount(), 3);
    assert.equal(gateway.sim.requests.length, 1);
    assert.match(gateway.sim.requests[0]?.body ?? '', /^\{.*"CONTEXT"/);
  });

  void it('is fetched once for concurrent requests', async (t) => {
    const { context, requestCount } = await fileServer(t, [200]);
    const gateway = await gatewayFor(t, { provider: { context } });
    const all = await Promise.all(Array.from({ length: 8 }, () => ask(gateway.url)));
    assert.ok(all.every(({ status }) => status === 200));
    await ask(gateway.url);
    assert.equal(requestCount(), 1);
  });

  void it('that cannot be reached is reported without its address', async (t) => {
    const gateway = await gatewayFor(t, { provider: { context: { fileUrl: 'http://127.0.0.1:1/secret' } } });
    const { status, text } = await ask(gateway.url);
    assert.equal(status, 502);
    assert.ok(!text.includes('secret'), text);
  });

  void it('reaches providers that speak otherwise, and is no conversation by itself', async (t) => {
    const { context } = await fileServer(t, [200]);
    const body = { model: 'claude-opus-4-5', messages: [user('a')] };
    const left = await tryOutgoing({ type: 'claude', context }, { path: '/v1/chat/completions', body });
    assert.ok(typeof left === 'object');
    assert.match(left.body, /"system":.*CONTEXT/);
    const options = { context, contextCleanupCommands: ['/new'] };
    assert.equal(await sent(options, [user('/new')]), 'nothing_left');
  });
});

void describe('a conversation of which nothing is left', () => {
  void it('is refused with 400 in the client’s dialect, and reaches nobody', async (t) => {
    const gateway = await gatewayFor(t, { provider: { contextCleanupCommands: ['/new'] } });
    const { status, text } = await ask(gateway.url, { body: chat('/new') });
    assert.equal(status, 400);
    assert.match(text, /"code":"nothing_left"/);
    assert.equal(gateway.sim.requests.length, 0);
  });
});

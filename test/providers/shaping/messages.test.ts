import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { leaving } from '../leaving.ts';

/** The body that leaves for a chat with these messages. */
async function sent(provider: object, messages: readonly object[]): Promise<unknown> {
  const left = await leaving(
    { type: 'groq', ...provider },
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
  void it('drops the last command and what stands before it, but for what the system says', async () => {
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
  void it('leaves calls of tools and their answers alone', async () => {
    const messages = [
      assistant('a', { tool_calls: [{ id: 'x' }] }),
      assistant('b'),
      { role: 'tool', tool_call_id: 'x', content: '1' },
      { role: 'tool', tool_call_id: 'y', content: '2' },
    ];
    assert.deepEqual(await sent(options, messages), messages);
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
  let asked = 0;
  const server = createServer((_, response) => {
    response.writeHead(statuses[Math.min(asked++, statuses.length - 1)] ?? 200).end('CONTEXT');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { context: { fileUrl: `http://127.0.0.1:${address.port}/context.txt` }, asked: () => asked };
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

  void it('that is not to be had is an error of the request', async (t) => {
    const { context } = await fileServer(t, [500]);
    assert.equal(await sent({ context }, [user('a')]), 'context_unavailable');
  });
});

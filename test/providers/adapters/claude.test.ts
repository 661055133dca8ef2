import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIRST_KEY, outgoing } from '../outgoing.ts';

const HOST = 'https://api.anthropic.com';
const body = { model: 'claude-sonnet-4-5', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] };
const anthropic = { 'anthropic-version': '2023-01-01' };
const BETAS = 'oauth-2025-04-20,interleaved-thinking-2025-05-14,claude-code-20250219';
const IDENTITY = "You are Claude Code, Anthropic's official CLI for Claude.";

function instructions(text: string): object {
  return { system: [{ type: 'text', text, cache_control: { type: 'ephemeral' } }] };
}

void describe('claude', () => {
  void it('has its key in a header of its own, and a version beside it', async () => {
    const own = await outgoing({ type: 'claude' }, { path: '/v1/messages', body, headers: anthropic });
    assert.equal(own.url, `${HOST}/v1/messages`);
    assert.equal(own.headers['x-api-key'], FIRST_KEY);
    assert.equal(own.headers['anthropic-version'], '2023-01-01');
    assert.ok(!('authorization' in own.headers));
    assert.deepEqual(JSON.parse(own.body), body);
    const counted = await outgoing({ type: 'claude' }, { path: '/v1/messages/count_tokens', body });
    assert.equal(counted.url, `${HOST}/v1/messages/count_tokens`);
    const translated = await outgoing({ type: 'claude' }, { path: '/v1/chat/completions', body });
    assert.equal(translated.url, `${HOST}/v1/messages`);
    assert.equal(translated.headers['anthropic-version'], '2023-06-01');
  });

  void it('is sent chats at the path that `capabilities` gives them, in its own dialect', async () => {
    const options = { type: 'claude', capabilities: { 'openai/v1/chatcompletions': '/other/messages?a=1' } };
    const chat = await outgoing(options, { path: '/v1/chat/completions', body });
    assert.equal(chat.url, `${HOST}/other/messages?a=1`);
    assert.deepEqual(JSON.parse(chat.body), {
      ...body,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
    assert.ok(chat.translator);
    const own = await outgoing(options, { path: '/v1/messages', body });
    assert.equal(own.url, `${HOST}/v1/messages`);
  });

  for (const option of ['apiVersion', 'claudeVersion'])
    void it(`sets the version that ${option} names`, async () => {
      const options = { type: 'claude', [option]: '2024-01-01' };
      const { headers } = await outgoing(options, { path: '/v1/messages', body, headers: anthropic });
      assert.equal(headers['anthropic-version'], '2024-01-01');
    });

  void it('looks as Claude Code does where keys are its tokens', async () => {
    const options = { type: 'claude', claudeCodeMode: true };
    const own = await outgoing(options, { path: '/v1/messages?beta=true', body, headers: anthropic });
    assert.equal(own.url, `${HOST}/v1/messages?beta=true`);
    assert.equal(own.headers['authorization'], `Bearer ${FIRST_KEY}`);
    assert.ok(!('x-api-key' in own.headers));
    assert.equal(own.headers['user-agent'], 'claude-cli/2.1.2 (external, cli)');
    assert.equal(own.headers['x-app'], 'cli');
    assert.equal(own.headers['anthropic-beta'], BETAS);
    assert.deepEqual(JSON.parse(own.body), body, 'native requests keep their instructions, or none');
    const other = await outgoing(options, { path: '/v1/messages?a=1', body, headers: anthropic });
    assert.equal(other.url, `${HOST}/v1/messages?a=1&beta=true`);
  });

  void it('keeps the betas that a client asks for beside those of Claude Code', async () => {
    const headers = { ...anthropic, 'anthropic-beta': 'context-1m-2025-08-07, oauth-2025-04-20' };
    const options = { type: 'claude', claudeCodeMode: true };
    const own = await outgoing(options, { path: '/v1/messages', body, headers });
    assert.equal(own.headers['anthropic-beta'], `${BETAS},context-1m-2025-08-07`);
  });

  void it('gives translated requests the instructions that its tokens need', async () => {
    const options = { type: 'claude', claudeCodeMode: true };
    const bare = await outgoing(options, { path: '/v1/chat/completions', body: { ...body, stream: true } });
    assert.equal(bare.url, `${HOST}/v1/messages?beta=true`);
    assert.deepEqual(JSON.parse(bare.body), {
      ...body,
      ...instructions(IDENTITY),
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      stream: true,
    });
    const instructed = await outgoing(options, {
      path: '/v1beta/models/claude-sonnet-4-5:generateContent',
      body: {
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
        generationConfig: { maxOutputTokens: 5 },
      },
    });
    assert.deepEqual(JSON.parse(instructed.body), {
      ...body,
      ...instructions('Be brief.'),
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
  });
});

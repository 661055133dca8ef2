import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { ConfigParts } from '../../support/gateway.ts';
import { outgoing } from '../../providers/outgoing.ts';

const LINE = 'x-anthropic-billing-header: cc_version=2.1.37.0d9; cc_entrypoint=cli; cch=fa690;';
const USER = JSON.stringify({ device_id: 'd', account_uuid: 'a', session_id: 's' });
const HASH = createHash('sha256').update(USER).digest('hex');

const MESSAGES = [{ role: 'user', content: LINE }];
const RULES = { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } };

async function message(parts: ConfigParts, model: string, system: unknown): Promise<Record<string, unknown>> {
  const body = { model, max_tokens: 9, system, messages: MESSAGES, metadata: { user_id: USER } };
  const { body: written } = await outgoing(parts, { path: '/v1/messages', body });
  const value: unknown = JSON.parse(written);
  assert.ok(typeof value === 'object' && value !== null);
  return { ...value };
}

void describe('what a client writes for its vendor', () => {
  void it('reaches Anthropic as it is', async () => {
    const body = await message({ type: 'claude' }, 'claude-sonnet-4-5', [
      { type: 'text', text: LINE },
      RULES,
    ]);
    assert.deepEqual(body['system'], [{ type: 'text', text: LINE }, RULES]);
    assert.deepEqual(body['metadata'], { user_id: USER });
  });

  void it('reaches nobody else who speaks Anthropic’s dialect', async () => {
    const deepseek: ConfigParts = { type: 'deepseek' };
    for (const [system, expected] of [
      [[{ type: 'text', text: LINE }, RULES], [RULES]],
      [[{ type: 'text', text: `${LINE}\n\nBe brief.` }], [{ type: 'text', text: 'Be brief.' }]],
      [[{ type: 'text', text: LINE }], undefined],
      [`${LINE}\nBe brief.`, 'Be brief.'],
      [LINE, undefined],
      [`See: ${LINE}`, `See: ${LINE}`],
    ] as const) {
      const body = await message(deepseek, 'deepseek-chat', system);
      assert.deepEqual(body['system'], expected);
      assert.deepEqual(body['messages'], MESSAGES);
      assert.deepEqual(body['metadata'], { user_id: HASH });
    }
  });

  void it('reaches nobody whom it is translated for, and leaves the same instructions in each request', async () => {
    const bodies = await Promise.all(
      ['fa690', '00000'].map(async (cch) => {
        const line = { type: 'text', text: LINE.replace('fa690', cch) };
        return message({ type: 'openai' }, 'gpt-5', [line, RULES]);
      }),
    );
    assert.deepEqual(bodies[0], bodies[1]);
    assert.deepEqual(bodies[0]?.['messages'], [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: LINE },
    ]);
    assert.equal(bodies[0]?.['user'], HASH);
  });

  void it('is sent to OpenAI alone where Codex wrote it', async () => {
    const body = { model: 'm', input: 'a', client_metadata: { 'x-codex-installation-id': 'i' } };
    const to = async (type: string): Promise<string> =>
      (await outgoing({ type }, { path: '/v1/responses', body })).body;
    assert.deepEqual(JSON.parse(await to('openai')), body);
    for (const type of ['groq', 'openrouter', 'grok'])
      assert.deepEqual(JSON.parse(await to(type)), { model: 'm', input: 'a' });
  });
});

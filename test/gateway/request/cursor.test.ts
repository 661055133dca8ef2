import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestGateway } from '../../support/gateway.ts';

/** As Cursor posts it: a request for a response, to where chats are. */
const body = {
  model: 'gpt-5',
  input: [
    { role: 'system', content: 'S' },
    { role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
  ],
  tools: [{ type: 'function', name: 'read', parameters: { type: 'object', properties: {} } }],
  reasoning: { effort: 'medium', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  store: false,
  stream: true,
};

void test('a request for a response that is posted as a chat is answered as a chat', async (t) => {
  const gateway = await startTestGateway();
  t.after(() => gateway.close());
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
  const said = await response.text();
  assert.match(said, /^data: \{"id":"chatcmpl-/);
  assert.match(said, /"delta":\{"content":"/);
  assert.match(said, /data: \[DONE\]\n\n$/);
  const [request] = gateway.requests();
  assert.equal(request?.status, 200);
});

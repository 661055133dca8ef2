import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { asObject, objectsOf, parseObject } from '../../src/base/json.ts';
import { NO_QUIRKS } from '../../src/translate/codec.ts';
import { responseTranslatorFor, translateRequest, translateResponse } from '../../src/translate/job.ts';
import type { TranslatedRequest } from '../../src/translate/job.ts';
import type { TranslationSpec } from '../../src/translate/translation-method.ts';
import { CollectingSink } from './translated.ts';

/* A provider knows a tool by another name than the client, who gets its own again. */

const LONG = 'mcp__plugin_compound_engineering_context7__resolve_library_identifier';

const SPEC: TranslationSpec = {
  operation: 'messages.create',
  clientDialect: 'anthropic-messages',
  providerDialect: 'openai-chat',
  model: 'gpt-4.1',
  quirks: NO_QUIRKS,
  stream: false,
};

const BODY = {
  model: 'gpt-4.1',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'a' }],
  tools: [LONG, '天気', '天氣'].map((name) => ({ name, input_schema: { type: 'object' } })),
};

async function translated(spec: TranslationSpec): Promise<TranslatedRequest> {
  const request = await translateRequest({ spec, body: Buffer.from(JSON.stringify(BODY)), isLarge: false });
  assert.equal(request.kind, 'translated-request');
  // As it comes from another thread.
  return structuredClone(request);
}

function namesIn({ body }: TranslatedRequest): string[] {
  return objectsOf(parseObject(Buffer.from(body).toString())?.['tools']).map((tool) => {
    const name = asObject(tool['function'])?.['name'];
    assert.ok(typeof name === 'string');
    return name;
  });
}

function contextOf({ clientToolNames, echo }: TranslatedRequest) {
  const context = { id: 'r1', model: 'm', acceptedAt: 0, body: echo, query: '' };
  return { ...context, ...(clientToolNames !== undefined && { clientToolNames }) };
}

void suite('names of tools on their way back', () => {
  void test('are the client’s in a whole answer', async () => {
    const request = await translated(SPEC);
    const names = namesIn(request);
    assert.equal(new Set(names).size, 3);
    const calls = names.map((name, at) => ({
      id: `c${at}`,
      type: 'function',
      function: { name, arguments: '{}' },
    }));
    const message = { role: 'assistant', content: null, tool_calls: calls };
    const answer = { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] };
    const { parseOptions } = request;
    const body = await translateResponse({
      spec: SPEC,
      parseOptions,
      context: contextOf(request),
      headers: {},
      body: Buffer.from(JSON.stringify(answer)),
    });
    assert.deepEqual(
      objectsOf(parseObject(Buffer.from(body).toString())?.['content']).map(({ name }) => name),
      [LONG, '天気', '天氣'],
    );
  });

  void test('are the client’s in a stream', async () => {
    const spec = { ...SPEC, stream: true };
    const request = await translated(spec);
    const [name] = namesIn(request);
    const call = { index: 0, id: 'c1', type: 'function', function: { name, arguments: '{}' } };
    const translator = responseTranslatorFor({
      spec,
      parseOptions: request.parseOptions,
      context: contextOf(request),
      dropped: [],
      signal: new AbortController().signal,
    });
    const client = new CollectingSink();
    const stream = translator.translateStream({ 'content-type': 'text/event-stream' }, client);
    for (const choice of [
      { index: 0, delta: { tool_calls: [call] }, finish_reason: null },
      { index: 0, delta: {}, finish_reason: 'tool_calls' },
    ])
      stream.write(Buffer.from(`data: ${JSON.stringify({ choices: [choice] })}\n\n`));
    stream.write(Buffer.from('data: [DONE]\n\n'));
    assert.ok(await stream.end());
    assert.ok(client.text.includes(`"name":"${LONG}"`), client.text);
  });
});

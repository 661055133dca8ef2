import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tryOutgoing, outgoing } from '../outgoing.ts';
import {
  chunksOf,
  plainFrames,
  translatedAtEveryCut,
  translatedStream,
  translatedWhole,
} from './translated.ts';

const path = '/v1/chat/completions';
const chat = { model: 'hunyuan-lite', messages: [{ role: 'user', content: 'Hi' }] };
const options = {
  type: 'hunyuan',
  apiTokens: [],
  hunyuanAuthId: 'AKID0000000000000001',
  hunyuanAuthKey: 'secret-0000000000001',
};
const Usage = { PromptTokens: 2, CompletionTokens: 3, TotalTokens: 5 };
const usage = { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5 };

async function translatorOf(more: object = {}) {
  return (await outgoing(options, { path, body: { ...chat, ...more } })).translator;
}

/** A frame of a stream. */
function frame(delta: object, reason = ''): object {
  return { Id: 'h-1', Created: 1, Choices: [{ Delta: delta, FinishReason: reason }], Usage };
}

void describe('Hunyuan, where requests are signed', () => {
  void it('answers with a completion, and with what it thought', async () => {
    const answerMessage = { Role: 'assistant', Content: 'Hello', ReasoningContent: 'hm' };
    const answer = {
      Response: { Id: 'h-1', Choices: [{ FinishReason: 'stop', Message: answerMessage }], Usage },
    };
    assert.deepEqual(await translatedWhole(await translatorOf(), JSON.stringify(answer)), {
      id: 'h-1',
      object: 'chat.completion',
      created: 1795478400,
      model: 'hunyuan-lite',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', reasoning_content: 'hm' },
          finish_reason: 'stop',
        },
      ],
      usage,
    });
  });

  void it('streams, wherever its frames are cut', async () => {
    const stream = plainFrames(
      frame({ Role: 'assistant', Content: '', ReasoningContent: 'hm' }),
      frame({ Content: 'Gü' }),
      frame({ Content: 'te 你' }),
      frame({ Content: '' }, 'stop'),
    );
    const more = { stream: true, stream_options: { include_usage: true } };
    const { text, isWhole } = await translatedAtEveryCut(() => translatorOf(more), stream);
    assert.ok(isWhole);
    const words = [...text.matchAll(/"content":"([^"]*)"/g)].map(([, word]) => word).join('');
    assert.equal(words, 'Güte 你');
    assert.match(text, /"reasoning_content":"hm"/);
    const chunks = chunksOf(text);
    assert.equal(chunks.at(-1), '[DONE]');
    assert.match(JSON.stringify(chunks.at(-2)), /"choices":\[\],"usage":\{"prompt_tokens":2,/);
    assert.match(JSON.stringify(chunks.at(-3)), /"delta":\{\},"finish_reason":"stop"/);
  });

  void it('does not pass off as whole what has no end, or an error in it', async () => {
    const start = plainFrames(frame({ Content: 'Hel' }));
    const error = plainFrames({ Response: { Error: { Code: 'InternalError', Message: 'x' } } });
    for (const stream of [start, start + error]) {
      const output = await translatedStream(await translatorOf({ stream: true }), stream);
      assert.equal(output.isWhole, false);
      assert.doesNotMatch(output.text, /\[DONE\]/);
    }
    await assert.rejects(translatedWhole(await translatorOf(), '{"Response":{}}'), {
      name: 'TranslationError',
    });
  });

  void it('gets the mapped model, a stream, and instructions in its own role', async () => {
    const messages = [{ role: 'developer', content: 'Be brief.' }, ...chat.messages];
    const body = { model: 'gpt-4o', messages, stream: true, top_p: 0.5, seed: 7 };
    const sent = await outgoing({ ...options, modelMapping: { '*': 'hunyuan-pro' } }, { path, body });
    assert.deepEqual(JSON.parse(sent.body), {
      Model: 'hunyuan-pro',
      Messages: [
        { Role: 'system', Content: 'Be brief.' },
        { Role: 'user', Content: 'Hi' },
      ],
      Stream: true,
      TopP: 0.5,
    });
    assert.equal(sent.headers['accept'], 'text/event-stream');
    assert.deepEqual(sent.translator?.dropped, ['seed']);
  });

  void it('gets no request for what it cannot answer', async () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    assert.equal(await tryOutgoing(options, { path, body: { ...chat, tools } }), 'not_expressible');
    const embeddings = { path: '/v1/embeddings', body: { model: 'hunyuan-embedding', input: 'x' } };
    assert.equal(await tryOutgoing(options, embeddings), 'operation_not_offered');
  });
});

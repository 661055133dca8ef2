import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { operationNamed } from '../../../src/dialects/operations/table.ts';
import { watchAnswer } from '../../../src/dialects/watch/watch-answer.ts';
import type { ResponseWatch } from '../../../src/upstream/response-watch.ts';

interface Seen {
  readonly output: boolean;
  readonly complete: boolean;
  readonly error: boolean;
}

/** What is seen of an answer, after each piece and after its end. */
function watch(name: string, pieces: readonly string[], type = 'text/event-stream'): Seen[] {
  const watched = watchAnswer(operationNamed(name), true, type, '');
  const seen = pieces.map((piece) => {
    watched.read(Buffer.from(piece));
    return seenOf(watched);
  });
  watched.end();
  return [...seen, seenOf(watched)];
}

function seenOf({ hasOutput, isComplete, error }: ResponseWatch): Seen {
  return { output: hasOutput, complete: isComplete, error: error !== undefined };
}

/** The end of a workflow of Dify. */
function run(status: string): string {
  return `data: {"event":"workflow_finished","data":{"status":"${status}"}}\n\n`;
}

/** A frame of DashScope's. */
function frame(content: string, reason: string): string {
  const choice = { message: { content }, finish_reason: reason };
  return `id:1\nevent:result\ndata:${JSON.stringify({ output: { choices: [choice] } })}\n\n`;
}

/** A frame of Hunyuan's. */
function chunk(delta: object, reason = ''): string {
  return `data: ${JSON.stringify({ Id: 'h', Choices: [{ Delta: delta, FinishReason: reason }] })}\n\n`;
}

const nothing = { output: false, complete: false, error: false };
const begun = { output: true, complete: false, error: false };
const ended = { output: true, complete: true, error: false };
const failed = { output: false, complete: true, error: true };

void describe('streams of providers with an API of their own', () => {
  void it('of Coze begin with a delta that is not empty, and end with the chat', () => {
    const pieces = [
      'event: conversation.chat.created\ndata: {"id":"1"}\n\n',
      'event: conversation.message.delta\ndata: {"content":""}\n\n',
      'event: conversation.message.delta\ndata: {"content":"a"}\n\n',
      'event: conversation.chat.completed\ndata: {"id":"1"}\n\n',
      'event: done\ndata: "[DONE]"\n\n',
    ];
    assert.deepEqual(watch('coze.chat', pieces), [nothing, nothing, begun, ended, ended, ended]);
    const error = 'event: conversation.chat.failed\ndata: {"last_error":{"code":4011,"msg":"no"}}\n\n';
    assert.deepEqual(watch('coze.chat', [error]).at(-1), failed);
  });

  void it('of Hunyuan begin with content or reasoning, and end with a finish reason; errors are whole events', () => {
    const pieces = [
      chunk({ Role: 'assistant', Content: '' }),
      chunk({ Content: 'a' }),
      chunk({ Content: '' }, 'stop'),
    ];
    assert.deepEqual(watch('hunyuan.chat', pieces), [nothing, begun, ended, ended]);
    assert.deepEqual(watch('hunyuan.chat', [chunk({ ReasoningContent: 'hm' })])[0], begun);
    const error = 'data: {"ErrorMsg":{"Msg":"busy","Code":4001}}\n\n';
    assert.deepEqual(watch('hunyuan.chat', [error]).at(-1), { output: false, complete: false, error: true });
    assert.deepEqual(watch('hunyuan.chat', ['data: {"ErrorMsg":null}\n\n'])[0], nothing);
    const refusal =
      '{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound","Message":"no"},"RequestId":"r"}}';
    assert.deepEqual(watch('hunyuan.chat', [refusal], 'application/json').at(-1), {
      output: false,
      complete: true,
      error: true,
    });
  });

  void it('of Dify begin with an answer, whatever runs before it, and end with the message or the run', () => {
    const pieces = [
      'event: ping\n\n',
      'data: {"event":"workflow_started"}\n\n',
      'data: {"event":"message","answer":"a"}\n\n',
      'data: {"event":"message_end"}\n\n',
    ];
    assert.deepEqual(watch('dify.chat_messages', pieces), [nothing, nothing, begun, ended, ended]);
    assert.deepEqual(watch('dify.workflows.run', [run('succeeded')]).at(-1), ended);
    assert.deepEqual(watch('dify.workflows.run', [run('failed')]).at(-1), failed);
    const node = 'data: {"event":"node_finished","data":{"status":"exception","error":"no such page"}}\n\n';
    assert.deepEqual(
      watch('dify.chat_messages', [node, ...pieces]).at(-1),
      ended,
      'a run goes on without a node',
    );
    const partly =
      'data: {"event":"workflow_finished","data":{"status":"partial-succeeded","error":"x"}}\n\n';
    assert.deepEqual(watch('dify.workflows.run', [node, partly]).at(-1), ended);
    const error = 'data: {"event":"error","status":400,"code":"provider_quota_exceeded","message":"no"}\n\n';
    assert.deepEqual(watch('dify.chat_messages', [error]).at(-1), failed);
  });

  void it('of Triton end as their connection does, unless nothing came or an error', () => {
    const piece = 'data: {"text_output":"a"}\n\n';
    assert.deepEqual(watch('triton.generate', [piece]), [begun, ended]);
    assert.deepEqual(watch('triton.generate', ['data: {"text_output":""}\n\n']).at(-1), nothing);
    const { error } = watch('triton.generate', [piece, 'data: {"error":"no"}\n\n']).at(-1) ?? nothing;
    assert.ok(error);
  });

  void it('of DashScope end with a reason that is not the word null', () => {
    const pieces = [frame('', 'null'), frame('a', 'null'), frame('', 'stop')];
    assert.deepEqual(watch('qwen.text_generation', pieces), [nothing, begun, ended, ended]);
    const app = ['data:{"output":{"text":"a","finish_reason":"null"}}\n\n'];
    assert.deepEqual(watch('qwen.app', app).at(-1), begun);
    const error = 'event:error\ndata:{"code":"InvalidApiKey","message":"no"}\n\n';
    assert.ok(watch('qwen.app', [error]).at(-1)?.error);
  });
});

void describe('bodies of providers with an API of their own', () => {
  const json = 'application/json';

  void it('may be errors by a code inside them', () => {
    for (const [name, body] of [
      ['coze.chat', '{"code":4100,"msg":"authentication is invalid"}'],
      ['dify.workflows.run', '{"data":{"status":"failed","error":"no"}}'],
      ['triton.generate', '{"model_name":"m","error":"no"}'],
    ] as const)
      assert.deepEqual(watch(name, [body], json).at(-1), failed, name);
  });

  void it('are none where they are no JSON', () => {
    assert.deepEqual(watch('dify.chat_messages', ['no json'], json).at(-1), {
      output: false,
      complete: false,
      error: false,
    });
  });

  void it('are answers otherwise, though they have a code', () => {
    for (const [name, body] of [
      ['coze.chat', '{"code":0,"msg":"","data":{"id":"1"}}'],
      ['deepl.translate', '{"translations":[]}'],
      ['dify.workflows.run', '{"data":{"status":"succeeded"}}'],
      ['dify.workflows.run', '{"data":{"status":"partial-succeeded","error":"x"}}'],
    ] as const)
      assert.deepEqual(watch(name, [body], json).at(-1), ended, name);
  });
});

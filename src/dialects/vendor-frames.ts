import { asObject, isError, isReal, parseObject } from './frame-judge.ts';
import type { FrameJudge, Sight } from './frame-judge.ts';
import { judgeMediaFrame } from './media-frames.ts';

/** The streams and bodies of providers with an API of their own, by the beginnings of their operations' names. */

type Json = Readonly<Record<string, unknown>>;

/** How the frames of such a provider's streams are judged. */
export function vendorJudgeOf(operation: string): FrameJudge {
  const judge = JUDGES[operation.slice(0, operation.indexOf('.'))];
  if (judge === undefined) return judgeMediaFrame;
  return (name, bytes, start, end) => {
    const frame = parseObject(bytes.toString('utf8', start, end));
    // What cannot be read, such as `[DONE]`, says nothing; where it should have, the end will be missing.
    if (frame === undefined) return name === 'done' ? 'marker' : 'aside';
    // What is wrapped in it, such as a node of a run that goes on without it, may have failed: that is for the judge.
    return isError(frame) ? 'error' : judge(name, frame);
  };
}

/** Whether its streams have no end but that of the connection. */
export function endsByClosing(operation: string): boolean {
  return operation.startsWith('triton.');
}

const JUDGES: Readonly<Record<string, (name: string, frame: Json) => Sight>> = {
  coze: judgeCoze,
  dify: (_, frame) => judgeDify(frame),
  hunyuan: (_, frame) => judgeHunyuan(frame),
  qwen: judgeQwen,
  triton: (_, frame) => (isReal(frame['text_output']) ? 'output' : 'preamble'),
};

function judgeCoze(name: string, frame: Json): Sight {
  switch (name) {
    case 'conversation.message.delta':
      return isReal(frame['content']) || isReal(frame['reasoning_content']) ? 'output' : 'preamble';
    case 'conversation.chat.completed':
    case 'done':
    case 'Done':
      return 'end';
    case 'conversation.chat.failed':
    case 'error':
    case 'Error':
      return 'failed';
    case 'Message':
      return 'output';
    default:
      return 'preamble';
  }
}

function judgeDify(frame: Json): Sight {
  switch (frame['event']) {
    case 'message':
    case 'agent_message':
      return isReal(frame['answer']) ? 'output' : 'preamble';
    case 'text_chunk':
      return isReal(asObject(frame['data'])?.['text']) ? 'output' : 'preamble';
    case 'message_end':
      return 'end';
    case 'workflow_finished':
      return asObject(frame['data'])?.['status'] === 'failed' ? 'failed' : 'end';
    case 'error':
      return 'failed';
    default:
      return 'preamble';
  }
}

/** cloud.tencent.com/document/api/1729/105701: what goes wrong in a stream stands in `ErrorMsg`. */
function judgeHunyuan(frame: Json): Sight {
  if (isReal(frame['ErrorMsg']) || isReal(asObject(frame['Response'])?.['Error'])) return 'error';
  const choices: unknown = frame['Choices'];
  const choice = Array.isArray(choices) ? asObject(choices[0]) : undefined;
  if (isReal(choice?.['FinishReason'])) return 'end';
  const delta = asObject(choice?.['Delta']);
  const says = [delta?.['Content'], delta?.['ReasoningContent'], delta?.['ToolCalls']];
  return says.some(isReal) ? 'output' : 'preamble';
}

/** help.aliyun.com/zh/model-studio: DashScope's own API, and its applications'. */
function judgeQwen(name: string, frame: Json): Sight {
  if (name === 'error' || (isReal(frame['code']) && isReal(frame['message']))) return 'error';
  const output = asObject(frame['output']);
  const choices: unknown = output?.['choices'];
  const choice = Array.isArray(choices) ? asObject(choices[0]) : undefined;
  const reason = choice?.['finish_reason'] ?? output?.['finish_reason'];
  if (isReal(reason) && reason !== 'null') return 'end';
  const message = asObject(choice?.['message']);
  const says = [
    output?.['text'],
    message?.['content'],
    message?.['reasoning_content'],
    message?.['tool_calls'],
  ];
  return says.some(isReal) ? 'output' : 'preamble';
}

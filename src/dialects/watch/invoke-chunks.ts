import { asObject, isPresent, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { classifyAnthropicFrame } from './anthropic-frames.ts';
import { isErrorObject } from './error-bodies.ts';
import type { FrameKind } from './frame-kind.ts';
import { classifyChatFrame } from './openai-frames.ts';
import type { UsageNotes } from './usage-notes.ts';

/**
 * The event of a model in an event of InvokeModelWithResponseStream, whose payload has it in base64; undefined where the payload
 * is not whole. docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html
 */
export function chunkOf(bytes: Buffer, start: number, end: number): Buffer | undefined {
  const encoded = parseObject(bytes.toString('utf8', start, end))?.['bytes'];
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : undefined;
}

/** The last event of every model has it: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html. */
const METRICS = 'amazon-bedrock-invocationMetrics';

/**
 * Classifies the events of models in their own formats: Anthropic's, Nova's, those of chats, and those with a text and a
 * reason to stop. docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
 */
export class InvokeChunks {
  /** There is no event that an end must have: a connection that is closed in order is one. */
  endsByClosing = true;

  classify(data: Buffer, hasOutput: boolean, usage: UsageNotes): FrameKind {
    const chunk = parseObject(data.toString());
    if (chunk === undefined) return 'ignored';
    const kind = this.#kindOf(chunk, data, hasOutput, usage);
    // Nova's own has the counts of caches too.
    usage.tell(asObject(asObject(chunk['metadata'])?.['usage']) ?? asObject(chunk[METRICS]));
    if (chunk[METRICS] === undefined || kind === 'error' || kind === 'end' || kind === 'end-marker')
      return kind;
    return kind === 'output' || kind === 'empty' ? 'end' : 'empty-end';
  }

  #kindOf(chunk: Json, data: Buffer, hasOutput: boolean, usage: UsageNotes): FrameKind {
    if (typeof chunk['type'] === 'string') {
      this.endsByClosing = false;
      return classifyAnthropicFrame('', data, 0, data.length, hasOutput, usage);
    }
    if (isErrorObject(chunk)) return 'error';
    if (NOVA_EVENTS.some((name) => chunk[name] !== undefined)) {
      this.endsByClosing = false;
      return classifyNova(chunk);
    }
    if (Array.isArray(chunk['choices'])) return classifyChatFrame('', data, 0, data.length, hasOutput, usage);
    return showsText(chunk) ? 'output' : 'preamble';
  }
}

const NOVA_EVENTS = [
  'messageStart',
  'contentBlockStart',
  'contentBlockDelta',
  'contentBlockStop',
  'messageStop',
  'metadata',
];

/** docs.aws.amazon.com/nova/latest/userguide/invoke: the events of ConverseStream, each as a member. */
function classifyNova(chunk: Json): FrameKind {
  if (chunk['messageStop'] !== undefined) return 'end-marker';
  const start = asObject(asObject(chunk['contentBlockStart'])?.['start']);
  const delta = asObject(asObject(chunk['contentBlockDelta'])?.['delta']);
  return [...Object.values(start ?? {}), ...Object.values(delta ?? {})].some(isPresent)
    ? 'output'
    : 'preamble';
}

/** Llama's `generation`, Titan's `outputText`, Cohere's `text`, Mistral's `outputs`. */
function showsText(chunk: Json): boolean {
  const outputs: unknown = chunk['outputs'];
  const first = Array.isArray(outputs) ? asObject(outputs[0]) : undefined;
  return [chunk['generation'], chunk['outputText'], chunk['text'], first?.['text']].some(isPresent);
}

import { parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { membersOf, spaceEnd, valueEnd } from '../../dialects/scan/json-walk.ts';

/** What a request that leaves says of what clients ask for, whatever its dialect. Absent: it says nothing. */
export interface SentRequest {
  readonly maxOutputTokens?: unknown;
  readonly temperature?: unknown;
  readonly topP?: unknown;
  readonly topK?: unknown;
  readonly seed?: unknown;
  readonly presencePenalty?: unknown;
  readonly frequencyPenalty?: unknown;
  readonly stopSequences?: unknown;
  readonly user?: unknown;
  /** Whether the model is told to think, or not to. */
  readonly thinking?: 'on' | 'off' | undefined;
  /** Whether calls in parallel are spoken of. */
  readonly parallelTools: boolean;
  /** Whether the model has to call a tool. */
  readonly forcesTool: boolean;
  /** Whether tools can be called where the client wants none to be. Absent: where it says so, none is. */
  readonly cannotForbidTools?: boolean;
}

/** Members of bodies that may be large, and say nothing of options. */
const LARGE: ReadonlySet<string> = new Set(['contents', 'messages', 'system', 'systemInstruction', 'tools']);

/** The body of a request as it leaves, without its conversation and its tools. */
export function withoutConversation(body: Buffer): Json {
  const members = Array.from(membersOf(body, spaceEnd(body, 0)), ({ key, start }) =>
    LARGE.has(key) ? '' : `"${key}":${body.toString('utf8', start, Math.max(start, valueEnd(body, start)))}`,
  );
  return parseObject(`{${members.filter((member) => member !== '').join(',')}}`) ?? {};
}

/** Whether an effort, a switch or a budget tells a model to think; undefined where there is none. */
export function saysThinking(value: unknown): 'on' | 'off' | undefined {
  if (value === undefined || value === null) return undefined;
  return value === 'none' || value === 'disabled' || value === false || value === 0 ? 'off' : 'on';
}

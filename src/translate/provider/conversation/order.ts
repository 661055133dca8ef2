import type { AssistantPart, Message, OfRole, Prompt, ToolResult, UserPart } from '../prompt.ts';
import { joinedRun, runsOf } from './message-runs.ts';

/** For the model, in place of a result that the client did not keep, or that never came. */
const NO_RESULT = 'No result was given: the call was interrupted.';

type ToolCall = Extract<AssistantPart, { readonly type: 'tool-call' }>;

interface OpenCall {
  readonly call: ToolCall;
  /** The place of its message. */
  readonly at: number;
  result?: ToolResult;
}

/**
 * A conversation in which the results of all calls of a message stand directly behind it, as one message, in the order of
 * the calls, whatever stood between; that comes behind them. A call without a result gets one that says so. A result without
 * a call, and all but the first of one call, become text of the user's at their place, since no family takes them; the same
 * result once more is left out.
 */
export function withResultsBehindCalls(prompt: Prompt): Prompt {
  const messages = withWholeTurns(prompt);
  const { callsAt, orphans } = pair(messages);
  return messages.flatMap((message, at): Message[] => {
    switch (message.role) {
      case 'assistant': {
        const calls = callsAt.get(at) ?? [];
        return calls.length === 0 ? [message] : [message, { role: 'tool', content: calls.map(resultOf) }];
      }
      case 'tool': {
        const parts = (orphans.get(at) ?? []).flatMap(userPartsOf);
        return parts.length === 0 ? [] : [{ role: 'user', content: parts }];
      }
      case 'system':
      case 'user':
        return [message];
    }
  });
}

/** What the assistant says behind calls of its own, before there is a result, belongs to the same message. */
function withWholeTurns(prompt: Prompt): Prompt {
  return runsOf(prompt).flatMap((run) => {
    const first = run.findIndex((message) => message.role === 'assistant' && hasCalls(message));
    return first < 0 ? run : [...run.slice(0, first), ...joinedRun(run.slice(first))];
  });
}

function hasCalls({ content }: OfRole<'assistant'>): boolean {
  return content.some(isOwnCall);
}

/** A call that the client answers. */
function isOwnCall(part: AssistantPart): part is ToolCall {
  return part.type === 'tool-call' && part.providerExecuted !== true;
}

interface Pairs {
  /** By the places of their messages. */
  readonly callsAt: ReadonlyMap<number, readonly OpenCall[]>;
  /** Results that belong to no call, by the places of their messages. */
  readonly orphans: ReadonlyMap<number, readonly ToolResult[]>;
}

/**
 * Ids come again, in clients that count them anew in each turn: a result belongs to the last message before it that waits for
 * one of its id, and there to the first such call. Where none waits, it belongs to the first such call behind it.
 */
function pair(messages: Prompt): Pairs {
  const callsAt = new Map<number, OpenCall[]>();
  const waiting = new WaitingCalls();
  const unmatched: { readonly part: ToolResult; readonly at: number }[] = [];
  for (const [at, message] of messages.entries()) {
    if (message.role === 'assistant') {
      const calls = message.content.filter(isOwnCall).map((call): OpenCall => ({ call, at }));
      callsAt.set(at, calls);
      waiting.add(calls);
    } else if (message.role === 'tool') {
      for (const part of message.content) {
        if (part.type !== 'tool-result') continue;
        if (!waiting.answerLast(part)) unmatched.push({ part, at });
      }
    }
  }
  const orphans = new Map<number, ToolResult[]>();
  for (const { part, at } of unmatched) {
    if (waiting.answerBehind(part, at) || waiting.isRepeated(part)) continue;
    const others = orphans.get(at);
    if (others === undefined) orphans.set(at, [part]);
    else others.push(part);
  }
  return { callsAt, orphans };
}

class WaitingCalls {
  /** Those of one message stand together, last messages last. */
  readonly #byId = new Map<string, OpenCall[][]>();
  /** The last results that were given, by the ids of their calls. */
  readonly #given = new Map<string, ToolResult>();

  add(calls: readonly OpenCall[]): void {
    const byId = Map.groupBy(calls, ({ call }) => call.toolCallId);
    for (const [id, group] of byId) {
      const groups = this.#byId.get(id);
      // The first of them is taken first.
      if (groups === undefined) this.#byId.set(id, [group.toReversed()]);
      else groups.push(group.toReversed());
    }
  }

  answerLast(part: ToolResult): boolean {
    return this.#answer(part, -1);
  }

  answerBehind(part: ToolResult, at: number): boolean {
    const groups = this.#byId.get(part.toolCallId) ?? [];
    const behind = groups.findIndex((group) => group.some((open) => open.at > at));
    return behind >= 0 && this.#answer(part, behind);
  }

  isRepeated({ toolCallId, output }: ToolResult): boolean {
    const given = this.#given.get(toolCallId);
    return given !== undefined && JSON.stringify(given.output) === JSON.stringify(output);
  }

  #answer(part: ToolResult, which: number): boolean {
    const groups = this.#byId.get(part.toolCallId) ?? [];
    const open = groups.at(which)?.pop();
    if (open === undefined) return false;
    open.result = part;
    this.#given.set(part.toolCallId, part);
    if (groups.at(which)?.length === 0) groups.splice(which, 1);
    return true;
  }
}

/** Where a client's dialect does not name the tool with its result, the call does. */
function resultOf({ call, result }: OpenCall): ToolResult {
  const { toolCallId, toolName } = call;
  if (result !== undefined) return { ...result, toolName };
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'error-text', value: NO_RESULT } };
}

function userPartsOf({ toolName, output, providerOptions }: ToolResult): UserPart[] {
  const named = toolName === '' || toolName === 'unknown' ? 'a tool' : toolName;
  const parts: UserPart[] = [{ type: 'text', text: `A result of ${named}:` }, ...outputParts(output)];
  const last = parts.pop();
  if (last !== undefined) parts.push({ ...last, ...(providerOptions !== undefined && { providerOptions }) });
  return parts;
}

function outputParts(output: ToolResult['output']): UserPart[] {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value.trim() === '' ? [] : [{ type: 'text', text: output.value }];
    case 'json':
    case 'error-json':
      return [{ type: 'text', text: JSON.stringify(output.value) }];
    case 'execution-denied':
      return [{ type: 'text', text: output.reason ?? 'The call was denied.' }];
    case 'content':
      return output.value.flatMap((part): UserPart[] => {
        if (part.type === 'text') return [{ type: 'text', text: part.text }];
        return part.type === 'file' ? [part] : [];
      });
  }
}

import type { JSONObject } from '@ai-sdk/provider';
import type { AssistantPart, Message, Prompt } from './prompt.ts';

/** What Claude signed: a thought, or one that it shows nobody. */
interface ClaudeState {
  readonly signature?: string;
  readonly redacted?: string;
}

/**
 * What a Claude model signed of a part, under the names of Anthropic's API or of Bedrock's: a signature is the same at both
 * (docs.claude.com/en/docs/build-with-claude/extended-thinking). Undefined where nothing is signed.
 */
export function claudeStateOf(options: AssistantPart['providerOptions']): ClaudeState | undefined {
  const { anthropic, amazonBedrock } = options ?? {};
  const signature = anthropic?.['signature'] ?? amazonBedrock?.['signature'];
  if (isText(signature)) return { signature };
  const redacted = anthropic?.['redactedData'] ?? amazonBedrock?.['redactedContent'];
  return isText(redacted) ? { redacted } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** A conversation for a Claude model: with the thinking that it signed, and no other, which it would refuse. */
export function withSignedThinking(prompt: Prompt): Prompt {
  return withReasoning(prompt, (part) => {
    const state = claudeStateOf(part.providerOptions);
    return state === undefined ? [] : [{ ...part, providerOptions: optionsFor(state) }];
  });
}

/** A conversation for a model that takes no earlier thinking. */
export function withoutThinking(prompt: Prompt): Prompt {
  return withReasoning(prompt, () => []);
}

type ReasoningPart = Extract<AssistantPart, { readonly type: 'reasoning' }>;

/** A message of which nothing is left goes. */
function withReasoning(prompt: Prompt, change: (part: ReasoningPart) => ReasoningPart[]): Prompt {
  return prompt.flatMap((message): Message[] => {
    if (message.role !== 'assistant') return [message];
    const content = message.content.flatMap((part): AssistantPart[] =>
      part.type === 'reasoning' ? change(part) : [part],
    );
    return content.length === 0 ? [] : [{ ...message, content }];
  });
}

function optionsFor({ signature, redacted }: ClaudeState): Record<string, JSONObject> {
  if (signature !== undefined) return { anthropic: { signature }, amazonBedrock: { signature } };
  return redacted === undefined
    ? {}
    : { anthropic: { redactedData: redacted }, amazonBedrock: { redactedContent: redacted } };
}

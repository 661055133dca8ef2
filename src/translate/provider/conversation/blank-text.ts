import type { AssistantPart, Message, OfRole, Prompt, ToolResult, UserPart } from '../prompt.ts';
import { cacheMarkOf, withCacheMark } from './cache-marks.ts';
import type { ConversationRules } from './conversation-rules.ts';

type Output = ToolResult['output'];
type ResultPart = OfRole<'tool'>['content'][number];

/** The result of a tool that gave none, for those that refuse a blank one. */
const NO_OUTPUT = '(no output)';
/** The text of a result that is files alone, for those that want one. */
const FILES_ALONE = 'The result is shown here.';

/**
 * A conversation without text of white space alone, which Anthropic and Bedrock refuse, Gemini in part, and which says
 * nothing to others. A message of which nothing is left is left out. A mark for the cache goes to what stands before it.
 */
export function withoutBlankText(prompt: Prompt, rules: ConversationRules): Prompt {
  const messages: Message[] = [];
  for (const message of prompt) {
    const kept = keptOf(message, rules);
    if (kept !== undefined) {
      messages.push(kept);
      continue;
    }
    const before = messages.pop();
    if (before !== undefined) messages.push(withCacheMark(before, lastMarkOf(message)));
  }
  return messages;
}

function keptOf(message: Message, rules: ConversationRules): Message | undefined {
  switch (message.role) {
    case 'system':
      return isBlank(message.content) ? undefined : message;
    case 'user': {
      const content = keptParts<UserPart>(
        message.content,
        (part) => part.type === 'text' && isBlank(part.text),
      );
      return content.length === 0 ? undefined : { ...message, content };
    }
    case 'assistant': {
      const content = keptParts<AssistantPart>(message.content, (part) => saysNothing(part, rules));
      return content.length === 0 ? undefined : { ...message, content };
    }
    case 'tool':
      return { ...message, content: message.content.map((part) => resultPart(part, rules)) };
  }
}

function saysNothing(part: AssistantPart, { signaturesOf, unsignedThinking }: ConversationRules): boolean {
  switch (part.type) {
    case 'text':
      // Gemini signs the end of its text with a part that has none.
      return isBlank(part.text) && !(signaturesOf === 'google' && isSigned(part, signaturesOf));
    case 'reasoning':
      // Opaque thinking has no text.
      if (signaturesOf !== undefined && isSigned(part, signaturesOf)) return false;
      return !unsignedThinking || isBlank(part.text);
    case 'file':
    case 'reasoning-file':
    case 'custom':
    case 'tool-call':
    case 'tool-result':
      return false;
  }
}

const SIGNATURES: Readonly<Record<NonNullable<ConversationRules['signaturesOf']>, readonly string[]>> = {
  anthropic: ['signature', 'redactedData'],
  amazonBedrock: ['signature', 'redactedContent', 'redactedData'],
  google: ['thoughtSignature'],
};

function isSigned(
  { providerOptions }: AssistantPart,
  name: NonNullable<ConversationRules['signaturesOf']>,
): boolean {
  return SIGNATURES[name].some((field) => {
    const value = providerOptions?.[name]?.[field];
    return value !== undefined && value !== null;
  });
}

/** The parts that say something; marks of others go to the part before them, or to the next. */
function keptParts<Part extends UserPart | AssistantPart>(
  parts: readonly Part[],
  isLeftOut: (part: Part) => boolean,
): Part[] {
  const kept: Part[] = [];
  let mark: ReturnType<typeof cacheMarkOf>;
  for (const part of parts) {
    if (!isLeftOut(part)) {
      kept.push(withCacheMark(part, mark));
      mark = undefined;
      continue;
    }
    const own = cacheMarkOf(part);
    // Anthropic takes no mark on thinking.
    const before = kept.findLastIndex(({ type }) => type !== 'reasoning');
    const target = kept[before];
    if (target === undefined) mark ??= own;
    else kept[before] = withCacheMark(target, own);
  }
  return kept;
}

/** The last mark in a message. */
function lastMarkOf(message: Message): ReturnType<typeof cacheMarkOf> {
  const own = cacheMarkOf(message);
  if (own !== undefined || message.role === 'system') return own;
  return cacheMarkOf(message.content.findLast((part) => cacheMarkOf(part) !== undefined) ?? {});
}

function resultPart(part: ResultPart, rules: ConversationRules): ResultPart {
  return part.type === 'tool-result' ? { ...part, output: outputFor(part.output, rules) } : part;
}

function outputFor(output: Output, rules: ConversationRules): Output {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return isBlank(output.value) && !rules.blankResults ? { ...output, value: NO_OUTPUT } : output;
    case 'content':
      return contentFor(output, rules);
    case 'json':
    case 'error-json':
    case 'execution-denied':
      return output;
  }
}

function contentFor(output: Extract<Output, { readonly type: 'content' }>, rules: ConversationRules): Output {
  const value = output.value.filter((part) => part.type !== 'text' || !isBlank(part.text));
  if (value.length === 0) return outputFor({ type: 'text', value: '' }, rules);
  if (!rules.resultsOfOneText) return { ...output, value };
  const texts = value.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const text = texts.length === 0 ? FILES_ALONE : texts.join('\n');
  return { ...output, value: [{ type: 'text', text }, ...value.filter(({ type }) => type !== 'text')] };
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

import type { AssistantPart, Message, OfRole, Prompt, ToolResult, UserPart } from './prompt.ts';

type Output = ToolResult['output'];

/**
 * A conversation as chat completions have it: results of tools are text, and their files go into a message of the user's
 * behind the last result.
 * @param resendsReasoning - whether the provider wants the model's reasoning of earlier turns
 */
export function toChatMessages(prompt: Prompt, resendsReasoning: boolean): Prompt {
  const messages: Message[] = [];
  let shown: UserPart[] = [];
  const show = (): void => {
    if (shown.length > 0) messages.push({ role: 'user', content: shown });
    shown = [];
  };
  for (const message of prompt) {
    if (message.role === 'tool') {
      messages.push(toolMessage(message));
      shown.push(...message.content.flatMap((part) => (part.type === 'tool-result' ? filesOf(part) : [])));
      continue;
    }
    show();
    if (message.role !== 'assistant') messages.push(message);
    else messages.push(...assistantMessage(message, resendsReasoning));
  }
  show();
  return messages;
}

function toolMessage(message: OfRole<'tool'>): Message {
  const content = message.content.map((part) =>
    part.type === 'tool-result' ? { ...part, output: asText(part.output) } : part,
  );
  return { ...message, content };
}

function assistantMessage(message: OfRole<'assistant'>, resendsReasoning: boolean): Message[] {
  const content = message.content.flatMap((part) => assistantPart(part, resendsReasoning));
  return content.length === 0 ? [] : [{ ...message, content }];
}

/** Without another family's signatures, which the package would write beside the calls. */
function assistantPart(part: AssistantPart, resendsReasoning: boolean): AssistantPart[] {
  switch (part.type) {
    case 'reasoning':
      return resendsReasoning && part.text !== '' ? [{ type: 'reasoning', text: part.text }] : [];
    case 'tool-call': {
      const { toolCallId, toolName, input } = part;
      return [{ type: 'tool-call', toolCallId, toolName, input: isBlank(input) ? '{}' : input }];
    }
    case 'text':
      return [part];
    case 'file':
    case 'reasoning-file':
    case 'tool-result':
    case 'custom':
      return [];
  }
}

function isBlank(input: unknown): boolean {
  return typeof input === 'string' && input.trim() === '';
}

function asText(output: Output): Output {
  if (output.type !== 'content') return output;
  const texts = output.value.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const files = output.value.filter((part) => part.type === 'file').length;
  if (files > 0) texts.push(files === 1 ? 'A file is shown below.' : `${files} files are shown below.`);
  return { type: 'text', value: texts.join('\n') };
}

function filesOf({ output, toolCallId }: ToolResult): UserPart[] {
  if (output.type !== 'content') return [];
  const files = output.value.flatMap((part) => (part.type === 'file' ? [part] : []));
  if (files.length === 0) return [];
  return [{ type: 'text', text: `From the result of ${toolCallId}:` }, ...files];
}

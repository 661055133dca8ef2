import type { ClientToolNames, GenerateResult, StreamPart } from './codec.ts';

/** A whole response whose calls have the names that the client gave its tools. */
export function withClientNames(result: GenerateResult, names: ClientToolNames | undefined): GenerateResult {
  if (!hasNames(names)) return result;
  const content = result.content.map((part) =>
    part.type === 'tool-call' ? { ...part, toolName: nameOf(part.toolName, names) } : part,
  );
  return { ...result, content };
}

/** The same of a part of a stream. */
export function withClientName(part: StreamPart, names: ClientToolNames | undefined): StreamPart {
  if (!hasNames(names) || (part.type !== 'tool-call' && part.type !== 'tool-input-start')) return part;
  return { ...part, toolName: nameOf(part.toolName, names) };
}

function hasNames(names: ClientToolNames | undefined): names is ClientToolNames {
  return names !== undefined && Object.keys(names).length > 0;
}

function nameOf(toolName: string, names: ClientToolNames): string {
  return (Object.hasOwn(names, toolName) ? names[toolName] : undefined) ?? toolName;
}

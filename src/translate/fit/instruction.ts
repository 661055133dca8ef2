import type { CallOptions } from '../codec.ts';

/** With one more instruction, behind those that the conversation begins with. */
export function withInstruction(options: CallOptions, content: string): CallOptions {
  const { prompt } = options;
  const first = prompt.findIndex(({ role }) => role !== 'system');
  const at = first < 0 ? prompt.length : first;
  return { ...options, prompt: [...prompt.slice(0, at), { role: 'system', content }, ...prompt.slice(at)] };
}

import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { CallOptions } from '../../codec.ts';

/** A message or a part of one. */
interface Marked {
  readonly providerOptions?: SharedV4ProviderOptions;
}

/** Where the packages keep a client's mark that all up to here is to be cached. */
const MARKS = [
  ['anthropic', 'cacheControl'],
  ['amazonBedrock', 'cachePoint'],
] as const;

/** Only the mark for the cache of a message or part; undefined where it has none. */
export function cacheMarkOf({ providerOptions }: Marked): SharedV4ProviderOptions | undefined {
  const marks = MARKS.flatMap(([name, field]) => {
    const value = providerOptions?.[name]?.[field];
    return value === undefined ? [] : [[name, { [field]: value }] as const];
  });
  return marks.length === 0 ? undefined : Object.fromEntries(marks);
}

function hasMark(of: Marked): boolean {
  return cacheMarkOf(of) !== undefined;
}

/** Whether anything of a request is marked for the cache. */
export function isMarked({ prompt, tools = [] }: CallOptions): boolean {
  return (
    tools.some((tool) => tool.type === 'function' && hasMark(tool)) ||
    prompt.some((message) => hasMark(message) || (message.role !== 'system' && message.content.some(hasMark)))
  );
}

/** With a mark for the cache, beside all else that it has. */
export function withCacheMark<Of extends Marked>(of: Of, mark: SharedV4ProviderOptions | undefined): Of {
  if (mark === undefined) return of;
  const { providerOptions = {} } = of;
  const merged: SharedV4ProviderOptions = { ...providerOptions };
  for (const [name, fields] of Object.entries(mark)) merged[name] = { ...fields, ...providerOptions[name] };
  return { ...of, providerOptions: merged };
}

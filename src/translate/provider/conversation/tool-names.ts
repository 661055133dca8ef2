import type { WordForm } from '../../../catalog/models/conversation-capabilities.ts';
import type { CallOptions, ClientToolNames } from '../../codec.ts';
import type { Message, Prompt } from '../prompt.ts';
import { hasForm, hashOf, plainWord } from './word-forms.ts';

/** Characters of the hash at the end of a name that was changed. */
const HASH_LENGTH = 8;

/** Options whose tools have names that the provider takes, and the client's names of those that have another. */
export interface NamedTools {
  readonly options: CallOptions;
  readonly clientToolNames: ClientToolNames;
}

/**
 * Names that the provider takes, for all tools: those declared, the one that is forced, and those of earlier calls. A name that
 * fits stays. Of another the beginning stays, and a hash stands behind it: so different names stay different, and a name is the
 * same in each turn.
 */
export function withToolNames(options: CallOptions, form: WordForm): NamedTools {
  const names = new ProviderNames(namesIn(options), form, reservedIn(options));
  const { tools, toolChoice } = options;
  return {
    options: {
      ...options,
      prompt: options.prompt.map((message) => renamed(message, names)),
      ...(tools !== undefined && { tools: tools.map((tool) => ({ ...tool, name: names.of(tool.name) })) }),
      ...(toolChoice?.type === 'tool' && {
        toolChoice: { type: 'tool', toolName: names.of(toolChoice.toolName) },
      }),
    },
    clientToolNames: names.clientNames(),
  };
}

/** What packages call the tool that they declare in place of a schema of the answer. */
const OF_THE_PACKAGES = 'json';

function reservedIn({ responseFormat }: CallOptions): string | undefined {
  return responseFormat?.type === 'json' && responseFormat.schema !== undefined ? OF_THE_PACKAGES : undefined;
}

function namesIn({ tools = [], toolChoice, prompt }: CallOptions): string[] {
  const forced = toolChoice?.type === 'tool' ? [toolChoice.toolName] : [];
  return [...tools.map(({ name }) => name), ...forced, ...namesCalled(prompt)];
}

function namesCalled(prompt: Prompt): string[] {
  const names: string[] = [];
  for (const { role, content } of prompt) {
    if (role !== 'assistant' && role !== 'tool') continue;
    for (const part of content) {
      if (part.type === 'tool-call' || part.type === 'tool-result') names.push(part.toolName);
    }
  }
  return names;
}

function renamed(message: Message, names: ProviderNames): Message {
  switch (message.role) {
    case 'assistant': {
      const content = message.content.map((part) =>
        part.type === 'tool-call' || part.type === 'tool-result'
          ? { ...part, toolName: names.of(part.toolName) }
          : part,
      );
      return { ...message, content };
    }
    case 'tool': {
      const content = message.content.map((part) =>
        part.type === 'tool-result' ? { ...part, toolName: names.of(part.toolName) } : part,
      );
      return { ...message, content };
    }
    case 'system':
    case 'user':
      return message;
  }
}

class ProviderNames {
  readonly #byClientName = new Map<string, string>();

  /** @param reserved - a name that no tool may have */
  constructor(clientNames: readonly string[], form: WordForm, reserved: string | undefined) {
    const fits = (name: string): boolean => name !== reserved && isPlain(name, form);
    const taken = new Set(clientNames.filter(fits));
    for (const name of clientNames) {
      if (this.#byClientName.has(name)) continue;
      const own = fits(name) ? name : changedName(name, form, taken);
      taken.add(own);
      this.#byClientName.set(name, own);
    }
  }

  of(clientName: string): string {
    return this.#byClientName.get(clientName) ?? clientName;
  }

  clientNames(): ClientToolNames {
    return Object.fromEntries(
      [...this.#byClientName].filter(([client, own]) => client !== own).map(([client, own]) => [own, client]),
    );
  }
}

/** Packages look names up in plain objects, which have some names from the beginning, such as `constructor`. */
function isPlain(name: string, form: WordForm): boolean {
  return hasForm(name, form) && !(name in {});
}

function changedName(name: string, form: WordForm, taken: ReadonlySet<string>): string {
  // No name begins with a sign: Gemini wants a letter, or this one.
  const plain = plainWord(name).replace(/^[^a-zA-Z_]/u, '_$&');
  const beginning = plain.slice(0, form.maxLength - HASH_LENGTH - 1);
  // Two names have one hash of eight characters once in 10^14 times: the loop ends at once.
  for (let again = 0; ; again += 1) {
    const changed = `${beginning === '' ? 'tool' : beginning}_${hashOf(`${name}\n${again}`, HASH_LENGTH)}`;
    if (!taken.has(changed)) return changed;
  }
}

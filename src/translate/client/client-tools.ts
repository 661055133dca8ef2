import { createHash } from 'node:crypto';
import type { ClientTool, ResponseContext } from '../codec.ts';
import type { Tool } from './fields.ts';

/** What every family of providers takes as a tool's name. Characters. */
const MAX_NAME_LENGTH = 64;
const HASH_LENGTH = 8;

/** What identifies a tool for its client. */
export type ToolIdentity = Omit<ClientTool, 'functionName'>;

/** Makes the tool of the SDK that stands for a client's, under a name that no other of the request has. */
export type MakeTool = (functionName: string) => Tool;

/**
 * The tools of one request, by what they are for the client. A tool that is declared again, as a conversation may, takes the
 * place of what it was before.
 */
export class ToolBook {
  readonly #entries = new Map<string, { readonly known: ClientTool; readonly tool: Tool }>();
  /** The identities of tools by the names of their functions. */
  readonly #taken = new Map<string, string>();
  readonly #flatten: (identity: ToolIdentity) => string;

  /** @param flatten - the name that a tool has where there is no other of that name */
  constructor(flatten: (identity: ToolIdentity) => string) {
    this.#flatten = flatten;
  }

  add(identity: ToolIdentity, make: MakeTool): void {
    const key = keyOf(identity);
    const functionName = this.#entries.get(key)?.known.functionName ?? this.#freeName(identity, key);
    this.#taken.set(functionName, key);
    this.#entries.set(key, { known: { ...identity, functionName }, tool: make(functionName) });
  }

  has(identity: ToolIdentity): boolean {
    return this.#entries.has(keyOf(identity));
  }

  /** The name of a tool's function, whether it is declared or was only once. */
  functionNameOf(identity: ToolIdentity): string {
    return this.#entries.get(keyOf(identity))?.known.functionName ?? this.#flatten(identity);
  }

  get tools(): Tool[] {
    return [...this.#entries.values()].map(({ tool }) => tool);
  }

  /** Those that are more than functions of their own names. */
  get clientTools(): ClientTool[] {
    return [...this.#entries.values()].flatMap(({ known }) =>
      known.kind === 'function' && known.name === known.functionName && known.namespace === undefined
        ? []
        : [known],
    );
  }

  #freeName(identity: ToolIdentity, key: string): string {
    const name = this.#flatten(identity);
    return this.#taken.has(name) ? hashedName(name, key) : name;
  }
}

function keyOf({ kind, name, namespace }: ToolIdentity): string {
  return JSON.stringify([kind, namespace ?? null, name]);
}

/** A name of which every family takes the length: the end of a longer one is hashed. */
export function shortName(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : hashedName(name, name);
}

function hashedName(name: string, hashed: string): string {
  const hash = createHash('sha256').update(hashed).digest('hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, MAX_NAME_LENGTH - 1 - HASH_LENGTH)}_${hash}`;
}

/** Looks the client's tools up by the names of their functions; one that is not known is a function of that name. */
export function clientToolsOf({ clientTools = [] }: ResponseContext): (functionName: string) => ClientTool {
  const known = new Map(clientTools.map((tool) => [tool.functionName, tool]));
  return (functionName) => known.get(functionName) ?? { functionName, kind: 'function', name: functionName };
}

import type { RouteTarget } from '../routing/route.ts';

/** Models whose window is kept; more than configurations have. */
const MAX_MODELS = 1_000;

/** Numbers outside of these bounds are no context window. Tokens. */
const LEAST_TOKENS = 256;
const MOST_TOKENS = 1_000_000_000;

const NUMBER = String.raw`(\d[\d,_]{2,14})`;

/**
 * How errors name the context window: wordings of OpenAI, vLLM, OpenRouter, xAI, Mistral, Anthropic, Gemini and Cohere.
 */
const WINDOWS: readonly RegExp[] = [
  String.raw`\bmaximum (?:context|prompt|input|sequence) (?:length|size|window)(?: is| of)?:? ${NUMBER}`,
  String.raw`\bcontext (?:length|size|window|limit)(?: is| of)?:? (?:only )?${NUMBER}`,
  String.raw`${NUMBER} maximum context`,
  String.raw`tokens > ${NUMBER} maximum`,
  String.raw`\bmaximum number of (?:input )?tokens allowed \(?${NUMBER}`,
  String.raw`\btokens in the prompt cannot exceed ${NUMBER}`,
].map((source) => new RegExp(source, 'iu'));

/** The context window that an error names, in tokens; undefined where it names none. */
export function contextWindowIn(message: string): number | undefined {
  for (const pattern of WINDOWS) {
    const named = Number(pattern.exec(message)?.[1]?.replaceAll(/[,_]/gu, ''));
    if (named >= LEAST_TOKENS && named <= MOST_TOKENS) return named;
  }
  return undefined;
}

/** Context windows of models, as learned by this process from errors. */
export class ContextWindows {
  readonly #tokens = new Map<string, number>();

  /** Learns the window that an error names, if any. */
  learn(target: RouteTarget, message: string): void {
    const tokens = contextWindowIn(message);
    if (tokens === undefined) return;
    const name = nameOf(target);
    this.#tokens.delete(name);
    this.#tokens.set(name, tokens);
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined && this.#tokens.size > MAX_MODELS) this.#tokens.delete(oldest);
  }

  /** The window of a target: as configured, else as learned. Tokens; undefined where unknown. */
  of(target: RouteTarget): number | undefined {
    return target.contextWindow ?? this.#tokens.get(nameOf(target));
  }
}

function nameOf({ provider, model = '' }: RouteTarget): string {
  return `${provider.id}\n${model}`;
}

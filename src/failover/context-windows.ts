import type { RouteTarget } from '../routing/route.ts';

/** Models of which an error has told how much they take: more than any configuration names. */
const MAX_MODELS = 1_000;

/** No model takes less, or more, so that a number which is none of a window is not taken for one. Tokens. */
const LEAST_TOKENS = 256;
const MOST_TOKENS = 1_000_000_000;

const NUMBER = String.raw`(\d[\d,_]{2,14})`;

/**
 * How an error names the window that a request is too large for: OpenAI's, vLLM's and OpenRouter's words, xAI's,
 * Mistral's, Anthropic's, Gemini's, Cohere's.
 */
const WINDOWS: readonly RegExp[] = [
  String.raw`\bmaximum (?:context|prompt|input|sequence) (?:length|size|window)(?: is| of)?:? ${NUMBER}`,
  String.raw`\bcontext (?:length|size|window|limit)(?: is| of)?:? (?:only )?${NUMBER}`,
  String.raw`${NUMBER} maximum context`,
  String.raw`tokens > ${NUMBER} maximum`,
  String.raw`\bmaximum number of (?:input )?tokens allowed \(?${NUMBER}`,
  String.raw`\btokens in the prompt cannot exceed ${NUMBER}`,
].map((source) => new RegExp(source, 'iu'));

/** The window that an error names, in tokens; undefined where it names none. */
export function contextWindowIn(message: string): number | undefined {
  for (const pattern of WINDOWS) {
    const named = Number(pattern.exec(message)?.[1]?.replaceAll(/[,_]/gu, ''));
    if (named >= LEAST_TOKENS && named <= MOST_TOKENS) return named;
  }
  return undefined;
}

/** How many tokens models take, as their own refusals have told this process. */
export class ContextWindows {
  readonly #tokens = new Map<string, number>();

  /** Takes over what a refusal names. */
  learn(target: RouteTarget, message: string): void {
    const tokens = contextWindowIn(message);
    if (tokens === undefined) return;
    const name = nameOf(target);
    this.#tokens.delete(name);
    this.#tokens.set(name, tokens);
    const [oldest] = this.#tokens.keys();
    if (oldest !== undefined && this.#tokens.size > MAX_MODELS) this.#tokens.delete(oldest);
  }

  /** What a target takes: what the configuration says, else what it has told. In tokens; undefined where nobody knows. */
  of(target: RouteTarget): number | undefined {
    return target.contextWindow ?? this.#tokens.get(nameOf(target));
  }
}

function nameOf({ provider, model = '' }: RouteTarget): string {
  return `${provider.id}\n${model}`;
}

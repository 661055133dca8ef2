import type { ConfigParts } from '../../../support/gateway.ts';

/** One family of providers behind the gateway. */
export interface Backend {
  readonly name: 'openai' | 'anthropic' | 'gemini' | 'bedrock';
  /** What its models' names begin with. */
  readonly model: string;
  /** Its options, but for id, keys and failover. */
  readonly provider: (origin: string) => ConfigParts;
  /** The words in which the simulator, in the family's own dialect, says that a request is too long. */
  readonly tooLong: RegExp;
  /** Whether it signs its thinking, and wants that back. */
  readonly signs: boolean;
}

/** All providers that each SDK is tried with. */
export const BACKENDS: readonly Backend[] = [
  {
    name: 'openai',
    model: 'gpt-5',
    provider: (origin) => ({ type: 'openai', baseUrl: `${origin}/v1` }),
    tooLong: /exceeds the context window/u,
    signs: false,
  },
  {
    name: 'anthropic',
    model: 'claude-haiku-4-5',
    provider: (origin) => ({ type: 'claude', baseUrl: `${origin}/v1` }),
    tooLong: /prompt is too long/u,
    signs: true,
  },
  {
    name: 'gemini',
    // From this generation on it wants its signatures back.
    model: 'gemini-3-flash',
    provider: (origin) => ({ type: 'gemini', baseUrl: `${origin}/v1beta` }),
    tooLong: /input token count/u,
    signs: true,
  },
  {
    name: 'bedrock',
    model: 'eu.anthropic.claude-haiku-4-5',
    provider: (origin) => ({ type: 'bedrock', baseUrl: origin }),
    tooLong: /Input is too long/u,
    signs: true,
  },
];

/** What the keys do to a model of this name's ending. */
export type Scenario = 'well' | 'in-bytes' | 'refused' | 'breaking' | 'cut' | 'dead-key';

/** The name of a family's model with which a scenario is asked for. */
export function modelOf(backend: Backend, scenario: Scenario): string {
  return `${backend.model}--${scenario}`;
}

/** The key that answers. */
export function goodKey({ name }: Backend): string {
  return `sk-${name}-good-0123456789`;
}

/** The key that is revoked. */
export function deadKey({ name }: Backend): string {
  return `sk-${name}-dead-0123456789`;
}

import type { ConfigParts } from '../../support/gateway.ts';

/** A family of providers that an assistant is run against. */
export interface Back {
  readonly name: 'openai' | 'anthropic' | 'gemini' | 'bedrock';
  /** What the gateway asks it for, where the assistant asked for a model of another family. */
  readonly model: string;
  readonly provider: (origin: string) => ConfigParts;
}

export const BACKS: readonly Back[] = [
  {
    name: 'openai',
    model: 'gpt-5',
    provider: (origin) => ({ type: 'openai', baseUrl: `${origin}/v1` }),
  },
  {
    name: 'anthropic',
    model: 'claude-sonnet-4-5',
    provider: (origin) => ({ type: 'claude', baseUrl: `${origin}/v1` }),
  },
  {
    name: 'gemini',
    model: 'gemini-3-pro-preview',
    provider: (origin) => ({ type: 'gemini', baseUrl: `${origin}/v1beta` }),
  },
  {
    name: 'bedrock',
    model: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    provider: (origin) => ({ type: 'bedrock', baseUrl: origin }),
  },
];

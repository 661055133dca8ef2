import { chinaTypes } from './rows/china.ts';
import { ownTypes } from './rows/own.ts';
import { bearer } from './row.ts';
import type { ProviderType } from './row.ts';
import { worldTypes } from './rows/world.ts';

export type { Credential, ProviderType } from './row.ts';

/** Those that others are measured by, and those with a file of their own. */
const rows: readonly ProviderType[] = [
  {
    type: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    env: 'OPENAI_API_KEY',
    healthCheckModel: 'gpt-5-nano',
    listNeedsKey: true,
    credential: bearer,
    keyless: true,
  },
  {
    type: 'openai-compatible',
    credential: bearer,
    keyless: true,
    notes: 'Anything that speaks as OpenAI does. Every operation is passed on: only it knows what it has.',
  },
  {
    type: 'claude',
    baseUrl: 'https://api.anthropic.com/v1',
    env: 'ANTHROPIC_API_KEY',
    healthCheckModel: 'claude-haiku-4-5',
    listNeedsKey: true,
    credential: { kind: 'header', name: 'x-api-key' },
    speaks: 'anthropic',
  },
  {
    type: 'gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    env: 'GEMINI_API_KEY',
    healthCheckModel: 'gemini-2.5-flash-lite',
    listNeedsKey: true,
    credential: { kind: 'header', name: 'x-goog-api-key' },
    speaks: 'gemini',
  },
];

/** Every type, those that most configurations have first: the first one of the environment is the active one. */
const all = [
  ...rows,
  ...[...worldTypes, ...chinaTypes, ...ownTypes].toSorted((one, other) => (one.type < other.type ? -1 : 1)),
];

/** Every provider type this version can speak to, by its name in the configuration. */
export const providerTypes: ReadonlyMap<string, ProviderType> = new Map(all.map((row) => [row.type, row]));

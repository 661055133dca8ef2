import type { ConfigParts } from '../../../support/gateway.ts';

/** A provider before the strict stand-in. */
export interface VendorBack {
  readonly id: string;
  /** Its options, but for id and keys. */
  readonly provider: (origin: string) => ConfigParts;
}

/** One provider of each family and of each vendor whose rules differ. Its id is what models' names begin with. */
export const VENDOR_BACKS: readonly VendorBack[] = [
  { id: 'oai', provider: (origin) => ({ type: 'openai', baseUrl: `${origin}/v1` }) },
  { id: 'ant', provider: (origin) => ({ type: 'claude', baseUrl: `${origin}/v1` }) },
  { id: 'gem', provider: (origin) => ({ type: 'gemini', baseUrl: `${origin}/v1beta` }) },
  { id: 'bed', provider: (origin) => ({ type: 'bedrock', baseUrl: origin }) },
  { id: 'mistral', provider: (origin) => ({ type: 'mistral', baseUrl: `${origin}/mistral/v1` }) },
  { id: 'groq', provider: (origin) => ({ type: 'groq', baseUrl: `${origin}/groq/v1` }) },
  { id: 'github', provider: (origin) => ({ type: 'github-models', baseUrl: `${origin}/github-models/v1` }) },
  { id: 'deepseek', provider: (origin) => ({ type: 'deepseek', baseUrl: `${origin}/deepseek/v1` }) },
  { id: 'xai', provider: (origin) => ({ type: 'grok', baseUrl: `${origin}/grok/v1` }) },
];

/* Models whose rules differ, as `provider/model`. */
export const GPT_4 = 'oai/gpt-4.1';
export const GPT_5 = 'oai/gpt-5';
export const O3 = 'oai/o3';
export const SONNET = 'ant/claude-sonnet-4-5';
/** Takes neither temperature nor a budget for thinking. */
export const OPUS = 'ant/claude-opus-4-7';
/** Does not think. */
export const OLD_HAIKU = 'ant/claude-3-haiku-20240307';
export const FLASH = 'gem/gemini-2.5-flash';
/** Does not think. */
export const OLD_FLASH = 'gem/gemini-2.0-flash';
/** Wants its signatures back. */
export const GEMINI_3 = 'gem/gemini-3-pro-preview';
export const BEDROCK = 'bed/anthropic.claude-sonnet-4-5-v1:0';
export const NOVA = 'bed/amazon.nova-pro-v1:0';
export const MISTRAL = 'mistral/mistral-large-latest';
export const MAGISTRAL = 'mistral/magistral-medium-latest';
export const LLAMA = 'groq/llama-3.3-70b-versatile';
export const GPT_OSS = 'groq/openai/gpt-oss-120b';
export const GITHUB = 'github/openai/gpt-4.1';
export const GITHUB_5 = 'github/openai/gpt-5';
export const DEEPSEEK = 'deepseek/deepseek-chat';
export const GROK = 'xai/grok-4';

/* Those that a dialect is translated for. */
export const NOT_CHAT = [SONNET, OPUS, FLASH, GEMINI_3, BEDROCK, NOVA];
export const NOT_RESPONSES = [...NOT_CHAT, MISTRAL, GITHUB, DEEPSEEK];
export const NOT_MESSAGES = [
  GPT_4,
  GPT_5,
  FLASH,
  GEMINI_3,
  BEDROCK,
  NOVA,
  MISTRAL,
  LLAMA,
  GPT_OSS,
  GITHUB,
  GITHUB_5,
  GROK,
];
export const NOT_GEMINI = [
  GPT_4,
  GPT_5,
  SONNET,
  OPUS,
  BEDROCK,
  NOVA,
  MISTRAL,
  LLAMA,
  GPT_OSS,
  GITHUB,
  GITHUB_5,
  DEEPSEEK,
  GROK,
];

import type { Operation } from '../behaviour.ts';
import { COMPATIBLE_VENDORS, type ServiceName } from '../request-target.ts';
import type { Call } from '../surface/call.ts';
import type { Refusal } from '../vendor-errors/vendor-errors.ts';
import { messagesRules } from './anthropic/messages-rules.ts';
import { modelRules } from './anthropic/models.ts';
import { claudeRules } from './bedrock/claude-rules.ts';
import { converseRules } from './bedrock/converse-rules.ts';
import { bedrockImageRules } from './bedrock/image-rules.ts';
import { dashscopeRules } from './dashscope/dashscope-rules.ts';
import { deepseekRules } from './deepseek/chat-rules.ts';
import { generateRules } from './gemini/generate-rules.ts';
import { geminiImageRules } from './gemini/image-rules.ts';
import { generateModelRules } from './gemini/models.ts';
import { githubModelsRules } from './github-models/chat-rules.ts';
import { grokRules } from './grok/chat-rules.ts';
import { groqRules } from './groq/chat-rules.ts';
import { klingRules } from './kling/kling-rules.ts';
import { minimaxRules } from './minimax/minimax-rules.ts';
import { mistralRules } from './mistral/chat-rules.ts';
import { chatRules } from './openai/chat-rules.ts';
import { embeddingsRules } from './openai/embeddings-rules.ts';
import { responsesRules } from './openai/responses-rules.ts';
import { refusalOf } from './refusal.ts';
import type { Rule, StrictOperation, StrictRequest } from './rule.ts';

/** Whose rules there are. */
export const STRICT_VENDORS = [
  'openai',
  'anthropic',
  'gemini',
  'bedrock',
  'dashscope',
  'kling',
  'minimax',
  ...COMPATIBLE_VENDORS,
] as const;

/** The rules of each vendor, in the order in which it looks at a request. */
export const strictRules: Readonly<Record<ServiceName, readonly Rule[]>> = {
  openai: [...chatRules, ...responsesRules, ...embeddingsRules],
  anthropic: [...messagesRules, ...modelRules],
  gemini: [...generateRules, ...generateModelRules, ...geminiImageRules],
  bedrock: [...converseRules, ...claudeRules, ...bedrockImageRules],
  dashscope: dashscopeRules,
  kling: klingRules,
  minimax: minimaxRules,
  mistral: mistralRules,
  groq: groqRules,
  grok: grokRules,
  deepseek: deepseekRules,
  'github-models': githubModelsRules,
};

/** A rule that a request breaks, and how its vendor says so. */
export interface BrokenRule {
  /** With its vendor in front: `openai/chat-shape`. */
  readonly id: string;
  readonly refusal: Refusal;
}

/** The first rule of its vendor's that a request breaks; undefined where it breaks none. */
export function brokenRule(call: Call, service: ServiceName): BrokenRule | undefined {
  const operation = operationOf(call.operation);
  if (call.method !== 'POST' || call.json === undefined || operation === undefined) return undefined;
  const request: StrictRequest = {
    body: call.json,
    model: modelNameOf(call.model ?? ''),
    organization: call.organization,
    isStored: (id) => call.store.hasItem(id, call.organization),
  };
  for (const rule of strictRules[service]) {
    if (!rule.operations.includes(operation) || rule.models?.test(request.model) === false) continue;
    const finding = rule.find(request);
    if (finding !== undefined)
      return { id: `${service}/${rule.id}`, refusal: refusalOf(service, finding, call) };
  }
  return undefined;
}

/** Gemini's are called `models/…` in some places. */
function modelNameOf(model: string): string {
  return model.replace(/^models\//u, '').toLowerCase();
}

function operationOf(operation: Operation): StrictOperation | undefined {
  switch (operation) {
    case 'chat':
    case 'responses':
    case 'embeddings':
    case 'images':
    case 'messages':
    case 'generate':
    case 'converse':
    case 'videos':
      return operation;
    default:
      return undefined;
  }
}

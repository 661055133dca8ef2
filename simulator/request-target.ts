import type { IncomingHttpHeaders } from 'node:http';
import { OPERATIONS, type Operation } from './behaviour.ts';
import { BEDROCK_IMAGE_MODELS } from './surface/images.ts';

/** Whose API is spoken. */
export type VendorName = 'openai' | 'anthropic' | 'gemini' | 'bedrock' | 'dashscope' | 'kling' | 'minimax';

/** Vendors that speak OpenAI's API, each told apart by the first step of a path: `/mistral/v1/chat/completions`. */
export const COMPATIBLE_VENDORS = ['mistral', 'groq', 'grok', 'deepseek', 'github-models'] as const;

/** Whose service a request is for: as many vendors speak one API, it alone does not tell. */
export type ServiceName = VendorName | (typeof COMPATIBLE_VENDORS)[number];

/** What a request is for, as far as its path has it. */
export interface RequestTarget {
  readonly vendor: VendorName;
  readonly service: ServiceName;
  /** What comes after the vendor's base, split at slashes and decoded; empty where nothing is simulated. */
  readonly steps: readonly string[];
  readonly operation: Operation;
  /** The model, where the path names it. */
  readonly model: string | undefined;
}

/**
 * Reads a path as its vendor's SDK writes it. What OpenAI's and another's have in common is told apart by the headers
 * that the other's clients always send.
 */
export function requestTarget(path: string, headers: IncomingHttpHeaders): RequestTarget {
  const steps = path.split('/').slice(1).map(decodeSegment);
  const service = COMPATIBLE_VENDORS.find((each) => each === steps[0]);
  const target = service === undefined ? targetOf(steps, headers) : targetOf(steps.slice(1), headers);
  return { ...target, service: service ?? target.vendor };
}

type Target = Omit<RequestTarget, 'service'>;

function targetOf([base, ...rest]: readonly string[], headers: IncomingHttpHeaders): Target {
  if (base === 'model') return bedrockTarget(rest);
  if (base === 'v1beta') return geminiTarget(rest);
  // Anthropic's own API at Bedrock: docs.aws.amazon.com/bedrock/latest/userguide/inference-messages-api.html
  if (base === 'anthropic' && rest[0] === 'v1' && rest[1] === 'messages')
    return anthropicTarget(rest.slice(1));
  if (base === 'api') return dashscopeTarget(rest);
  if (base === 'compatible-mode' && rest[0] === 'v1') return openaiTarget(rest.slice(1));
  if (base !== 'v1') return { vendor: 'openai', steps: [], operation: 'other', model: undefined };
  if (rest[0] === 'models') {
    if (headers['x-goog-api-key'] !== undefined || rest.at(-1)?.includes(':generate') === true)
      return geminiTarget(rest);
    if (headers['anthropic-version'] !== undefined) return anthropicTarget(rest);
  }
  if (rest[0] === 'videos' && (rest[1] === 'text2video' || rest[1] === 'image2video'))
    return { vendor: 'kling', steps: rest, operation: 'videos', model: undefined };
  if (rest.join('/') === 'text/chatcompletion_pro')
    return { vendor: 'minimax', steps: rest, operation: 'chat', model: undefined };
  // MiniMax's second API speaks OpenAI's dialect.
  if (rest.join('/') === 'text/chatcompletion_v2') return openaiTarget(['chat', 'completions']);
  return rest[0] === 'messages' ? anthropicTarget(rest) : openaiTarget(rest);
}

/** What stands behind the version, by its path. */
const DASHSCOPE_OPERATIONS: Readonly<Record<string, Operation>> = {
  'services/aigc/text-generation/generation': 'chat',
  'services/aigc/multimodal-generation/generation': 'chat',
  'services/embeddings/text-embedding/text-embedding': 'embeddings',
};

function dashscopeTarget([version, ...rest]: readonly string[]): Target {
  const operation = version === 'v1' ? DASHSCOPE_OPERATIONS[rest.join('/')] : undefined;
  return {
    vendor: 'dashscope',
    steps: operation === undefined ? [] : rest,
    operation: operation ?? 'other',
    model: undefined,
  };
}

/** One step of a path without its escapes; as it is where they are malformed. */
export function decodeSegment(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch (error) {
    if (error instanceof URIError) return step;
    throw error;
  }
}

function openaiTarget(steps: readonly string[]): Target {
  const operation = OPENAI_OPERATIONS.find((each) => each === steps[0]) ?? 'other';
  return { vendor: 'openai', steps, operation, model: modelInPath(steps) };
}

const OPENAI_OPERATIONS = OPERATIONS.filter(
  (each) => !['messages', 'generate', 'converse', 'count-tokens'].includes(each),
);

function anthropicTarget(steps: readonly string[]): Target {
  const operation = steps[0] === 'models' ? 'models' : ANTHROPIC_OPERATIONS[steps.slice(1).join('/')];
  return { vendor: 'anthropic', steps, operation: operation ?? 'other', model: modelInPath(steps) };
}

const ANTHROPIC_OPERATIONS: Readonly<Record<string, Operation>> = {
  '': 'messages',
  count_tokens: 'count-tokens',
};

/** The model's name is followed by a colon and a verb. */
function geminiTarget(steps: readonly string[]): Target {
  const [kind = '', ...rest] = steps;
  const [, name = '', verb] = /^(.*?)(?::(\w+))?$/u.exec(rest.join('/')) ?? [];
  return {
    vendor: 'gemini',
    steps: verb === undefined ? steps : [kind, name, verb],
    operation: verb === undefined ? (kind === 'models' ? 'models' : 'other') : operationOfVerb(verb),
    model: name === '' ? undefined : name,
  };
}

function operationOfVerb(verb: string): Operation {
  switch (verb) {
    case 'generateContent':
    case 'streamGenerateContent':
      return 'generate';
    case 'countTokens':
      return 'count-tokens';
    case 'embedContent':
    case 'batchEmbedContents':
      return 'embeddings';
    case 'predict':
      return 'images';
    default:
      return 'other';
  }
}

function bedrockTarget([model, action, ...more]: readonly string[]): Target {
  if (action === 'invoke' && model !== undefined && more.length === 0 && BEDROCK_IMAGE_MODELS.test(model))
    return { vendor: 'bedrock', steps: [model, action], operation: 'images', model };
  const isKnown = (action === 'converse' || action === 'converse-stream') && more.length === 0;
  return {
    vendor: 'bedrock',
    steps: isKnown && model !== undefined ? [model, action] : [],
    operation: isKnown ? 'converse' : 'other',
    model,
  };
}

/** A model's own name may contain slashes. */
function modelInPath(steps: readonly string[]): string | undefined {
  return steps[0] === 'models' && steps.length > 1 ? steps.slice(1).join('/') : undefined;
}

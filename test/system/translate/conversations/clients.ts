import type { ClientDialect } from '../cases/translation-case.ts';
import { chat } from './chat.ts';
import { gemini } from './gemini.ts';
import { messages } from './messages.ts';
import type { ClientSide, Plan } from './plan.ts';
import { responses } from './responses.ts';

/** All client dialects. */
export const CLIENT_SIDES: Readonly<Record<ClientDialect, ClientSide>> = {
  chat,
  responses,
  messages,
  gemini,
};

/** A model that conversations go to. */
export interface ModelBack {
  /** As `provider/model`. */
  readonly model: string;
  /** The dialects whose requests pass to it as they are. */
  readonly native: readonly ClientDialect[];
  /** Those that it is not asked in. */
  readonly without?: readonly ClientDialect[];
  readonly sees: boolean;
  readonly readsDocuments: boolean;
  /** Whether it takes the effort, or the budget, that clients of its native dialects ask for. */
  readonly thinks: boolean;
}

const ALL = { sees: true, readsDocuments: true, thinks: true };
const TEXT = { sees: false, readsDocuments: false };

const MODELS: readonly ModelBack[] = [
  { model: 'oai/gpt-4.1', native: ['chat', 'responses'], ...ALL, thinks: false },
  { model: 'oai/gpt-5', native: ['chat', 'responses'], ...ALL },
  { model: 'ant/claude-sonnet-4-5', native: ['messages'], ...ALL },
  { model: 'ant/claude-opus-4-7', native: ['messages'], ...ALL, thinks: false },
  { model: 'gem/gemini-2.5-flash', native: ['gemini'], ...ALL },
  { model: 'gem/gemini-3-pro-preview', native: ['gemini'], ...ALL },
  { model: 'bed/anthropic.claude-sonnet-4-5-v1:0', native: [], ...ALL },
  { model: 'bed/amazon.nova-pro-v1:0', native: [], ...ALL },
  { model: 'mistral/mistral-large-latest', native: ['chat'], ...ALL, readsDocuments: false, thinks: false },
  { model: 'groq/openai/gpt-oss-120b', native: ['chat', 'responses'], ...TEXT, thinks: true },
  // Its Anthropic API is at a path that is not simulated.
  { model: 'deepseek/deepseek-chat', native: ['chat'], without: ['messages'], ...TEXT, thinks: false },
  { model: 'xai/grok-4', native: ['chat', 'responses'], ...ALL, readsDocuments: false, thinks: false },
];

/** The models that a conversation may go to. @param translated - those alone that the client's dialect is translated for */
export function modelsFor(client: ClientDialect, plan: Plan, translated: boolean): readonly ModelBack[] {
  const files = new Set(plan.turns.map((turn) => (turn.kind === 'user' ? turn.file : 'none')));
  return MODELS.filter(
    ({ native, without = [], sees, readsDocuments, thinks }) =>
      !without.includes(client) &&
      !(native.includes(client) && (translated || (plan.options.effort !== undefined && !thinks))) &&
      (sees || !(files.has('png') || files.has('jpg'))) &&
      (readsDocuments || !files.has('pdf')),
  );
}

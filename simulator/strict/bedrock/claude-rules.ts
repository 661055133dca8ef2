import { z } from 'zod';
import { objectOf, objectsOf, type JsonObject } from '../../surface/json.ts';
import { shapeFinding } from '../anthropic/anthropic-shape.ts';
import { messagesRules } from '../anthropic/messages-rules.ts';
import { messagesShape } from '../anthropic/messages-shape.ts';
import { modelRules } from '../anthropic/models.ts';
import type { Rule, StrictRequest } from '../rule.ts';

/** Behind Converse stands Anthropic's own API: what it says of a request comes back in these words. */
const BEFORE = 'The model returned the following errors: ';

const CLAUDE = /(?:^|[./])anthropic\.claude/u;

/** The rules of Anthropic that say something of what Converse leaves to the model. */
const BY_MODEL = new Set([
  'trailing-white-space',
  'unique-calls',
  'signature',
  'input-schema',
  'stop-sequences',
  'choice-without-tools',
]);

/** What Converse refuses for models of Anthropic's. */
export const claudeRules: readonly Rule[] = [
  {
    id: 'claude-additional-fields',
    operations: ['converse'],
    models: CLAUDE,
    refuses: 'additional fields that Anthropic’s messages have not',
    source: 'docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html',
    date: '2026-11-30',
    find: (request) => {
      const body = objectOf(request.body['additionalModelRequestFields']);
      const found = shapeFinding(additionalShape, { ...request, body });
      return found && { ...found, message: `${BEFORE}${found.message}` };
    },
  },
  ...[...messagesRules.filter(({ id }) => BY_MODEL.has(id)), ...modelRules].map(ofConverse),
];

const additionalShape = messagesShape
  .partial()
  .extend({ anthropic_beta: z.array(z.string()).optional(), anthropic_version: z.string().optional() });

function ofConverse(rule: Rule): Rule {
  return {
    ...rule,
    id: `claude-${rule.id}`,
    operations: ['converse'],
    models: CLAUDE,
    find: (request) => {
      if (rule.models?.test(request.model) === false) return undefined;
      const found = rule.find({ ...request, body: messagesBody(request) });
      return found && { ...found, message: `${BEFORE}${found.message}` };
    },
  };
}

/** A request of Converse in the form of Anthropic's, as far as its rules look at it. */
function messagesBody({ body }: StrictRequest): JsonObject {
  const config = objectOf(body['inferenceConfig']);
  const { tools, toolChoice } = objectOf(body['toolConfig']);
  const choice = objectOf(toolChoice);
  const forced =
    choice['tool'] !== undefined
      ? { type: 'tool', name: objectOf(choice['tool'])['name'] }
      : choice['any'] !== undefined
        ? { type: 'any' }
        : undefined;
  return {
    max_tokens: config['maxTokens'],
    temperature: config['temperature'],
    top_p: config['topP'],
    stop_sequences: config['stopSequences'],
    tool_choice: forced,
    tools: objectsOf(tools).flatMap(({ toolSpec }) => {
      const { name, inputSchema } = objectOf(toolSpec);
      return toolSpec === undefined ? [] : [{ name, input_schema: objectOf(inputSchema)['json'] }];
    }),
    messages: objectsOf(body['messages']).map(({ role, content }) => ({
      role,
      content: objectsOf(content).map(blockOf),
    })),
    ...objectOf(body['additionalModelRequestFields']),
  };
}

function blockOf(block: JsonObject): JsonObject {
  if (block['toolUse'] !== undefined) {
    const { toolUseId, name, input } = objectOf(block['toolUse']);
    return { type: 'tool_use', id: toolUseId, name, input };
  }
  if (block['toolResult'] !== undefined) {
    const { toolUseId, content, status } = objectOf(block['toolResult']);
    return { type: 'tool_result', tool_use_id: toolUseId, content, is_error: status === 'error' };
  }
  if (block['reasoningContent'] !== undefined) {
    const { reasoningText, redactedContent } = objectOf(block['reasoningContent']);
    const { text, signature } = objectOf(reasoningText);
    return reasoningText === undefined
      ? { type: 'redacted_thinking', data: redactedContent }
      : { type: 'thinking', thinking: text, signature };
  }
  return typeof block['text'] === 'string' ? { type: 'text', text: block['text'] } : { type: 'other' };
}

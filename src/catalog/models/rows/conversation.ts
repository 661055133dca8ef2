import type { ModelRow } from '../model-row.ts';

/** What vendors and models take of a conversation, where it differs from others of their dialect. */
export const conversationRows: readonly ModelRow[] = [
  {
    // Mistral's own checks, which others that serve its models run as well.
    models: [
      '*codestral*',
      '*devstral*',
      '*magistral*',
      '*ministral*',
      '*mistral*',
      '*mixtral*',
      '*pixtral*',
      '*voxtral*',
    ],
    takes: {
      toolCallIds: { alphabet: 'alphanumeric', minLength: 9, maxLength: 9 },
      lateInstructions: 'user',
      userAfterResult: false,
    },
    source: 'github.com/mistralai/mistral-common: protocol/instruct/validator.py',
    date: '2026-11-30',
  },
  {
    types: ['mistral'],
    models: ['*'],
    takes: {
      toolCallIds: { alphabet: 'alphanumeric', minLength: 9, maxLength: 9 },
      lateInstructions: 'user',
      lastMessage: 'prefix',
      userAfterResult: false,
    },
    source:
      'docs.mistral.ai/api: `prefix`; github.com/mistralai/mistral-common: protocol/instruct/validator.py',
    date: '2026-11-30',
  },
  {
    types: ['perplexity'],
    models: ['*'],
    takes: { lateInstructions: 'user', firstMessage: 'user', lastMessage: 'user', repeatedRoles: false },
    source: 'docs.perplexity.ai/api-reference/chat-completions-post',
    date: '2026-11-30',
  },
  {
    models: ['*claude*'],
    takes: { lastMessage: 'user' },
    source: 'platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6#prefill-removal',
    date: '2026-11-30',
  },
  {
    // Models before 4.6 continue a message of the assistant's.
    models: [
      '*claude-2*',
      '*claude-instant*',
      '*claude-v2*',
      '*claude-3*',
      '*claude-4-opus*',
      '*claude-4-sonnet*',
      '*claude-4-5-*',
      '*claude-4.5-*',
      '*claude-opus-4-0*',
      '*claude-opus-4-1*',
      '*claude-opus-4.1*',
      '*claude-opus-4-2025*',
      '*claude-opus-4@2025*',
      '*claude-sonnet-4-0*',
      '*claude-sonnet-4-2025*',
      '*claude-sonnet-4@2025*',
      '*claude-sonnet-4',
      '*claude-opus-4',
      '*claude-*-4-5*',
      '*claude-*-4.5*',
    ],
    takes: { lastMessage: 'any' },
    source: 'platform.claude.com/docs/en/build-with-claude/prompt-engineering/prefill-claudes-response',
    date: '2026-11-30',
  },
  {
    types: ['bedrock'],
    models: ['*amazon.nova*'],
    takes: { lastMessage: 'any' },
    source:
      'docs.aws.amazon.com/nova/latest/userguide/prompting-precision.html: prefilling the assistant’s content',
    date: '2026-11-30',
  },
];

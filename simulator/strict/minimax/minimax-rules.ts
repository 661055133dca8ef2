import { z } from 'zod';
import { problemText } from '../problem-text.ts';
import type { Rule } from '../rule.ts';

const chatShape = z.strictObject({
  model: z.string(),
  stream: z.boolean().optional(),
  tokens_to_generate: z.number().int().min(1).optional(),
  temperature: z.number().gt(0).max(1).optional(),
  top_p: z.number().gt(0).max(1).optional(),
  mask_sensitive_info: z.boolean().optional(),
  messages: z
    .array(
      z.strictObject({
        sender_type: z.enum(['USER', 'BOT', 'FUNCTION']),
        sender_name: z.string().min(1),
        text: z.string(),
      }),
    )
    .min(1),
  bot_setting: z.array(z.strictObject({ bot_name: z.string().min(1), content: z.string() })).min(1),
  reply_constraints: z.strictObject({ sender_type: z.literal('BOT'), sender_name: z.string().min(1) }),
});

/** What MiniMax's ChatCompletion Pro refuses. */
export const minimaxRules: readonly Rule[] = [
  {
    id: 'chat-pro-shape',
    operations: ['chat'],
    refuses: 'a field that the reference has not, a message without a sender, no bot, a temperature above 1',
    source: 'platform.minimaxi.com/document/ChatCompletion%20Pro',
    date: '2026-11-30',
    find: ({ body }) => problemText(chatShape, body),
  },
];

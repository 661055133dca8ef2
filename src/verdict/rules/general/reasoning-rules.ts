import { callersMistake } from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import type { Rule } from '../rule.ts';
import { UNREADABLE_REASONING } from '../words.ts';

/*
 * Sealed reasoning in a conversation that this provider, or this account, did not make: encrypted reasoning, signatures of
 * thoughts, items that are not stored here. Ids with `unreadable-reasoning` are for requests that are answered once that is
 * left out: they are sent again without it. No key is to blame.
 */

const STATUSES = ['2xx', 400, 404, 422] as const;

/** By the code of an error. */
export const reasoningNameRules: readonly Rule[] = [
  {
    id: 'general.unreadable-reasoning',
    when: { status: STATUSES, named: 'invalid_encrypted_content' },
    verdict: callersMistake,
    source: 'github.com/openai/codex issue 8145',
    example: {
      status: 400,
      body: body('The encrypted content gAAA...DQ== could not be verified.', 'invalid_encrypted_content'),
    },
  },
];

/** By what the message says. */
export const reasoningWordRules: readonly Rule[] = [
  {
    id: 'general.unreadable-reasoning-words',
    when: { status: STATUSES, says: UNREADABLE_REASONING },
    verdict: callersMistake,
    source:
      'github.com/anthropics/claude-code issue 10627; github.com/google-gemini/gemini-cli issue 13467; github.com/vercel/ai issue 7543',
    example: {
      status: 400,
      body: '{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `signature` in `thinking` block"}}',
    },
  },
];

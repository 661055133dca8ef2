import { finishMeaning } from '../../dialects/finish/finish-reasons.ts';
import type { FinishMeaning } from '../../dialects/finish/finish-reasons.ts';
import type { GenerateResult } from '../codec.ts';

type Finish = GenerateResult['finishReason'];

/** Reasons that calls of tools do not hide: what was cut off or withheld may be a call. */
const CUT_SHORT: ReadonlySet<FinishMeaning> = new Set(['failed', 'filter', 'length', 'malformed', 'window']);

/**
 * Why a response ended: what the provider's own word means, and only where it is not known what the package makes of it. A filter
 * has no word of its own everywhere: Gemini's block of a prompt may be called `OTHER`, and OpenAI's refusals end with `stop`.
 * @param hasCalls - whether the response holds calls of tools for the client
 */
export function meaningOf({ unified, raw = '' }: Finish, hasCalls: boolean): FinishMeaning {
  if (unified === 'content-filter') return 'filter';
  const known = finishMeaning(raw) ?? UNIFIED[unified];
  // JSON by a schema may have been asked for by a tool of the package's own, whose call is the answer.
  const meaning = known === 'tool-calls' && unified === 'stop' ? 'end' : known;
  return hasCalls && !CUT_SHORT.has(meaning) ? 'tool-calls' : meaning;
}

const UNIFIED: Readonly<Record<Finish['unified'], FinishMeaning>> = {
  stop: 'end',
  length: 'length',
  'content-filter': 'filter',
  'tool-calls': 'tool-calls',
  error: 'failed',
  interrupted: 'failed',
  other: 'other',
};

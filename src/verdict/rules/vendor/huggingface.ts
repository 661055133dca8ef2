import { modelGone, outOfCredit } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** Hugging Face: a router in front of many, whose paths are the names of models. */
export const huggingfaceRules: readonly Rule[] = [
  {
    id: 'huggingface.model-not-found',
    when: { status: [404, 410] },
    verdict: modelGone,
    source: 'tmc/langchaingo llms/huggingface/internal/huggingfaceclient/testdata',
    example: { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' },
  },
  {
    id: 'huggingface.no-credit',
    when: {
      status: [402, 403, 429],
      saysAboutKey: /\bmonthly\b.{0,40}\b(?:included )?credits\b|\bfree monthly usage\b/i,
    },
    verdict: outOfCredit,
    source: 'huggingface.co/docs/inference-providers/pricing',
    example: { status: 402, body: '{"error":"You have exceeded your monthly included credits."}' },
  },
];

import type { VendorName } from './request-target.ts';
import type { Answer } from './answer.ts';
import type { Head } from './incoming.ts';
import { anthropic } from './surface/anthropic.ts';
import { bedrock } from './surface/bedrock.ts';
import type { Call } from './surface/call.ts';
import { dashscope } from './surface/dashscope.ts';
import { gemini } from './surface/gemini.ts';
import { kling } from './surface/kling.ts';
import { minimaxPro } from './surface/minimax.ts';
import { openai } from './surface/openai.ts';
import { anthropicErrors } from './vendor-errors/anthropic.ts';
import { bedrockErrors } from './vendor-errors/bedrock.ts';
import { dashscopeErrors } from './vendor-errors/dashscope.ts';
import { geminiErrorsFor } from './vendor-errors/gemini.ts';
import { klingErrors } from './vendor-errors/kling.ts';
import { minimaxErrors } from './vendor-errors/minimax.ts';
import { openaiErrors } from './vendor-errors/openai.ts';
import type { VendorErrors } from './vendor-errors/vendor-errors.ts';

/** What the headers of an answer are made of. */
export interface Labels {
  /** Of the request: no two have the same. */
  readonly id: string;
  readonly organization: string;
  /** Since the request came. Milliseconds. */
  readonly elapsedMs: number;
}

/** One vendor's API, as far as it is simulated. */
export interface Vendor {
  /** Its errors. */
  errors(head: Head): VendorErrors;
  /** What every answer of it carries. */
  headers(labels: Labels): Readonly<Record<string, string>>;
  /** Prepares the right answer to a call, as the vendor would give it in good health. */
  answer(call: Call, models: readonly string[]): Answer;
}

/** All vendors that are simulated. */
export const vendors: Readonly<Record<VendorName, Vendor>> = {
  openai: {
    errors: () => openaiErrors,
    headers: ({ id, organization, elapsedMs }) => ({
      'x-request-id': `req_${id}`,
      'openai-organization': organization,
      'openai-version': '2020-10-01',
      'openai-processing-ms': String(elapsedMs),
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-reset-requests': '6ms',
      'x-ratelimit-limit-tokens': '2000000',
      'x-ratelimit-remaining-tokens': '1999900',
      'x-ratelimit-reset-tokens': '3ms',
    }),
    answer: openai,
  },
  anthropic: {
    errors: () => anthropicErrors,
    headers: ({ id, organization }) => ({
      'request-id': `req_${id}`,
      'anthropic-organization-id': organization,
      'anthropic-ratelimit-requests-limit': '4000',
      'anthropic-ratelimit-requests-remaining': '3999',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:00Z',
    }),
    answer: anthropic,
  },
  gemini: {
    errors: ({ steps, query }) => geminiErrorsFor(steps, query),
    headers: ({ elapsedMs }) => ({ 'server-timing': `gfet4t7; dur=${elapsedMs}` }),
    answer: gemini,
  },
  bedrock: {
    errors: () => bedrockErrors,
    headers: ({ id }) => ({ 'x-amzn-requestid': id }),
    answer: bedrock,
  },
  dashscope: {
    errors: () => dashscopeErrors,
    headers: ({ id, elapsedMs }) => ({ 'x-request-id': id, 'req-cost-time': String(elapsedMs) }),
    answer: dashscope,
  },
  kling: { errors: () => klingErrors, headers: () => ({}), answer: kling },
  minimax: {
    errors: () => minimaxErrors,
    headers: ({ id }) => ({ 'trace-id': id }),
    answer: minimaxPro,
  },
};

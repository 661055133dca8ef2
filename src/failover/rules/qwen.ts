import { throttled } from './consequences.ts';
import type { Rule } from './rule.ts';

/** DashScope: the words of OpenAI in another sense. */
export const qwenRules: readonly Rule[] = [
  {
    // Elsewhere this code means that the money is gone; here, that this minute's tokens are.
    id: 'qwen.tokens-per-minute',
    when: { status: 429, named: 'insufficient_quota' },
    verdict: throttled,
    source: 'help.aliyun.com/zh/model-studio/error-code, section token-limit',
    example: {
      status: 429,
      body: '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota, please check your plan and billing details. For details, see: https://help.aliyun.com/zh/model-studio/error-code#token-limit","param":null,"type":"insufficient_quota"}}',
    },
  },
];

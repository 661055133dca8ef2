import type { ModelCapabilities, ModelRow } from '../model-row.ts';

function row(type: string, models: readonly string[], takes: ModelCapabilities, source: string): ModelRow {
  return { types: [type], models, takes, source, date: '2026-11-30' };
}

const DEEPSEEK = 'api-docs.deepseek.com/api/create-chat-completion';
const KIMI = 'platform.moonshot.ai/docs/api/chat';
const QWEN = 'alibabacloud.com/help/en/model-studio/deep-thinking';
const GLM = 'docs.bigmodel.cn/api-reference';

/** Hosts in China that have OpenAI's chat completions. */
export const chinaRows: readonly ModelRow[] = [
  row(
    'deepseek',
    ['*'],
    {
      efforts: ['low', 'high', 'max'],
      thinkingSwitch: 'thinking',
      maxTokensField: 'max_tokens',
      maxTemperature: 2,
      stopSequences: 16,
      seedField: 'none',
      penalties: false,
      userField: 'user_id',
      jsonSchema: false,
    },
    `${DEEPSEEK}, api-docs.deepseek.com/guides/thinking_mode, api-docs.deepseek.com/guides/json_mode`,
  ),
  row(
    'moonshot',
    ['*'],
    { efforts: [], stopSequences: 5, seedField: 'none', userField: 'safety_identifier' },
    KIMI,
  ),
  row('moonshot', ['moonshot-v1-*'], { maxTemperature: 1 }, KIMI),
  // Their temperature is fixed, and any other is refused.
  row('moonshot', ['kimi-*'], { sampling: 'never', penalties: false }, KIMI),
  row('moonshot', ['kimi-k2.5*', 'kimi-k2.6*'], { thinkingSwitch: 'thinking' }, KIMI),
  row('moonshot', ['kimi-k2.7*'], { thinkingOff: false }, KIMI),
  row('moonshot', ['kimi-k3*'], { efforts: ['low', 'high', 'max'], thinkingOff: false }, KIMI),
  row(
    'qwen',
    ['*'],
    { efforts: [], topK: true, jsonSchema: false },
    'alibabacloud.com/help/en/model-studio/qwen-structured-output',
  ),
  row(
    'qwen',
    ['qwen3*', 'qwen-plus*', 'qwen-flash*', 'qwen-turbo*'],
    { thinkingSwitch: 'enable_thinking' },
    QWEN,
  ),
  row('qwen', ['qwen3*-instruct*', 'qwen3-coder*', 'qwen3*-thinking*'], { thinking: 'none' }, QWEN),
  row(
    'qwen',
    ['qwen3.7-plus*', 'qwen3.7-flash*', 'qwen3.7-max*', 'qwen3.8-max*', 'qwen3.8-flash*'],
    { jsonSchema: true },
    'alibabacloud.com/help/en/model-studio/qwen-structured-output',
  ),
  row(
    'zhipuai',
    ['*'],
    {
      efforts: [],
      maxTokensField: 'max_tokens',
      maxTemperature: 1,
      stopSequences: 1,
      seedField: 'none',
      penalties: false,
      userField: 'user_id',
      forcedTools: false,
      parallelTools: false,
      jsonSchema: false,
    },
    GLM,
  ),
  row('zhipuai', ['glm-4.5*', 'glm-4.6*', 'glm-4.7*', 'glm-5*'], { thinkingSwitch: 'thinking' }, GLM),
  row('zhipuai', ['glm-5.2*'], { efforts: ['none', 'high', 'max'] }, GLM),
  row('zhipuai', ['glm-5.3*'], { efforts: ['low', 'high', 'max'], thinkingOff: false }, GLM),
];

import type { JSONObject } from '@ai-sdk/provider';
import type { EffortWord, ModelCapabilities } from '../../catalog/models/model-row.ts';
import type { NormalizedRequest } from '../codec.ts';
import { effortOf, nearestEffort } from './effort.ts';
import type { Effort } from './effort.ts';
import { clientTools } from './prompt.ts';

/** What a model is told of thinking in chat completions. */
export interface ChatThinking {
  /** Whether it will think, as far as is known. */
  readonly thinks: boolean;
  /** Its `reasoning_effort`; undefined where none is sent. */
  readonly effort: EffortWord | undefined;
  /** Fields of the vendor's own. */
  readonly fields: JSONObject;
}

/** The thinking that a request means, in the words that the model has. */
export function chatThinkingOf(request: NormalizedRequest, takes: ModelCapabilities): ChatThinking {
  const { toolsWhileThinking = true, thinksUnasked = true } = takes;
  const callsTools = clientTools(request.options).length > 0;
  const asked = !toolsWhileThinking && callsTools ? 'none' : effortOf(request);
  if (asked === undefined) return { thinks: thinksUnasked, effort: undefined, fields: {} };
  if (takes.thinkingSwitch !== undefined) return switched(request, asked, takes);
  const effort = effortWord(request, asked, takes);
  const thinks = effort === undefined ? thinksUnasked : effort !== 'none';
  return { thinks, effort, fields: {} };
}

/** Without a table not every model can stop thinking: `none` is sent only where the client itself sent it. */
function effortWord(
  request: NormalizedRequest,
  asked: Effort,
  { efforts, thinking }: ModelCapabilities,
): EffortWord | undefined {
  if (thinking === 'none') return undefined;
  if (efforts !== undefined) return nearestEffort(asked, efforts);
  if (asked === 'none' && request.options.reasoning !== 'none') return undefined;
  return asked === 'max' ? 'high' : asked;
}

function switched(
  request: NormalizedRequest,
  asked: Effort,
  { thinking, thinkingSwitch, thinkingOff = true, efforts = [] }: ModelCapabilities,
): ChatThinking {
  if (thinking === 'none') return { thinks: false, effort: undefined, fields: {} };
  const isOn = asked !== 'none' || !thinkingOff;
  const effort = isOn ? nearestEffort(asked, efforts) : undefined;
  if (thinkingSwitch === 'thinking')
    return { thinks: isOn, effort, fields: { thinking: { type: isOn ? 'enabled' : 'disabled' } } };
  // alibabacloud.com/help/en/model-studio/qwen-structured-output: no JSON while it thinks
  const mayThink = isOn && request.options.responseFormat?.type !== 'json';
  const { thinkingTokens } = request.extraOptions;
  return {
    thinks: mayThink,
    effort,
    fields: {
      enable_thinking: mayThink,
      ...(mayThink && thinkingTokens !== undefined && { thinking_budget: thinkingTokens }),
    },
  };
}

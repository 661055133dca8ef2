import type { ServiceName } from '../request-target.ts';
import type { Call } from '../surface/call.ts';
import { anthropicErrors } from '../vendor-errors/anthropic.ts';
import { bedrockErrors } from '../vendor-errors/bedrock.ts';
import { dashscopeErrors } from '../vendor-errors/dashscope.ts';
import { geminiErrorsFor } from '../vendor-errors/gemini.ts';
import { klingErrors } from '../vendor-errors/kling.ts';
import { minimaxErrors } from '../vendor-errors/minimax.ts';
import { badRequest } from '../vendor-errors/openai.ts';
import type { Refusal } from '../vendor-errors/vendor-errors.ts';
import { mistralRefusal } from './mistral/mistral-refusal.ts';
import { placeOf } from './openai/openai-shape.ts';
import type { Finding } from './rule.ts';

/** What breaks a rule, in the form of its vendor's errors. */
export function refusalOf(service: ServiceName, finding: Finding, call: Call): Refusal {
  const { message, path, code } = finding;
  switch (service) {
    case 'openai':
    case 'groq':
    case 'github-models':
      return badRequest(message, placeOf(path), code);
    case 'anthropic':
      return anthropicErrors.invalidRequest(message);
    case 'gemini':
      return geminiErrorsFor(call.steps, call.query).invalidRequest(message);
    case 'bedrock':
      return bedrockErrors.invalidRequest(message);
    case 'dashscope':
      return dashscopeErrors.invalidRequest(message);
    case 'kling':
      return klingErrors.invalidRequest(message);
    case 'minimax':
      return minimaxErrors.invalidRequest(message);
    case 'deepseek':
      return deepseekRefusal(message);
    case 'grok':
      return grokRefusal(message);
    case 'mistral':
      return mistralRefusal(finding, call.json);
  }
}

/** api-docs.deepseek.com/quick_start/error_codes: every mistake has one code. */
function deepseekRefusal(message: string): Refusal {
  const type = 'invalid_request_error';
  return { kind: 'refusal', status: 400, body: { error: { message, type, param: null, code: type } } };
}

/** docs.x.ai/docs/api-reference: an error is a text beside a code in words. */
function grokRefusal(message: string): Refusal {
  const code = 'Client specified an invalid argument';
  return { kind: 'refusal', status: 400, body: { code, error: message } };
}

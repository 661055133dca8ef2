import type { ServiceName } from '../request-target.ts';
import type { Call } from '../surface/call.ts';
import { anthropicErrors } from '../vendor-errors/anthropic.ts';
import { bedrockErrors } from '../vendor-errors/bedrock.ts';
import { geminiErrorsFor } from '../vendor-errors/gemini.ts';
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
      return badRequest(message, placeOf(path), code);
    case 'anthropic':
      return anthropicErrors.invalidRequest(message);
    case 'gemini':
      return geminiErrorsFor(call.steps, call.query).invalidRequest(message);
    case 'bedrock':
      return bedrockErrors.invalidRequest(message);
    case 'mistral':
      return mistralRefusal(finding, call.json);
  }
}

import { json, type Answer } from '../answer.ts';
import {
  malformedJson,
  missingParameter,
  notFound,
  openaiErrors,
  unknownPreviousResponse,
  unknownUrl,
} from '../vendor-errors/openai.ts';
import { pathOf, type Call } from './call.ts';
import { flawOf } from './conversation.ts';
import { stringOf } from './json.ts';
import { generateOutput } from './model-output.ts';
import { ResponseParts } from './response-parts.ts';
import { responsesMessages, responsesOptions } from './responses-request.ts';

/** `POST /v1/responses`, and what can be asked of a stored response. */
export function responses(call: Call): Answer {
  const [, id, action] = call.steps;
  if (id === undefined && call.method === 'POST') return create(call);
  if (id === undefined) return unknownUrl(call.method, pathOf(call));
  const stored = call.store.response(id, call.organization);
  if (stored === undefined) return notFound('response', id);
  switch (`${call.method} ${action ?? ''}`) {
    case 'GET ':
    case 'POST cancel':
      return json(stored.response);
    case 'GET input_items':
      return json({ object: 'list', data: stored.input, first_id: null, last_id: null, has_more: false });
    case 'DELETE ':
      call.store.deleteResponse(id, call.organization);
      return json({ id, object: 'response', deleted: true });
    default:
      return unknownUrl(call.method, pathOf(call));
  }
}

function create(call: Call): Answer {
  const { key, model, organization, store, chunks, json: request } = call;
  if (request === undefined) return malformedJson;
  if (model === undefined) return missingParameter('model');
  const input: unknown = request['input'];
  if (typeof input !== 'string' && !Array.isArray(input)) return missingParameter('input');
  const previousId = stringOf(request['previous_response_id']);
  const previous = previousId === undefined ? undefined : store.response(previousId, organization);
  if (previousId !== undefined && previous === undefined) return unknownPreviousResponse(previousId);

  const items: readonly unknown[] = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const conversation = [...(previous?.conversation ?? []), ...items];
  const messages = responsesMessages(request['instructions'], conversation);
  const flaw = flawOf(messages);
  if (flaw !== undefined) return openaiErrors.invalidRequest(flaw);
  const options = responsesOptions(request);
  const generated = generateOutput({ key, model, messages, options, organization, chunks });
  const parts = new ResponseParts(model, request, generated);
  if (request['store'] !== false) {
    const { id, response, output } = parts;
    store.addResponse(id, {
      organization,
      response,
      input: items,
      conversation: [...conversation, ...output],
    });
  }
  return request['stream'] === true ? parts.stream() : json(parts.response);
}

import { CREATED_AT, json, type Answer } from '../answer.ts';
import { invalidValue, malformedJson, modelNotFound, unknownUrl } from '../vendor-errors/openai.ts';
import { pathOf, type Call } from './call.ts';
import { chat } from './chat.ts';
import { completions } from './completions.ts';
import { embeddings } from './embeddings.ts';
import { files } from './files.ts';
import { audio, images } from './media.ts';
import { responses } from './responses.ts';

/** Prepares the right answer to a call of OpenAI's surface. */
export function openai(call: Call, models: readonly string[]): Answer {
  const path = call.steps.join('/');
  switch (call.operation) {
    case 'chat':
      return call.method === 'POST' && path === 'chat/completions' ? chat(call) : unknown(call);
    case 'completions':
      return call.method === 'POST' && call.steps.length === 1 ? completions(call) : unknown(call);
    case 'responses':
      return responses(call);
    case 'embeddings':
      return call.method === 'POST' && call.steps.length === 1 ? embeddings(call) : unknown(call);
    case 'models':
      return call.method === 'GET' ? listModels(call, models) : unknown(call);
    case 'moderations':
      return call.method === 'POST' && call.steps.length === 1 ? moderate(call) : unknown(call);
    case 'files':
      return files(call);
    case 'images':
      return call.method === 'POST' && call.steps.length === 2 ? images(call) : unknown(call);
    case 'audio':
      return call.method === 'POST' && call.steps.length === 2 ? audio(call) : unknown(call);
    case 'messages':
    case 'generate':
    case 'converse':
    case 'count-tokens':
    case 'videos':
    case 'other':
      return unknown(call);
  }
}

function unknown(call: Call): Answer {
  return unknownUrl(call.method, pathOf(call));
}

function listModels(call: Call, models: readonly string[]): Answer {
  // A model's own name may contain slashes.
  const id = call.steps.slice(1).join('/');
  if (id === '') return json({ object: 'list', data: models.map(describeModel) });
  return models.includes(id) ? json(describeModel(id)) : modelNotFound(id);
}

function describeModel(id: string): object {
  return { id, object: 'model', created: CREATED_AT, owned_by: 'simulator' };
}

function moderate(call: Call): Answer {
  if (call.json === undefined) return malformedJson;
  const input: unknown = call.json['input'];
  if (typeof input !== 'string' && !Array.isArray(input)) return invalidValue('input', 'a text or a list');
  const inputs: readonly unknown[] = typeof input === 'string' ? [input] : input;
  const results = inputs.map(() => ({ flagged: false, categories: {}, category_scores: {} }));
  return json({ id: 'modr-sim', model: call.model ?? 'omni-moderation-latest', results });
}

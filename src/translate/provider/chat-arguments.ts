import { asObject, objectsOf, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';

type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` whose whole answers have the arguments of calls as text of JSON, as OpenAI documents them. Some compatible servers
 * answer with an object, or with null or nothing where there are none, which the package would take for an answer that is none.
 */
export function withTextArguments(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.headers.get('content-type')?.includes('event-stream') === true) return response;
    const { status, headers } = response;
    const text = await response.text();
    const body = text.includes('"tool_calls"') ? parseObject(text) : undefined;
    return new Response(body === undefined ? text : JSON.stringify(patched(body)), { status, headers });
  };
}

function patched(body: Json): Json {
  if (!Array.isArray(body['choices'])) return body;
  const choices = objectsOf(body['choices']).map((choice) => {
    const message = asObject(choice['message']);
    if (message === undefined || !Array.isArray(message['tool_calls'])) return choice;
    return {
      ...choice,
      message: { ...message, tool_calls: objectsOf(message['tool_calls']).map(patchedCall) },
    };
  });
  return { ...body, choices };
}

function patchedCall(call: Json): Json {
  const called = asObject(call['function']);
  if (called === undefined || typeof called['arguments'] === 'string') return call;
  return { ...call, function: { ...called, arguments: JSON.stringify(called['arguments'] ?? {}) } };
}

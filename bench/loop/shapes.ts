/** A chat of about so many bytes, of one kind that clients or attackers send. */
export type Shape = (bytes: number) => object;

const HEAD = { model: 'claude-sonnet-4-5', max_tokens: 100 };
const QUESTION = [{ role: 'user', content: 'hi' }];
const MAX_DEPTH = 200;

/** By what they are called in tables. */
export const shapes: Readonly<Record<string, Shape>> = {
  'one long string': (bytes) => ({
    ...HEAD,
    messages: [{ role: 'user', content: 'a b c d '.repeat(bytes / 8) }],
  }),
  'an image': (bytes) => ({
    ...HEAD,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is it?' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${'iVBORw0K'.repeat(bytes / 8)}` } },
        ],
      },
    ],
  }),
  'many small messages': (bytes) => ({
    ...HEAD,
    messages: items(bytes, (n) => ({
      role: n % 2 === 0 ? 'user' : 'assistant',
      content: `Message ${n} says little.`,
    })),
  }),
  'results of one turn': (bytes) => {
    const ids = Array.from({ length: Math.floor(bytes / 140) }, (_, n) => `c${n}`);
    const calls = ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{"a":1}' } }));
    const results = ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'ok' }));
    return {
      ...HEAD,
      messages: [...QUESTION, { role: 'assistant', content: null, tool_calls: calls }, ...results],
    };
  },
  'fields of a schema': (bytes) => ({
    ...HEAD,
    messages: QUESTION,
    tools: [tool({ type: 'object', properties: fields(bytes, { type: 'string', description: 'd' }) })],
  }),
  'deep schemas': (bytes) => ({
    ...HEAD,
    messages: QUESTION,
    tools: items(bytes, () => tool(nested(MAX_DEPTH))),
  }),
  'a list of short strings': (bytes) => ({
    ...HEAD,
    messages: QUESTION,
    tools: [tool({ type: 'object', properties: { a: { enum: items(bytes, (n) => `e${n}`) } } })],
  }),
  'signed thinking': (bytes) => ({ ...HEAD, messages: thinkingTurns(bytes, 'EqQBCgIYAhIM1gbcDa9GJwZA') }),
  'unsigned thinking': (bytes) => ({ ...HEAD, messages: thinkingTurns(bytes, '') }),
  'marked thinking': (bytes) => ({ ...HEAD, messages: thinkingTurns(bytes, 'sk1_eyJnb29nbGUiOnt9fQ') }),
  'one unsigned thought': (bytes) => ({
    ...HEAD,
    messages: [...thinkingTurns(1, ''), { role: 'user', content: 'a b c d '.repeat(bytes / 8) }],
  }),
  'fields of the body': (bytes) => ({ ...HEAD, messages: QUESTION, ...fields(bytes, 1) }),
};

function items<Item>(bytes: number, make: (n: number) => Item): Item[] {
  const made: Item[] = [];
  for (let length = 0; length < bytes; length += JSON.stringify(made.at(-1)).length + 1)
    made.push(make(made.length));
  return made;
}

/** Of Anthropic's dialect. */
function thinkingTurns(bytes: number, signature: string): object[] {
  return items(bytes, (n) => ({
    role: n % 2 === 0 ? 'user' : 'assistant',
    content: [
      ...(n % 2 === 0 ? [] : [{ type: 'thinking', thinking: 'Hm. '.repeat(50), signature }]),
      { type: 'text', text: `Message ${n} says little.` },
    ],
  }));
}

function fields(bytes: number, value: unknown): Record<string, unknown> {
  return Object.fromEntries(items(bytes, (n) => [`field${n}`, value]));
}

function tool(parameters: object): object {
  return { type: 'function', function: { name: 'f', parameters } };
}

function nested(depth: number): object {
  return depth === 0 ? { type: 'string' } : { type: 'object', properties: { p: nested(depth - 1) } };
}

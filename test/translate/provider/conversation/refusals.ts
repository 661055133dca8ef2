import { asObject, itemsOf, objectsOf } from '../../../../src/base/json.ts';
import type { Json } from '../../../../src/base/json.ts';

/*
 * Why a vendor would refuse the conversation of a request, by what its documentation and its servers' messages say. Written
 * without the rules of the code that is tested.
 */

/** The conversation of a request, whichever dialect it is in. */
interface SentMessage {
  readonly role: string;
  readonly calls: readonly { readonly id: unknown; readonly name: unknown; readonly input: unknown }[];
  readonly results: readonly unknown[];
  /** All texts in it. */
  readonly texts: readonly unknown[];
  /** How many parts it has. */
  readonly size: number;
}

/** What is wrong with a body for OpenAI's chat completions. */
export function refusedByOpenAI(body: Json): string[] {
  const messages = objectsOf(body['messages']);
  return [
    ...(messages.length === 0 ? ['no messages'] : []),
    ...chatContents(messages),
    ...pairs(chatTurns(messages)),
    ...words(chatTurns(messages), /^.{1,40}$/su, /^[a-zA-Z0-9_-]{1,64}$/u),
    ...tools(chatTools(body), /^[a-zA-Z0-9_-]{1,64}$/u, { combinators: false, properties: true }),
  ];
}

/** The same for Mistral, whose order is that of its own validator. */
export function refusedByMistral(body: Json): string[] {
  const messages = objectsOf(body['messages']);
  const roles = messages.map(({ role }) => String(role));
  const last = messages.at(-1);
  return [
    ...refusedByOpenAI(body),
    ...words(chatTurns(messages), /^[a-zA-Z0-9]{9}$/u, /^[a-zA-Z0-9_-]{1,64}$/u),
    ...roles.flatMap((role, at) =>
      at > 0 && !(MISTRAL_ORDER.get(roles[at - 1] ?? '') ?? []).includes(role)
        ? [`role ${role} after role ${roles[at - 1]}`]
        : [],
    ),
    ...(last?.['role'] === 'user' || last?.['role'] === 'tool' || last?.['prefix'] === true
      ? []
      : [`last role ${String(last?.['role'])}`]),
  ];
}

const MISTRAL_ORDER: ReadonlyMap<string, readonly string[]> = new Map([
  ['system', ['user', 'assistant', 'system']],
  ['user', ['assistant', 'system', 'user']],
  ['assistant', ['assistant', 'user', 'tool']],
  ['tool', ['assistant', 'tool']],
]);

function chatContents(messages: readonly Json[]): string[] {
  return messages.flatMap(({ role, content, tool_calls: calls }) => {
    if (Array.isArray(content) && content.length === 0) return ['empty content'];
    if (role === 'assistant' && calls === undefined && (typeof content !== 'string' || content === ''))
      return ['an assistant without content'];
    return [];
  });
}

function chatTurns(messages: readonly Json[]): SentMessage[] {
  return messages.map(({ role, content, tool_calls: calls, tool_call_id: id }) => ({
    role: String(role),
    calls: objectsOf(calls).map((call) => {
      const called = asObject(call['function']) ?? {};
      return { id: call['id'], name: called['name'], input: parsed(called['arguments']) };
    }),
    results: role === 'tool' ? [id] : [],
    texts: [content],
    size: 1,
  }));
}

function chatTools(body: Json): Json[] {
  return objectsOf(body['tools']).map((tool) => {
    const { name, parameters, description } = asObject(tool['function']) ?? {};
    return { name, schema: parameters, description };
  });
}

function parsed(text: unknown): unknown {
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}

/** What is wrong with a body for Anthropic's messages. */
export function refusedByAnthropic(body: Json): string[] {
  const turns = objectsOf(body['messages']).map((message) => {
    const blocks = objectsOf(message['content']);
    return {
      ...turnOf(message, blocks),
      calls: blocks
        .filter(({ type }) => type === 'tool_use')
        .map(({ id, name, input }) => ({ id, name, input })),
      results: blocks.filter(({ type }) => type === 'tool_result').map((block) => block['tool_use_id']),
      texts: blocks.flatMap((block) => (block['type'] === 'text' ? [block['text']] : [])),
    };
  });
  const late = objectsOf(body['messages']).filter((message) => {
    const types = objectsOf(message['content']).map(({ type }) => type === 'tool_result');
    return types.lastIndexOf(true) > types.indexOf(false) && types.includes(false);
  });
  return [
    ...alternating(turns),
    ...late.map(() => 'a result behind other content'),
    ...blanks([...turns, { ...EMPTY, texts: systemTexts(body) }]),
    ...pairs(turns),
    ...words(turns, /^[a-zA-Z0-9_-]+$/u, /^[a-zA-Z0-9_-]{1,64}$/u),
    ...tools(
      objectsOf(body['tools']).map((tool) => ({ ...tool, schema: tool['input_schema'] })),
      /^[a-zA-Z0-9_-]{1,64}$/u,
      { combinators: false, properties: false },
    ),
  ];
}

/** Bedrock's marks for the cache stand between texts. */
function systemTexts({ system }: Json): unknown[] {
  return objectsOf(system).flatMap(({ text, cachePoint }) => (cachePoint === undefined ? [text] : []));
}

/** What is wrong with a body for Bedrock's Converse. */
export function refusedByBedrock(body: Json): string[] {
  const turns = objectsOf(body['messages']).map((message) => {
    const blocks = objectsOf(message['content']);
    const results = blocks.flatMap(({ toolResult }) => objectsOf([toolResult]));
    return {
      ...turnOf(message, blocks),
      calls: blocks
        .flatMap(({ toolUse }) => objectsOf([toolUse]))
        .map(({ toolUseId, name, input }) => ({ id: toolUseId, name, input })),
      results: results.map(({ toolUseId }) => toolUseId),
      texts: [...blocks, ...results.flatMap(({ content }) => objectsOf(content))].flatMap((block) =>
        block['text'] === undefined ? [] : [block['text']],
      ),
    };
  });
  const specs = objectsOf(asObject(body['toolConfig'])?.['tools']).flatMap(({ toolSpec }) =>
    objectsOf([toolSpec]),
  );
  return [
    ...alternating(turns),
    ...(turns.at(-1)?.role === 'user' ? [] : ['does not end with the user']),
    ...blanks([...turns, { ...EMPTY, texts: systemTexts(body) }]),
    ...pairs(turns),
    ...words(turns, /^[a-zA-Z0-9_-]{1,64}$/u, /^[a-zA-Z0-9_-]{1,64}$/u),
    ...tools(
      specs.map((spec) => ({ ...spec, schema: asObject(spec['inputSchema'])?.['json'] })),
      /^[a-zA-Z0-9_-]{1,64}$/u,
      { combinators: false, properties: false },
    ),
    ...(turns.some(({ calls }) => calls.length > 0) && specs.length === 0 ? ['calls without tools'] : []),
  ];
}

/** What is wrong with a body for Gemini. */
export function refusedByGemini(body: Json): string[] {
  const contents = objectsOf(body['contents']);
  const turns = contents.map((content) => {
    const parts = objectsOf(content['parts']);
    return {
      ...turnOf(content, parts),
      calls: parts
        .flatMap(({ functionCall }) => objectsOf([functionCall]))
        .map(({ id, name, args }) => ({ id, name, input: args })),
      results: parts.flatMap(({ functionResponse }) => objectsOf([functionResponse])).map(({ id }) => id),
      // A signature may stand beside a text that is empty: ai.google.dev/gemini-api/docs/thought-signatures.
      texts: parts.flatMap(({ text, thoughtSignature }) =>
        text === undefined || thoughtSignature !== undefined ? [] : [text],
      ),
    };
  });
  const misplaced = turns.flatMap(({ calls }, at) =>
    calls.length > 0 && turns[at - 1]?.role !== 'user' ? ['a call behind the model'] : [],
  );
  // The package shows the files of a result beside it to models that take none in it, and says so in these words.
  const mixed = turns.filter(
    ({ results, texts }) =>
      results.length > 0 &&
      texts.some((text) => typeof text !== 'string' || !text.startsWith('Tool executed successfully')),
  );
  const instructions = objectsOf(asObject(body['systemInstruction'])?.['parts']).map(({ text }) => text);
  return [
    ...(turns[0]?.role === 'user' ? [] : ['does not begin with the user']),
    ...(turns.at(-1)?.role === 'user' ? [] : ['does not end with the user']),
    ...turns.flatMap(({ size }) => (size === 0 ? ['no parts'] : [])),
    ...misplaced,
    ...mixed.map(() => 'words beside results'),
    ...blanks([...turns, { ...EMPTY, texts: instructions }]),
    ...pairs(turns),
    ...words(turns, /^/u, GEMINI_NAME),
    ...tools(
      objectsOf(body['tools'])
        .flatMap(({ functionDeclarations }) => objectsOf(functionDeclarations))
        .map((tool) => ({ ...tool, schema: tool['parametersJsonSchema'] })),
      GEMINI_NAME,
      { combinators: true, properties: false },
    ),
  ];
}

const GEMINI_NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/u;
const EMPTY: SentMessage = { role: 'system', calls: [], results: [], texts: [], size: 1 };

function turnOf({ role }: Json, parts: readonly unknown[]): SentMessage {
  return { ...EMPTY, role: String(role), size: parts.length };
}

function alternating(turns: readonly SentMessage[]): string[] {
  return [
    ...turns.flatMap(({ role, size }, at) => [
      ...(role === (at % 2 === 0 ? 'user' : 'assistant') ? [] : [`role ${role} at ${at}`]),
      ...(size === 0 ? ['no content'] : []),
    ]),
    ...(turns.length === 0 ? ['no messages'] : []),
  ];
}

function blanks(turns: readonly SentMessage[]): string[] {
  return turns.flatMap(({ texts }) =>
    texts.flatMap((text) => (typeof text === 'string' && text.trim() !== '' ? [] : ['a blank text'])),
  );
}

/** Results of all calls stand directly behind them, and nowhere else. */
function pairs(turns: readonly SentMessage[]): string[] {
  const wrong: string[] = [];
  let waiting: unknown[] = [];
  for (const { calls, results, role } of turns) {
    for (const id of results) {
      if (!waiting.includes(id)) wrong.push(`a result without a call: ${String(id)}`);
      waiting = waiting.filter((each) => each !== id);
    }
    if (results.length === 0 || role !== 'tool') {
      if (waiting.length > 0) wrong.push(`calls without results: ${waiting.join(', ')}`);
      waiting = calls.map(({ id }) => id);
    }
  }
  if (waiting.length > 0) wrong.push(`calls without results at the end: ${waiting.join(', ')}`);
  return wrong;
}

function words(turns: readonly SentMessage[], id: RegExp, name: RegExp): string[] {
  const calls = turns.flatMap((turn) => turn.calls);
  return [
    ...(new Set(calls.map((call) => call.id)).size === calls.length ? [] : ['an id twice']),
    ...calls.flatMap((call) => [
      ...(typeof call.id === 'string' && id.test(call.id) ? [] : [`the id ${String(call.id)}`]),
      ...(typeof call.name === 'string' && name.test(call.name) ? [] : [`the name ${String(call.name)}`]),
      ...(asObject(call.input) === undefined ? [`the arguments ${JSON.stringify(call.input)}`] : []),
    ]),
  ];
}

interface SchemaCheck {
  readonly combinators: boolean;
  readonly properties: boolean;
}

function tools(declared: readonly Json[], name: RegExp, check: SchemaCheck): string[] {
  const names = declared.map((tool) => tool['name']);
  return [
    ...(new Set(names).size === names.length ? [] : ['a tool twice']),
    ...names.flatMap((each) =>
      typeof each === 'string' && name.test(each) ? [] : [`a tool ${String(each)}`],
    ),
    ...declared.flatMap(({ description }) =>
      typeof description === 'string' && description.trim() === '' ? ['a blank description'] : [],
    ),
    ...declared.flatMap(({ schema }) => rootSchema(asObject(schema) ?? {}, check)),
  ];
}

function rootSchema(schema: Json, check: SchemaCheck): string[] {
  return [
    ...(schema['type'] === 'object' && asObject(schema['properties']) !== undefined
      ? []
      : ['no object at the root']),
    ...(check.combinators ? [] : ['anyOf', 'oneOf', 'allOf'].filter((name) => schema[name] !== undefined)),
    ...innerSchema(schema, check),
  ];
}

function innerSchema(schema: Json, check: SchemaCheck): string[] {
  const types = typeof schema['type'] === 'string' ? [schema['type']] : itemsOf(schema['type']);
  const inner = [
    ...Object.values(asObject(schema['properties']) ?? {}),
    ...['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((name) => itemsOf(schema[name])),
    ...(schema['items'] === undefined ? [] : [schema['items']]),
  ];
  return [
    ...(types.includes('array') && asObject(schema['items']) === undefined ? ['an array without items'] : []),
    ...(check.properties && types.includes('object') && asObject(schema['properties']) === undefined
      ? ['an object without properties']
      : []),
    ...Object.values(schema).flatMap((value) => (value === null ? ['a keyword that is null'] : [])),
    ...inner.flatMap((each) => {
      const object = asObject(each);
      return object === undefined ? ['a schema that is no object'] : innerSchema(object, check);
    }),
  ];
}

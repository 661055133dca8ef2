import { CITY, JPEG, messagesTool, PDF, PNG } from '../cases/translation-case.ts';
import { defined, eventsIn, inOrder, objectIn, objectsIn, textIn } from './fields.ts';
import type {
  Answer,
  CallsPlan,
  ClientSide,
  FilePlan,
  JsonBody,
  OptionsPlan,
  Plan,
  TurnPlan,
} from './plan.ts';

/** A client of Anthropic's messages. */
export const messages: ClientSide = {
  dialect: 'messages',
  request: (plan) => ({
    ...optionsOf(plan),
    ...(plan.system !== undefined && { system: plan.system }),
    ...(plan.tools.length > 0 && { tools: plan.tools.map(({ name, schema }) => messagesTool(name, schema)) }),
    messages: [
      ...plan.turns.flatMap((turn) => messagesOf(turn, plan)),
      { role: 'user', content: plan.question },
    ],
  }),
  answer: (text, streamed) => answerOf(streamed ? streamedMessage(text) : objectIn(JSON.parse(text))),
  continued: (request, { kept, calls }, results, question) => {
    const content = [
      ...calls.map(({ id }, at) => ({ type: 'tool_result', tool_use_id: id, content: results[at] ?? '' })),
      ...(question === undefined ? [] : [{ type: 'text', text: question }]),
    ];
    return {
      ...request,
      messages: [
        ...objectsIn(request['messages']),
        { role: 'assistant', content: kept },
        { role: 'user', content },
      ],
    };
  },
};

function messagesOf(turn: TurnPlan, plan: Plan): object[] {
  switch (turn.kind) {
    case 'user':
      return [{ role: 'user', content: contentOf(turn.text, turn.file) }];
    case 'system':
      // The dialect has instructions nowhere but at the beginning.
      return [{ role: 'user', content: [{ type: 'text', text: turn.text }] }];
    case 'assistant':
      return [{ role: 'assistant', content: [...thoughts(turn.thinks), { type: 'text', text: turn.text }] }];
    case 'calls':
      return callsOf(turn, plan);
  }
}

/** Thinking that nobody has signed. */
function thoughts(thinks: boolean): object[] {
  return thinks ? [{ type: 'thinking', thinking: 'hm', signature: '' }] : [];
}

function callsOf({ calls, text, thinks, between, results }: CallsPlan, { tools }: Plan): object[] {
  const nameOf = (tool: number): string => tools[tool % Math.max(1, tools.length)]?.name ?? 'gone';
  const made = calls.map(({ id, tool, written }) => ({
    type: 'tool_use',
    id,
    name: nameOf(tool),
    input: written.startsWith('{"city":"Oslo"') ? { city: 'Oslo' } : {},
  }));
  const told = inOrder(
    calls.map(({ id, result }) => ({ type: 'tool_result', tool_use_id: id, content: result })),
    results,
  );
  const meanwhile = { type: 'text', text: 'Meanwhile.' };
  return [
    { role: 'assistant', content: [...thoughts(thinks), { type: 'text', text }, ...made] },
    ...(between === 'assistant' ? [{ role: 'assistant', content: [meanwhile] }] : []),
    ...(between === 'system' ? [{ role: 'user', content: [meanwhile] }] : []),
    ...(told.length > 0 || between === 'user'
      ? [{ role: 'user', content: [...(between === 'user' ? [meanwhile] : []), ...told] }]
      : []),
  ];
}

function contentOf(text: string, file: FilePlan): unknown {
  const said = { type: 'text', text };
  switch (file) {
    case 'none':
      return text;
    case 'png':
      return [said, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }];
    case 'jpg':
      return [{ type: 'image', source: { type: 'base64', media_type: 'image/jpg', data: JPEG } }, said];
    case 'pdf':
      return [
        {
          type: 'document',
          title: 'a.b.pdf',
          source: { type: 'base64', media_type: 'application/pdf', data: PDF },
        },
        said,
      ];
  }
}

function optionsOf({ options, tools }: Plan): JsonBody {
  const { maxTokens = 4_096, temperature, topP, topK, stops, effort, json, choice, oneCall, user } = options;
  return defined({
    max_tokens: maxTokens,
    temperature: temperature === undefined ? undefined : Math.min(1, temperature),
    top_p: topP,
    top_k: topK,
    stop_sequences: stops,
    thinking: effort === undefined ? undefined : thinkingOf(effort, maxTokens),
    output_config: json === undefined ? undefined : { format: { type: 'json_schema', schema: CITY } },
    tool_choice: tools.length === 0 ? undefined : choiceOf(options, oneCall, choice, tools[0]?.name),
    metadata: user === undefined ? undefined : { user_id: user },
  });
}

/** A budget has to be below the limit. */
function thinkingOf(effort: NonNullable<OptionsPlan['effort']>, maxTokens: number): unknown {
  if (maxTokens <= 1_024) return { type: 'disabled' };
  return { type: 'enabled', budget_tokens: effort === 'low' ? 1_024 : Math.min(maxTokens - 1, 2_048) };
}

function choiceOf(
  { effort }: OptionsPlan,
  oneCall: boolean | undefined,
  choice: OptionsPlan['choice'],
  first: string | undefined,
): unknown {
  if (choice === undefined) return undefined;
  if (choice === 'none') return { type: 'none' };
  const single = oneCall === true ? { disable_parallel_tool_use: true } : {};
  // Nobody may force a call of a model that thinks.
  if (choice === 'auto' || effort !== undefined) return { type: 'auto', ...single };
  return choice === 'required' ? { type: 'any', ...single } : { type: 'tool', name: first, ...single };
}

function streamedMessage(text: string): JsonBody {
  const content: Record<string, unknown>[] = [];
  const written: string[] = [];
  let stop: unknown;
  for (const event of eventsIn(text)) {
    const at = Number(event['index']);
    const delta = objectIn(event['delta']);
    if (event['type'] === 'content_block_start') content[at] = { ...objectIn(event['content_block']) };
    if (event['type'] === 'message_delta') stop = delta['stop_reason'];
    const block = content[at];
    if (event['type'] !== 'content_block_delta' || block === undefined) continue;
    for (const name of ['text', 'thinking', 'signature'])
      if (typeof delta[name] === 'string') block[name] = textIn(block[name]) + delta[name];
    written[at] = (written[at] ?? '') + textIn(delta['partial_json']);
  }
  const blocks = content.map((block, at) =>
    block['type'] === 'tool_use' ? { ...block, input: JSON.parse(written[at] || '{}') as unknown } : block,
  );
  return { content: blocks, stop_reason: stop };
}

function answerOf(message: JsonBody): Answer {
  const content = objectsIn(message['content']);
  return {
    text: content.map((block) => (block['type'] === 'text' ? textIn(block['text']) : '')).join(''),
    calls: content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => ({ id: textIn(id), name: textIn(name), input })),
    isWhole: message['stop_reason'] === 'end_turn' || message['stop_reason'] === 'tool_use',
    kept: content,
  };
}

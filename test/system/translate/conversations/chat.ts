import {
  assistant,
  chatCall,
  chatTool,
  CITY,
  JPEG,
  PDF,
  PNG,
  toolResult,
  user,
} from '../cases/translation-case.ts';
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

/** A client of OpenAI's chat completions. */
export const chat: ClientSide = {
  dialect: 'chat',
  request: (plan) => ({
    ...optionsOf(plan),
    ...(plan.tools.length > 0 && { tools: plan.tools.map(({ name, schema }) => chatTool(name, schema)) }),
    messages: [
      ...(plan.system === undefined ? [] : [{ role: 'system', content: plan.system }]),
      ...plan.turns.flatMap((turn) => messagesOf(turn, plan)),
      user(plan.question),
    ],
  }),
  answer: (text, streamed) => (streamed ? streamedAnswer(text) : wholeAnswer(text)),
  continued: (request, { kept, calls }, results, question) => ({
    ...request,
    messages: [
      ...objectsIn(request['messages']),
      ...kept,
      ...calls.map(({ id }, at) => toolResult(id, results[at] ?? '')),
      ...(question === undefined ? [] : [user(question)]),
    ],
  }),
};

function messagesOf(turn: TurnPlan, plan: Plan): object[] {
  switch (turn.kind) {
    case 'user':
      return [user(contentOf(turn.text, turn.file))];
    case 'system':
      return [{ role: 'system', content: turn.text }];
    case 'assistant':
      return [{ ...assistant(turn.text), ...(turn.thinks && { reasoning_content: 'hm' }) }];
    case 'calls':
      return callsOf(turn, plan);
  }
}

function callsOf({ calls, text, thinks, between, results }: CallsPlan, { tools }: Plan): object[] {
  const nameOf = (tool: number): string => tools[tool % Math.max(1, tools.length)]?.name ?? 'gone';
  const made = calls.map(({ id, tool, written }) => chatCall(id, nameOf(tool), written));
  return [
    { ...assistant(text === '' ? null : text, ...made), ...(thinks && { reasoning_content: 'hm' }) },
    ...(between === 'nobody' ? [] : [{ role: between, content: 'Meanwhile.' }]),
    ...inOrder(
      calls.map(({ id, result }) => toolResult(id, result)),
      results,
    ),
  ];
}

function contentOf(text: string, file: FilePlan): unknown {
  switch (file) {
    case 'none':
      return text;
    case 'png':
      return [{ type: 'text', text }, imageOf(`data:image/png;base64,${PNG}`)];
    case 'jpg':
      return [imageOf(`data:image/jpg;base64,${JPEG}`), { type: 'text', text }];
    case 'pdf':
      return [
        { type: 'file', file: { filename: 'a.b.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
        { type: 'text', text },
      ];
  }
}

function imageOf(url: string): object {
  return { type: 'image_url', image_url: { url } };
}

function optionsOf({ options, tools }: Plan): JsonBody {
  const {
    maxTokens,
    temperature,
    topP,
    topK,
    stops,
    seed,
    effort,
    json,
    choice,
    oneCall,
    user: who,
  } = options;
  return defined({
    max_completion_tokens: maxTokens,
    temperature,
    top_p: topP,
    top_k: topK,
    stop: stops,
    seed,
    reasoning_effort: effort,
    response_format: formatOf(json),
    tool_choice: choiceOf(choice, tools[0]?.name),
    parallel_tool_calls: oneCall === undefined ? undefined : !oneCall,
    user: who,
  });
}

function formatOf(json: OptionsPlan['json']): unknown {
  switch (json) {
    case undefined:
      return undefined;
    case 'object':
      return { type: 'json_object' };
    case 'schema':
    case 'list':
      return { type: 'json_schema', json_schema: { name: 'city', schema: CITY } };
  }
}

function choiceOf(choice: OptionsPlan['choice'], first: string | undefined): unknown {
  return choice === 'first' ? { type: 'function', function: { name: first } } : choice;
}

function wholeAnswer(text: string): Answer {
  const [choice = {}] = objectsIn(objectIn(JSON.parse(text))['choices']);
  return answerOf(objectIn(choice['message']), choice['finish_reason']);
}

function streamedAnswer(text: string): Answer {
  const message: Record<string, unknown> = { role: 'assistant' };
  const calls: { id: string; extra: unknown; name: string; written: string }[] = [];
  let finish: unknown;
  for (const event of eventsIn(text)) {
    for (const choice of objectsIn(event['choices'])) {
      finish = choice['finish_reason'] ?? finish;
      const delta = objectIn(choice['delta']);
      for (const name of ['content', 'reasoning_content'])
        if (typeof delta[name] === 'string') message[name] = textIn(message[name]) + delta[name];
      for (const piece of objectsIn(delta['tool_calls'])) {
        const at = Number(piece['index']);
        const call = (calls[at] ??= { id: '', extra: undefined, name: '', written: '' });
        const called = objectIn(piece['function']);
        call.id += textIn(piece['id']);
        call.extra = piece['extra_content'] ?? call.extra;
        call.name += textIn(called['name']);
        call.written += textIn(called['arguments']);
      }
    }
  }
  const made = calls.map(({ id, extra, name, written }) => ({
    ...chatCall(id, name, written),
    ...(extra !== undefined && { extra_content: extra }),
  }));
  return answerOf({ ...message, ...(made.length > 0 && { tool_calls: made }) }, finish);
}

function answerOf(message: JsonBody, finish: unknown): Answer {
  return {
    text: textIn(message['content']),
    calls: objectsIn(message['tool_calls']).map((call) => {
      const called = objectIn(call['function']);
      return {
        id: textIn(call['id']),
        name: textIn(called['name']),
        input: JSON.parse(textIn(called['arguments'])) as unknown,
      };
    }),
    isWhole: finish === 'stop' || finish === 'tool_calls',
    kept: [{ content: null, ...message }],
  };
}

import { CITY, JPEG, PDF, PNG, responsesTool } from '../cases/translation-case.ts';
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

/** A client of OpenAI's responses that has nothing stored. */
export const responses: ClientSide = {
  dialect: 'responses',
  request: (plan) => ({
    ...optionsOf(plan),
    store: false,
    ...(plan.options.effort !== undefined && { include: ['reasoning.encrypted_content'] }),
    ...(plan.system !== undefined && { instructions: plan.system }),
    ...(plan.tools.length > 0 && {
      tools: plan.tools.map(({ name, schema }) => responsesTool(name, schema)),
    }),
    input: [...plan.turns.flatMap((turn) => itemsOf(turn, plan)), { role: 'user', content: plan.question }],
  }),
  answer: (text, streamed) => {
    const whole = streamed
      ? eventsIn(text).findLast(
          ({ type }) => type === 'response.completed' || type === 'response.incomplete',
        )?.['response']
      : (JSON.parse(text) as unknown);
    return answerOf(objectIn(whole));
  },
  continued: (request, { kept, calls }, results, question) => ({
    ...request,
    input: [
      ...objectsIn(request['input']),
      ...kept,
      ...calls.map(({ id }, at) => ({
        type: 'function_call_output',
        call_id: id,
        output: results[at] ?? '',
      })),
      ...(question === undefined ? [] : [{ role: 'user', content: question }]),
    ],
  }),
};

function itemsOf(turn: TurnPlan, plan: Plan): object[] {
  switch (turn.kind) {
    case 'user':
      return [{ role: 'user', content: contentOf(turn.text, turn.file) }];
    case 'system':
      return [{ role: 'developer', content: turn.text }];
    case 'assistant':
      return [
        ...(turn.thinks ? [REASONING] : []),
        { role: 'assistant', content: [{ type: 'output_text', text: turn.text, annotations: [] }] },
      ];
    case 'calls':
      return callsOf(turn, plan);
  }
}

const REASONING = { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }] };

function callsOf({ calls, text, thinks, between, results }: CallsPlan, { tools }: Plan): object[] {
  const nameOf = (tool: number): string => tools[tool % Math.max(1, tools.length)]?.name ?? 'gone';
  return [
    ...(thinks ? [REASONING] : []),
    ...(text === '' ? [] : [{ role: 'assistant', content: text }]),
    ...calls.map(({ id, tool, written }) => ({
      type: 'function_call',
      call_id: id,
      name: nameOf(tool),
      arguments: written,
    })),
    ...(between === 'nobody' ? [] : [{ role: between, content: 'Meanwhile.' }]),
    ...inOrder(
      calls.map(({ id, result }) => ({ type: 'function_call_output', call_id: id, output: result })),
      results,
    ),
  ];
}

function contentOf(text: string, file: FilePlan): unknown {
  const said = { type: 'input_text', text };
  switch (file) {
    case 'none':
      return text;
    case 'png':
      return [said, { type: 'input_image', image_url: `data:image/png;base64,${PNG}`, detail: 'auto' }];
    case 'jpg':
      return [{ type: 'input_image', image_url: `data:image/jpg;base64,${JPEG}`, detail: 'auto' }, said];
    case 'pdf':
      return [
        { type: 'input_file', filename: 'a.b.pdf', file_data: `data:application/pdf;base64,${PDF}` },
        said,
      ];
  }
}

function optionsOf({ options, tools }: Plan): JsonBody {
  const { maxTokens, temperature, topP, effort, json, choice, oneCall, user } = options;
  return defined({
    max_output_tokens: maxTokens === 1 ? 16 : maxTokens,
    temperature,
    top_p: topP,
    reasoning: effort === undefined ? undefined : { effort, summary: 'auto' },
    text: formatOf(json),
    tool_choice: choice === 'first' ? { type: 'function', name: tools[0]?.name } : choice,
    parallel_tool_calls: oneCall === undefined ? undefined : !oneCall,
    user,
  });
}

function formatOf(json: OptionsPlan['json']): unknown {
  switch (json) {
    case undefined:
      return undefined;
    case 'object':
      return { format: { type: 'json_object' } };
    case 'schema':
    case 'list':
      return { format: { type: 'json_schema', name: 'city', schema: CITY } };
  }
}

function answerOf(response: JsonBody): Answer {
  const output = objectsIn(response['output']);
  return {
    text: output
      .flatMap(({ content }) => objectsIn(content))
      .map(({ text }) => textIn(text))
      .join(''),
    calls: output
      .filter(({ type }) => type === 'function_call')
      .map((call) => ({
        id: textIn(call['call_id']),
        name: textIn(call['name']),
        input: JSON.parse(textIn(call['arguments'])) as unknown,
      })),
    isWhole: response['status'] === 'completed',
    kept: output,
  };
}

import { CITY, geminiTools, JPEG, PDF, PNG, turn as turnOf } from '../cases/translation-case.ts';
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

/** A client of Gemini's content. */
export const gemini: ClientSide = {
  dialect: 'gemini',
  request: (plan) => ({
    generationConfig: configOf(plan.options),
    ...choiceOf(plan),
    ...(plan.system !== undefined && { systemInstruction: { parts: [{ text: plan.system }] } }),
    ...(plan.tools.length > 0 &&
      geminiTools(
        ...plan.tools.map(({ name, schema }) => ({
          name,
          description: 'A tool.',
          parametersJsonSchema: schema,
        })),
      )),
    contents: [
      ...plan.turns.flatMap((turn) => contentsOf(turn, plan)),
      turnOf('user', { text: plan.question }),
    ],
  }),
  answer: (text, streamed) => {
    const pieces = streamed ? eventsIn(text) : [objectIn(JSON.parse(text))];
    const candidates = pieces.flatMap((piece) => objectsIn(piece['candidates']));
    return answerOf(
      candidates.flatMap(({ content }) => objectsIn(objectIn(content)['parts'])),
      candidates.at(-1)?.['finishReason'],
    );
  },
  continued: (request, { kept, calls }, results, question) => ({
    ...request,
    contents: [
      ...objectsIn(request['contents']),
      { role: 'model', parts: kept },
      ...(calls.length > 0
        ? [
            turnOf(
              'user',
              ...calls.map(({ id, name }, at) => ({
                functionResponse: { ...(id !== '' && { id }), name, response: { output: results[at] ?? '' } },
              })),
            ),
          ]
        : []),
      ...(question === undefined ? [] : [turnOf('user', { text: question })]),
    ],
  }),
};

function contentsOf(turn: TurnPlan, plan: Plan): object[] {
  switch (turn.kind) {
    case 'user':
      return [turnOf('user', ...partsOf(turn.text, turn.file))];
    case 'system':
      // The dialect has instructions nowhere but at the beginning.
      return [turnOf('user', { text: turn.text })];
    case 'assistant':
      return [turnOf('model', ...thoughts(turn.thinks), { text: turn.text })];
    case 'calls':
      return callsOf(turn, plan);
  }
}

/** Thinking that nobody has signed. */
function thoughts(thinks: boolean): object[] {
  return thinks ? [{ text: 'hm', thought: true }] : [];
}

function callsOf({ calls, text, thinks, between, results }: CallsPlan, { tools }: Plan): object[] {
  const nameOf = (tool: number): string => tools[tool % Math.max(1, tools.length)]?.name ?? 'gone';
  const made = calls.map(({ id, tool, written }) => ({
    functionCall: {
      id,
      name: nameOf(tool),
      ...(written !== '' && { args: written.startsWith('{"city":"Oslo"') ? { city: 'Oslo' } : {} }),
    },
  }));
  const told = inOrder(
    calls.map(({ id, tool, result }) => ({
      functionResponse: { id, name: nameOf(tool), response: { output: result } },
    })),
    results,
  );
  return [
    turnOf('model', ...thoughts(thinks), { text }, ...made),
    ...(between === 'nobody'
      ? []
      : [turnOf(between === 'assistant' ? 'model' : 'user', { text: 'Meanwhile.' })]),
    ...(told.length > 0 ? [turnOf('user', ...told)] : []),
  ];
}

function partsOf(text: string, file: FilePlan): object[] {
  switch (file) {
    case 'none':
      return [{ text }];
    case 'png':
      return [{ text }, { inlineData: { mimeType: 'image/png', data: PNG } }];
    case 'jpg':
      return [{ inlineData: { mimeType: 'image/jpg', data: JPEG } }, { text }];
    case 'pdf':
      return [{ inlineData: { mimeType: 'application/pdf', data: PDF } }, { text }];
  }
}

const BUDGETS = { low: 1_024, medium: 4_096, high: 24_576 };

function configOf({ maxTokens, temperature, topP, topK, stops, seed, effort, json }: OptionsPlan): JsonBody {
  return defined({
    maxOutputTokens: maxTokens,
    temperature,
    topP,
    topK,
    // More than five are refused by Google itself.
    stopSequences: stops?.slice(0, 5),
    seed,
    thinkingConfig:
      effort === undefined ? undefined : { thinkingBudget: BUDGETS[effort], includeThoughts: true },
    responseMimeType: json === undefined ? undefined : 'application/json',
    responseJsonSchema: schemaOf(json),
  });
}

function schemaOf(json: OptionsPlan['json']): unknown {
  switch (json) {
    case undefined:
    case 'object':
      return undefined;
    case 'schema':
      return CITY;
    case 'list':
      return { type: 'array', items: { type: 'string' } };
  }
}

function choiceOf({ options: { choice }, tools: [first] }: Plan): object {
  if (choice === undefined || first === undefined) return {};
  const functionCallingConfig = {
    auto: { mode: 'AUTO' },
    none: { mode: 'NONE' },
    required: { mode: 'ANY' },
    first: { mode: 'ANY', allowedFunctionNames: [first.name] },
  }[choice];
  return { toolConfig: { functionCallingConfig } };
}

function answerOf(parts: readonly JsonBody[], finish: unknown): Answer {
  return {
    text: parts.map(({ text, thought }) => (thought === true ? '' : textIn(text))).join(''),
    calls: parts
      .filter(({ functionCall }) => functionCall !== undefined)
      .map(({ functionCall }) => {
        const { id, name, args } = objectIn(functionCall);
        return { id: textIn(id), name: textIn(name), input: args ?? {} };
      }),
    isWhole: finish === 'STOP',
    kept: parts,
  };
}

import { isObject, objectOf, stringOf, stringsOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, type Finding, type Located, type Rule } from '../rule.ts';
import { contentsOf, declarationsOf, finding, member, partsOf, placeOf } from './gemini-body.ts';

const FUNCTIONS = 'ai.google.dev/gemini-api/docs/function-calling';
const SCHEMAS = 'ai.google.dev/api/caching#Schema';
const DATE = '2026-11-30';

const operations = ['generate'] as const;

/** What Gemini refuses of functions, calls, results and schemas. */
export const functionRules: readonly Rule[] = [
  {
    id: 'call-behind-user',
    operations,
    refuses: 'calls that stand at the beginning, or behind the model',
    source: `${FUNCTIONS}, github.com/google-gemini/gemini-cli/issues/26486`,
    date: DATE,
    find: ({ body }) => {
      const contents = contentsOf(body);
      return firstFinding(contents.entries(), ([index, each]) => {
        if (heldBy(each, 'functionCall').length === 0) return undefined;
        const before = contents[index - 1];
        return before !== undefined && before.value['role'] !== 'model'
          ? undefined
          : finding(
              each.path,
              'Please ensure that function call turn comes immediately after a user turn or after a function response turn.',
            );
      });
    },
  },
  {
    id: 'response-behind-call',
    operations,
    refuses: 'results that do not stand directly behind their calls',
    source: `${FUNCTIONS}, github.com/GoogleCloudPlatform/generative-ai/pull/368`,
    date: DATE,
    find: ({ body }) => {
      const contents = contentsOf(body);
      return firstFinding(contents.entries(), ([index, each]) => {
        const before = contents[index - 1];
        const isAnswer = heldBy(each, 'functionResponse').length > 0;
        return !isAnswer || (before !== undefined && heldBy(before, 'functionCall').length > 0)
          ? undefined
          : finding(
              each.path,
              'Please ensure that function response turn comes immediately after a function call turn.',
            );
      });
    },
  },
  {
    id: 'as-many-responses',
    operations,
    refuses: 'fewer or more results than there were calls',
    source: `${FUNCTIONS}, github.com/google-gemini/gemini-cli/issues/16543`,
    date: DATE,
    find: ({ body }) => {
      const contents = contentsOf(body);
      return firstFinding(contents.entries(), ([index, each]) => {
        const calls = heldBy(each, 'functionCall').length;
        const next = contents[index + 1];
        const results = next === undefined ? 0 : heldBy(next, 'functionResponse').length;
        return calls === 0 || calls === results
          ? undefined
          : finding(
              each.path,
              'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
            );
      });
    },
  },
  {
    id: 'function-names',
    operations,
    refuses:
      'a function whose name does not begin with a letter or `_`, has other characters than letters, digits, `_`, `-`, `.` and `:`, or more than 64 of them; two of one name',
    source: 'ai.google.dev/api/caching#FunctionDeclaration',
    date: DATE,
    find: ({ body }) => {
      const met = new Set<string>();
      return firstFinding(declarationsOf(body), ({ path, value }) => {
        const name = stringOf(value['name']) ?? '';
        const place = `GenerateContentRequest.${placeOf(path)}.name`;
        if (met.has(name)) return finding(path, `Duplicate function declaration found: ${name}`);
        met.add(name);
        return /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/u.test(name)
          ? undefined
          : finding(
              path,
              `* ${place}: [FIELD_INVALID] Invalid function name. Must start with a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.`,
            );
      });
    },
  },
  {
    id: 'nameless-parts',
    operations,
    refuses: 'a call or a result without the name of its function',
    source: 'ai.google.dev/api/caching#FunctionCall',
    date: DATE,
    find: ({ body }) =>
      firstFinding(contentsOf(body).flatMap(partsOf), ({ path, value }) => {
        const kind = ['functionCall', 'functionResponse'].find((name) => member(value, name) !== undefined);
        if (kind === undefined || (stringOf(member(member(value, kind), 'name')) ?? '') !== '')
          return undefined;
        return finding(
          path,
          `* GenerateContentRequest.${placeOf([...path, kind])}.name: [FIELD_INVALID] Name cannot be empty.`,
        );
      }),
  },
  {
    id: 'schemas',
    operations,
    refuses:
      'in `parameters` and `responseSchema`: an object without properties, a list without items, a choice among others than texts, a required property that is not there',
    source: SCHEMAS,
    date: DATE,
    find: ({ body }) => {
      const config = member(body, 'generationConfig');
      const schemas: readonly Located[] = [
        ...declarationsOf(body).map(({ path, value }) => ({
          path: [...path, 'parameters'],
          value: value['parameters'],
        })),
        { path: ['generationConfig', 'responseSchema'], value: member(config, 'responseSchema') },
      ];
      return firstFinding(schemas, schemaFinding);
    },
  },
  {
    id: 'allowed-names',
    operations,
    refuses:
      'functions that alone may be called, where the mode is another than `ANY` or `VALIDATED`, or that are not declared',
    source: FUNCTIONS,
    date: DATE,
    find: ({ body }) => {
      const config = member(member(body, 'toolConfig'), 'functionCallingConfig');
      const names = stringsOf(member(config, 'allowedFunctionNames'));
      const mode = member(config, 'mode');
      if (names.length === 0) return undefined;
      if (mode !== 'ANY' && mode !== 'VALIDATED')
        return finding(
          ['toolConfig'],
          'Function calling config is set without function calling mode ANY or VALIDATED: allowed_function_names should only be set for them.',
        );
      const declared = new Set(declarationsOf(body).map(({ value }) => value['name']));
      const missing = names.find((name) => !declared.has(name));
      return missing === undefined
        ? undefined
        : finding(
            ['toolConfig'],
            `Allowed function name ${missing} is not found in the function declarations.`,
          );
    },
  },
  {
    id: 'choice-without-tools',
    operations,
    refuses: 'that a function must be called, where none is declared',
    source: FUNCTIONS,
    date: DATE,
    find: ({ body }) => {
      const mode = member(member(member(body, 'toolConfig'), 'functionCallingConfig'), 'mode');
      return (mode === 'ANY' || mode === 'VALIDATED') && declarationsOf(body).length === 0
        ? finding(['toolConfig'], 'Function calling config is set without function_declarations.')
        : undefined;
    },
  },
];

function heldBy(content: Located<JsonObject>, kind: string): readonly Located<JsonObject>[] {
  return partsOf(content).filter(({ value }) => member(value, kind) !== undefined);
}

function schemaFinding({ path, value }: Located): Finding | undefined {
  if (!isObject(value)) return undefined;
  const place = `* GenerateContentRequest.${placeOf(path)}`;
  const type = stringOf(value['type'])?.toUpperCase();
  const properties = objectOf(value['properties']);
  const names = Object.keys(properties);
  if (type === 'OBJECT' && names.length === 0)
    return finding(path, `${place}.properties: should be non-empty for OBJECT type`);
  if (type === 'ARRAY' && value['items'] === undefined)
    return finding(path, `${place}.items: missing field.`);
  if (value['enum'] !== undefined && type !== undefined && type !== 'STRING')
    return finding(path, `${place}.enum: only allowed for STRING type`);
  const missing = stringsOf(value['required']).findIndex((name) => !names.includes(name));
  if (value['required'] !== undefined && missing >= 0)
    return finding(path, `${place}.required[${missing}]: property is not defined`);
  const options: readonly unknown[] = Array.isArray(value['anyOf']) ? value['anyOf'] : [];
  return firstFinding(
    [
      ...names.map((name) => ({ path: [...path, 'properties', name], value: properties[name] })),
      { path: [...path, 'items'], value: value['items'] },
      ...options.map((option, index) => ({ path: [...path, 'anyOf', index], value: option })),
    ],
    schemaFinding,
  );
}

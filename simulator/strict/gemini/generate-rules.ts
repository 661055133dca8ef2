import { isOurSignature } from '../../surface/conversation.ts';
import { isExemptSignature } from '../../surface/gemini-request.ts';
import { isObject, numberOf, stringOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, type Finding, type Located, type Rule } from '../rule.ts';
import { functionRules } from './function-rules.ts';
import { contentsOf, finding, member, partsOf, placeOf } from './gemini-body.ts';
import { shapeFinding } from './gemini-shape.ts';
import { generateShape } from './generate-shape.ts';

const REFERENCE = 'ai.google.dev/api/generate-content';
const SIGNATURES = 'ai.google.dev/gemini-api/docs/thought-signatures';
const DATE = '2026-11-30';

const operations = ['generate'] as const;

/** What Gemini refuses, whichever the model. */
export const generateRules: readonly Rule[] = [
  {
    id: 'generate-shape',
    operations,
    refuses:
      'a field that the reference has not (of schemas, too: `parameters` and `responseSchema` know no more than their part of OpenAPI), a value of another type',
    source: REFERENCE,
    date: DATE,
    find: (request) => shapeFinding(generateShape, request),
  },
  {
    id: 'empty-contents',
    operations,
    refuses: 'no contents, or one without parts',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => {
      const contents = contentsOf(body);
      if (contents.length === 0)
        return finding(['contents'], '* GenerateContentRequest.contents: contents is not specified');
      return firstFinding(contents, (each) =>
        partsOf(each).length === 0
          ? finding(
              each.path,
              `* GenerateContentRequest.${placeOf(each.path)}.parts: contents.parts must not be empty.`,
            )
          : undefined,
      );
    },
  },
  {
    id: 'roles',
    operations,
    refuses: 'a role but `user` and `model`',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      firstFinding(contentsOf(body), ({ path, value: { role } }) =>
        role === undefined || role === '' || role === 'user' || role === 'model' || role === 'function'
          ? undefined
          : finding(path, 'Please use a valid role: user, model.'),
      ),
  },
  {
    id: 'part-data',
    operations,
    refuses: 'a part with nothing in it, or with more than one thing',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      firstFinding([...contentsOf(body), ...instructionsOf(body)].flatMap(partsOf), ({ path, value }) => {
        const set = DATA.filter((name) => member(value, name) !== undefined);
        if (set.length === 1) return undefined;
        return set.length === 0
          ? finding(
              path,
              `* GenerateContentRequest.${placeOf(path)}.data: required oneof field 'data' must have one initialized field`,
            )
          : finding(
              path,
              `Invalid value at '${placeOf(path)}' (oneof), oneof field 'data' is already set. Cannot set '${set[1] ?? ''}'`,
            );
      }),
  },
  {
    id: 'generation-limits',
    operations,
    refuses:
      'a temperature outside of 0 to 2, a `topP` outside of 0 to 1, a limit on tokens below 1, more than 5 stop sequences or an empty one, more than 8 candidates',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => limitFinding(member(body, 'generationConfig')),
  },
  {
    id: 'schema-of-text',
    operations,
    refuses: 'a schema of the answer where the answer is to be no JSON; two schemas',
    source: 'ai.google.dev/gemini-api/docs/structured-output',
    date: DATE,
    find: ({ body }) => {
      const config = member(body, 'generationConfig');
      const hasSchema = member(config, 'responseSchema') !== undefined;
      const hasJsonSchema = member(config, 'responseJsonSchema') !== undefined;
      const type = member(config, 'responseMimeType');
      if (hasSchema && hasJsonSchema)
        return finding(
          ['generationConfig'],
          '* GenerateContentRequest.generation_config.response_json_schema: only one of response_schema and response_json_schema may be set',
        );
      return (hasSchema || hasJsonSchema) && type !== 'application/json' && type !== 'text/x.enum'
        ? finding(
            ['generationConfig'],
            "* GenerateContentRequest.generation_config.response_schema: must be 'application/json' or 'text/x.enum' response_mime_type for a response schema",
          )
        : undefined;
    },
  },
  {
    id: 'foreign-signature',
    operations,
    refuses: 'a signature of thoughts that is not its own, nor one of the two words that stand for one',
    source: SIGNATURES,
    date: DATE,
    find: ({ body }) =>
      firstFinding(contentsOf(body).flatMap(partsOf), ({ path, value }) => {
        const signature = stringOf(member(value, 'thoughtSignature'));
        return signature === undefined || isExemptSignature(signature) || isOurSignature(signature)
          ? undefined
          : finding(path, 'Thought signature is not valid');
      }),
  },
  ...functionRules,
];

/** What a part holds one of. */
const DATA = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
];

function instructionsOf(body: JsonObject): readonly Located<JsonObject>[] {
  const instructions = member(body, 'systemInstruction');
  return isObject(instructions) ? [{ path: ['systemInstruction'], value: instructions }] : [];
}

function limited(name: string, message: string): Finding {
  const path = ['generationConfig', name];
  return finding(path, `* GenerateContentRequest.${placeOf(path)}: ${message}`);
}

function limitFinding(config: unknown): Finding | undefined {
  const temperature = numberOf(member(config, 'temperature'));
  if (temperature !== undefined && (temperature < 0 || temperature > 2))
    return limited('temperature', 'temperature must be in the range [0.0, 2.0].');
  const topP = numberOf(member(config, 'topP'));
  if (topP !== undefined && (topP < 0 || topP > 1))
    return limited('topP', 'top_p must be in the range [0.0, 1.0].');
  const tokens = numberOf(member(config, 'maxOutputTokens'));
  if (tokens !== undefined && tokens < 1)
    return limited('maxOutputTokens', 'max_output_tokens must be positive.');
  const candidates = numberOf(member(config, 'candidateCount'));
  if (candidates !== undefined && (candidates < 1 || candidates > 8))
    return limited('candidateCount', 'candidate_count must be in the range [1, 8].');
  const stops = member(config, 'stopSequences');
  if (!Array.isArray(stops)) return undefined;
  if (stops.length > 5) return limited('stopSequences', 'The number of stop sequences must not exceed 5.');
  return stops.includes('') ? limited('stopSequences', 'stop sequences must not be empty.') : undefined;
}

import { z } from 'zod';
import { consequenceOf } from '../../verdict/rules/consequences.ts';
import type { RuleCore, Match, StatusPattern, WordPattern } from '../../verdict/rules/rule.ts';
import { regexFault } from './patterns.ts';
import { checkRules, onLists, onMaps } from './constraints.ts';
import { duration, kinds, text, keyword } from './scalars.ts';

/* Configured verdict rules, which go before those that come with Sparekey: see docs/VERDICTS.md. */

const DAY_MS = 86_400_000;

/** Reads what is written: the value, or why it is none. */
type Read<Value> = (written: string) => { readonly value: Value } | { readonly expected: string };

/** What is written once or as a list. */
function oneOrMore<Value>(read: Read<Value>, kind: string, error: string) {
  const one = z.union([z.string(), z.number()], { error });
  const either = z
    .union([one, z.array(one, { error }).min(1, { error })], { error })
    .transform((written, context): readonly Value[] =>
      [written].flat().flatMap((item, index) => {
        const given = read(String(item));
        if ('value' in given) return [given.value];
        const path = Array.isArray(written) ? [index] : [];
        context.addIssue({ code: 'custom', message: given.expected, input: item, path });
        return [];
      }),
    );
  kinds.add(either, { kind: `${kind} or list of them` });
  return either;
}

function status() {
  const error = 'a status such as 429, a class of them such as 5xx, or a list of these';
  return oneOrMore<StatusPattern>(
    (written) => {
      const given = written.toLowerCase();
      if (/^[1-5]\d\d$/.test(given)) return { value: Number(given) };
      const isClass = given === '2xx' || given === '3xx' || given === '4xx' || given === '5xx';
      return isClass ? { value: given } : { expected: error };
    },
    'status',
    error,
  );
}

function words() {
  return oneOrMore<WordPattern>(
    (written) => (written.startsWith('~') ? compile(written.slice(1)) : { value: written.toLowerCase() }),
    'word',
    'a word, ~regex, or a list of these',
  );
}

function compile(source: string): ReturnType<Read<RegExp>> {
  const fault = regexFault(source);
  return fault === undefined
    ? { value: new RegExp(source, 'i') }
    : { expected: `a regular expression (${fault})` };
}

function expression() {
  return text('a regular expression')
    .transform((written, context): RegExp => {
      const given = compile(written);
      if ('value' in given) return given.value;
      context.addIssue({ code: 'custom', message: given.expected });
      return z.NEVER;
    })
    .register(kinds, { kind: 'regular expression' });
}

const headers = z
  .record(
    z.string().transform((name) => name.toLowerCase()),
    expression(),
    { error: 'a map of header names to regular expressions' },
  )
  .register(kinds, { kind: 'map of regular expressions' });

const conditions = {
  status: status().exactOptional().meta({
    description: 'Of the answer or, in an error found inside a success, the one it names.',
  }),
  code: words().exactOptional().meta({ description: '`code` of the structured error.' }),
  type: words().exactOptional().meta({ description: '`type` of the structured error.' }),
  named: words().exactOptional().meta({
    description: 'Any word the error calls itself by: code, type, status, reason, quota id, AWS exception.',
  }),
  message: expression().exactOptional().meta({ description: "Found in the error's message." }),
  says: expression()
    .exactOptional()
    .meta({ description: "Found in the error's message, its links left out." }),
  headers: headers.exactOptional().meta({
    description: 'Response headers that must be there and match.',
  }),
  where: keyword(['body', 'stream'])
    .exactOptional()
    .meta({ description: 'Where the error stood: in an answer’s body, or in an event of a stream.' }),
  form: keyword(['json', 'html', 'text', 'empty'])
    .exactOptional()
    .meta({ description: 'What the error was written in.' }),
  operation: words()
    .exactOptional()
    .meta({ description: 'The operation that was called, such as `chat.completions`.' }),
};

function checkConditions(given: object, context: z.core.$RefinementCtx): void {
  if (Object.keys(given).length > 0 || context.issues.length > 0) return;
  context.addIssue({ code: 'custom', message: 'at least one condition', input: given });
}

const exception = z.strictObject(conditions).superRefine(checkConditions, onMaps);

const when = z
  .strictObject({
    ...conditions,
    unless: exception.exactOptional().meta({
      description: 'The rule does not fit what fits all of these.',
    }),
  })
  .superRefine(checkConditions, onMaps)
  .transform((given): Match => given);

const ruleId = z
  .string({ error: 'an id' })
  .regex(/^[\w.-]{1,80}$/, { error: 'an id of letters, digits, ".", "_" and "-", at most 80 of them' })
  .register(kinds, { kind: 'id' });

const rule = z
  .strictObject({
    id: ruleId.meta({ description: 'What the rule is called in logs and records, after `config.`.' }),
    when: when.meta({ description: 'What it fits: all of these conditions.' }),
    class: keyword([
      'key_dead',
      'billing',
      'rate_limit',
      'overloaded',
      'model_denied',
      'region',
      'client_error',
      'content_blocked',
      'unknown',
    ]).meta({ description: 'Who is to blame.' }),
    scope: keyword(['key', 'quota_domain', 'billing_domain', 'key_model', 'provider', 'none'])
      .exactOptional()
      .meta({ description: 'How far the trouble reaches. Default: what is usual for the class.' }),
    retry: keyword(['other-key', 'other-domain', 'other-provider', 'none'])
      .exactOptional()
      .meta({ description: 'What else may still answer. Default: what is usual for the class.' }),
    wait: keyword(['none', 'retry-after', 'limits', 'midnight-pacific', 'midnight-utc'])
      .exactOptional()
      .meta({
        description:
          'Where the wait is looked for: nowhere, in what the answer asks for, there and in the reset times of its limits, or at the end of a day. Default: what is usual for the class.',
      }),
    maxWait: duration({ above: 0 }).exactOptional().meta({
      description: 'The longest wait believed, at most a day. Default: what is usual for the class.',
    }),
  })
  .transform(({ id, when: match, class: verdictClass, ...given }): RuleCore => {
    const { wait: usualWait, ...usual } = consequenceOf(verdictClass);
    const wait = given.wait ?? usualWait;
    return {
      id: `config.${id}`,
      when: match,
      verdict: {
        ...usual,
        scope: given.scope ?? usual.scope,
        retry: given.retry ?? usual.retry,
        ...(wait !== undefined && wait !== 'none' && { wait }),
        ...(given.maxWait !== undefined && { waitCapMs: Math.min(given.maxWait, DAY_MS) }),
      },
    };
  });

/** A list of rules, tried in the order written. */
export const verdictRules = z.array(rule, { error: 'a list of rules' }).superRefine(checkRules, onLists);

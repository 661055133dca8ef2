import { NOT_READ_BY_MODELS } from '../blamed-field.ts';
import { callersMistake } from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import { BOUND_NAMES, LENGTH_NAMES } from '../names.ts';
import type { Rule } from '../rule.ts';
import { ABOUT_OUTPUT, BUSY_OR_FAST, FILLS_CONTEXT, MORE_THAN_OUTPUT, TOO_LONG } from '../words.ts';

/*
 * More than a model takes, and more than a field takes. Ids with `context-length` are for conversations that would be answered if
 * they were shorter: clients are told `context_length_exceeded` and compact, another model may be asked, and windows are learned
 * from them. An id of a call, a name, a list of stop sequences or a limit of output that is too long is none of that.
 */

const LENGTH_STATUSES = ['2xx', 400, 403, 413, 422, 500] as const;

/** By the code, type and other names of an error. */
export const lengthNameRules: readonly Rule[] = [
  {
    // Names of bounds say nothing of what is bounded, and LiteLLM calls all of them the context's.
    id: 'general.field-bounds',
    when: { status: LENGTH_STATUSES, named: [...BOUND_NAMES, ...LENGTH_NAMES], blames: NOT_READ_BY_MODELS },
    verdict: callersMistake,
    source: 'github.com/camel-ai/camel issue 2215; github.com/AnswerDotAI/fastllm issue 45',
    example: {
      status: 400,
      body: body(
        "Invalid 'messages[1].tool_calls[0].id': string too long. Expected a string with maximum length 40, but got a string with length 45 instead.",
        'string_above_max_length',
      ),
    },
  },
  {
    id: 'general.context-length',
    when: { status: LENGTH_STATUSES, named: LENGTH_NAMES },
    verdict: callersMistake,
    source: 'github.com/thepersonalaicompany/amurex-backend issue 51 (groq)',
    example: {
      status: 400,
      body: body("This model's maximum context length is …", 'context_length_exceeded'),
    },
  },
  {
    id: 'general.context-length-of-a-field',
    when: { status: LENGTH_STATUSES, named: /^(?:string|array)_above/ },
    verdict: callersMistake,
    source: 'github.com/gptscript-ai/clio issue 41; github.com/VectorlyApp/bluebox issue 31',
    example: {
      status: 400,
      body: body(
        "Invalid 'messages[0].content': string too long. Expected a string with maximum length 1048576, but got a string with length 1540820 instead.",
        'string_above_max_length',
      ),
    },
  },
];

/** By what the message says. */
export const lengthWordRules: readonly Rule[] = [
  {
    id: 'general.field-length-words',
    when: {
      status: LENGTH_STATUSES,
      says: TOO_LONG,
      blames: NOT_READ_BY_MODELS,
      unless: { says: BUSY_OR_FAST },
    },
    verdict: callersMistake,
    source: 'github.com/continuedev/continue issue 1572',
    example: {
      status: 400,
      body: body(
        "Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length 5 instead.",
        null,
      ),
    },
  },
  {
    id: 'general.output-limit-words',
    when: { status: LENGTH_STATUSES, says: ABOUT_OUTPUT, unless: { says: MORE_THAN_OUTPUT } },
    verdict: callersMistake,
    source: 'github.com/ChatGPTNextWeb/NextChat issue 3195',
    example: {
      status: 400,
      body: body(
        'max_tokens is too large: 128000. This model supports at most 16384 completion tokens, whereas you provided 128000.',
        null,
      ),
    },
  },
  {
    id: 'general.context-length-words',
    when: { status: LENGTH_STATUSES, says: FILLS_CONTEXT, unless: { says: BUSY_OR_FAST } },
    verdict: callersMistake,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes (deepseek, vertexai)',
    example: { status: 400, body: body("This model's maximum context length is 512 tokens.", '400') },
  },
  {
    id: 'general.length-words',
    when: { status: LENGTH_STATUSES, says: TOO_LONG, unless: { says: BUSY_OR_FAST } },
    verdict: callersMistake,
    source: 'github.com/google-gemini/gemini-cli issue 12425',
    example: {
      status: 400,
      body: body('A name must start with a letter, and has a maximum length of 64.', null),
    },
  },
];

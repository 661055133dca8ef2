import { signatureOf } from '../../../../simulator/surface/conversation.ts';
import { CITY, SIGNATURE, STRICT_CITY, THOUGHT, type Body, type RuleExamples } from '../rule-example.ts';

const user = { role: 'user', content: 'hi' };
const call = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' };
const result = { type: 'function_call_output', call_id: 'call_1', output: 'snow' };
const thought = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: SIGNATURE };
const answer = { role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] };

function asking(...items: readonly Body[]): Body {
  return { input: [user, ...items] };
}

function tool(parameters: Body, more: Body = {}): Body {
  return { input: 'hi', tools: [{ type: 'function', name: 'look', parameters, ...more }] };
}

function format(schema: Body): Body {
  return { input: 'hi', text: { format: { type: 'json_schema', name: 'city', schema, strict: true } } };
}

/** For OpenAI's Responses; the model is one that does not think. */
export const openaiResponsesExamples: RuleExamples = {
  'responses-shape': {
    pairs: [
      [
        { input: 'hi', stop: ['END'] },
        { input: 'hi', truncation: 'auto' },
      ],
      [asking({ type: 'telepathy' }), asking({ type: 'compaction', encrypted_content: 'x' })],
      [
        { input: 'hi', tools: [{ type: 'telepathy' }] },
        { input: 'hi', tools: [{ type: 'web_search' }] },
      ],
      [
        { input: 'hi', max_output_tokens: 15 },
        { input: 'hi', max_output_tokens: 16 },
      ],
      [asking({ ...call, id: 'call_1' }, result), asking({ ...call, id: 'fc_1' }, result)],
      [
        asking({ ...call, call_id: 'c'.repeat(65) }, { ...result, call_id: 'c'.repeat(65) }),
        asking({ ...call, call_id: 'c'.repeat(64) }, { ...result, call_id: 'c'.repeat(64) }),
      ],
      [asking({ role: 'assistant', content: [{ type: 'input_text', text: 'hi' }] }), asking(answer)],
      [asking({ ...thought, summary: undefined }, answer), asking(thought, answer)],
      [asking({ ...thought, id: 'msg_1' }, answer), asking({ ...thought, id: 'rs_2' }, answer)],
      [
        { input: 'hi', user: 'u'.repeat(65) },
        { input: 'hi', user: 'u'.repeat(64) },
      ],
    ],
  },
  'responses-calls-answered': { pairs: [[asking(call), asking(call, result)]] },
  'responses-result-of-call': {
    pairs: [[asking(result), { ...asking(result), previous_response_id: 'resp_1' }]],
  },
  'responses-encrypted': {
    model: 'gpt-5',
    pairs: [
      [asking({ ...thought, encrypted_content: 'sk1_eyJ9' }, answer), asking(thought, answer)],
      [asking({ ...thought, encrypted_content: '' }, answer), asking(thought, answer)],
      [
        asking({ ...thought, encrypted_content: signatureOf('0123abcd', THOUGHT, 'other') }, answer),
        asking({ ...thought, encrypted_content: signatureOf('0123abcd', THOUGHT, 'org') }, answer),
      ],
    ],
  },
  'responses-stored-items': {
    model: 'gpt-5',
    pairs: [
      [
        asking({ type: 'item_reference', id: 'msg_gone' }),
        asking({ type: 'item_reference', id: 'msg_kept' }),
      ],
      [asking({ ...thought, encrypted_content: null }, answer), asking(thought, answer)],
    ],
  },
  'responses-choice-without-tools': {
    pairs: [
      [
        { input: 'hi', tool_choice: 'required' },
        { ...tool(CITY), tool_choice: 'required' },
      ],
    ],
  },
  'responses-function-schema': {
    pairs: [
      [tool({ type: 'array', items: CITY }), tool(CITY)],
      [tool({ type: 'object' }), tool({ type: 'object', properties: {} })],
      [tool(CITY, { strict: true }), tool(STRICT_CITY, { strict: true })],
    ],
  },
  'responses-format-schema': {
    pairs: [[format({ type: 'array', items: STRICT_CITY }), format(STRICT_CITY)]],
  },
  'responses-json-word': {
    pairs: [
      [
        { input: 'hi', text: { format: { type: 'json_object' } } },
        { input: 'as JSON', text: { format: { type: 'json_object' } } },
      ],
    ],
  },
  'responses-sampling-of-thinking-models': {
    model: 'gpt-5',
    pairs: [
      [
        { input: 'hi', temperature: 0.2 },
        { input: 'hi', temperature: 1 },
      ],
      [{ input: 'hi', top_p: 0.2 }, { input: 'hi' }],
    ],
  },
  'responses-effort-without-thinking': {
    pairs: [
      [
        { input: 'hi', reasoning: { effort: 'low' } },
        { input: 'hi', reasoning: { effort: null } },
      ],
    ],
  },
  'responses-effort': {
    model: 'gpt-5',
    pairs: [
      [
        { input: 'hi', reasoning: { effort: 'none' } },
        { input: 'hi', reasoning: { effort: 'low' } },
      ],
    ],
  },
  'responses-output-limit': {
    pairs: [
      [
        { input: 'hi', max_output_tokens: 32_769 },
        { input: 'hi', max_output_tokens: 32_768 },
      ],
    ],
  },
  'responses-summary-without-thinking': {
    pairs: [
      [
        { input: 'hi', reasoning: { summary: 'auto' } },
        { input: 'hi', reasoning: {} },
      ],
    ],
  },
  'responses-encrypted-without-thinking': {
    pairs: [
      [
        { input: 'hi', include: ['reasoning.encrypted_content'] },
        { input: 'hi', include: ['message.output_text.logprobs'] },
      ],
    ],
  },
};

import { CITY, type Body, type RuleExamples } from '../rule-example.ts';

const user = { role: 'user', content: 'hi' };
const said = { role: 'assistant', content: 'ho' };
const system = { role: 'system', content: 'Be brief.' };
const call = { id: 'abcdefgh1', type: 'function', function: { name: 'look', arguments: '{}' } };
const calling = { role: 'assistant', content: '', tool_calls: [call] };
const result = { role: 'tool', tool_call_id: 'abcdefgh1', name: 'look', content: 'snow' };

function chat(more: Body): Body {
  return { messages: [user], ...more };
}

function talk(...messages: readonly Body[]): Body {
  return { messages: [user, ...messages] };
}

function calledBy(id: string): Body {
  return talk({ ...calling, tool_calls: [{ ...call, id }] }, { ...result, tool_call_id: id });
}

function named(name: string): Body {
  return chat({ tools: [{ type: 'function', function: { name, parameters: CITY } }] });
}

/** For Mistral's chat completions. */
export const mistralExamples: RuleExamples = {
  'chat-shape': {
    pairs: [
      [chat({ seed: 7 }), chat({ random_seed: 7 })],
      [chat({ max_completion_tokens: 9 }), chat({ max_tokens: 9 })],
      [chat({ user: 'me' }), chat({ safe_prompt: true })],
      [talk({ ...said, reasoning_content: 'hm' }, user), talk(said, user)],
      [chat({ messages: [{ ...user, name: 'me' }] }), chat({})],
      [chat({ temperature: 1.6 }), chat({ temperature: 1.5 })],
    ],
  },
  order: {
    pairs: [
      [talk(calling, result, user), talk(calling, result, said, user)],
      [talk(said, system, user), { messages: [system, user, said, user] }],
    ],
  },
  'last-role': { pairs: [[talk(said), talk({ ...said, prefix: true })]] },
  'call-ids': { pairs: [[calledBy('call_1'), calledBy('AbCdEf123')]] },
  'as-many-results': { pairs: [[talk(calling, said, user), talk(calling, result)]] },
  'empty-assistant': { pairs: [[talk({ role: 'assistant', content: '' }, user), talk(said, user)]] },
  'function-names': { pairs: [[named('a:b'), named('a-b')]] },
};

import { CITY, SIGNATURE, type Body, type RuleExamples } from '../rule-example.ts';

const user = { role: 'user', parts: [{ text: 'hi' }] };
const said = { role: 'model', parts: [{ text: 'ho' }] };
const call = { functionCall: { name: 'look', args: {} }, thoughtSignature: SIGNATURE };
const result = { functionResponse: { name: 'look', response: { output: 'snow' } } };
const calling = { role: 'model', parts: [call] };
const answered = { role: 'user', parts: [result] };

function ask(more: object): Body {
  return { contents: [user], ...more };
}

function talk(...contents: readonly Body[]): Body {
  return { contents: [user, ...contents] };
}

function config(generationConfig: Body, more: object = {}): Body {
  return ask({ generationConfig, ...more });
}

function thinking(thinkingConfig: Body): Body {
  return config({ thinkingConfig });
}

function declared(parameters: Body, name = 'look'): { readonly tools: readonly Body[] } {
  return { tools: [{ functionDeclarations: [{ name, description: 'Looks.', parameters }] }] };
}

function inObject(property: Body): Body {
  return ask(declared({ type: 'OBJECT', properties: { property } }));
}

const TEXTS = { type: 'ARRAY', items: { type: 'STRING' } };
const LOOK = declared(CITY);

/** For Gemini's content; the model is of the second generation. */
export const geminiExamples: RuleExamples = {
  'generate-shape': {
    pairs: [
      [ask({ stop: 'END' }), ask({ safety_settings: [] })],
      [config({ max_tokens: 9 }), config({ max_output_tokens: 9 })],
      [
        ask(declared({ ...CITY, additionalProperties: false })),
        ask({
          tools: [{ functionDeclarations: [{ name: 'look', parametersJsonSchema: { ...CITY, $defs: {} } }] }],
        }),
      ],
      [inObject({ type: ['string', 'null'] }), inObject({ type: 'string', nullable: true })],
      [inObject({ type: 'string', enum: [1] }), inObject({ type: 'string', enum: ['1'] })],
      [inObject({ type: 'any' }), inObject({ type: 'string' })],
      [inObject({ const: 'a' }), inObject({ type: 'string', enum: ['a'] })],
      [
        talk({ role: 'model', parts: [{ text: 'ho', thoughtSignature: 'not base64!' }] }),
        talk({ role: 'model', parts: [{ text: 'ho', thoughtSignature: SIGNATURE }] }),
      ],
      [config({ temperature: 'warm' }), config({ temperature: 1 })],
    ],
  },
  'empty-contents': {
    pairs: [
      [{ contents: [] }, ask({})],
      [talk({ role: 'model', parts: [] }, user), talk(said, user)],
    ],
  },
  roles: { pairs: [[talk({ ...said, role: 'assistant' }, user), talk(said, user)]] },
  'part-data': {
    pairs: [
      [
        ask({ systemInstruction: { parts: [{}] } }),
        ask({ systemInstruction: { parts: [{ text: 'Be brief.' }] } }),
      ],
      [talk({ role: 'user', parts: [{}] }), talk({ role: 'user', parts: [{ text: '' }] })],
      [
        talk({ role: 'user', parts: [{ text: 'a', ...result }] }),
        talk(calling, { role: 'user', parts: [result] }),
      ],
    ],
  },
  'call-behind-user': {
    pairs: [
      [talk(said, calling, answered), talk(said, user, calling, answered)],
      [{ contents: [calling, answered] }, talk(calling, answered)],
    ],
  },
  'response-behind-call': { pairs: [[talk(answered), talk(calling, answered)]] },
  'as-many-responses': {
    pairs: [
      [talk({ ...calling, parts: [call, call] }, answered), talk(calling, answered)],
      [talk(calling, user), talk(calling, answered, user)],
    ],
  },
  'function-names': {
    pairs: [
      [ask(declared(CITY, '1look')), ask(declared(CITY, '_look'))],
      [ask(declared(CITY, 'a/b')), ask(declared(CITY, 'a.b:c-d'))],
      [ask(declared(CITY, 'a'.repeat(65))), ask(declared(CITY, 'a'.repeat(64)))],
    ],
  },
  'nameless-parts': {
    pairs: [
      [
        talk(calling, { role: 'user', parts: [{ functionResponse: { response: {} } }] }),
        talk(calling, answered),
      ],
    ],
  },
  schemas: {
    pairs: [
      [
        ask(declared({ type: 'OBJECT', properties: {} })),
        ask({ tools: [{ functionDeclarations: [{ name: 'look' }] }] }),
      ],
      [inObject({ type: 'ARRAY' }), inObject(TEXTS)],
      [inObject({ type: 'INTEGER', enum: ['1'] }), inObject({ type: 'STRING', enum: ['1'] })],
      [ask(declared({ ...CITY, required: ['town'] })), ask(declared({ ...CITY, required: ['city'] }))],
    ],
  },
  'allowed-names': {
    pairs: [
      [
        ask({
          ...LOOK,
          toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['look'] } },
        }),
        ask({
          ...LOOK,
          toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['look'] } },
        }),
      ],
      [
        ask({
          ...LOOK,
          toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['see'] } },
        }),
        ask({ ...LOOK, toolConfig: { functionCallingConfig: { mode: 'ANY' } } }),
      ],
    ],
  },
  'choice-without-tools': {
    pairs: [
      [
        ask({ toolConfig: { functionCallingConfig: { mode: 'ANY' } } }),
        ask({ toolConfig: { functionCallingConfig: { mode: 'AUTO' } } }),
      ],
    ],
  },
  'generation-limits': {
    pairs: [
      [
        config({ stopSequences: ['1', '2', '3', '4', '5', '6'] }),
        config({ stopSequences: ['1', '2', '3', '4', '5'] }),
      ],
      [config({ stopSequences: [''] }), config({ stopSequences: ['\n'] })],
      [config({ temperature: 2.1 }), config({ temperature: 2 })],
      [config({ topP: 1.1 }), config({ topP: 1 })],
      [config({ maxOutputTokens: 0 }), config({ maxOutputTokens: 1 })],
      [config({ candidateCount: 9 }), config({ candidateCount: 1 })],
    ],
  },
  'schema-of-text': {
    pairs: [
      [
        config({ responseSchema: TEXTS }),
        config({ responseSchema: TEXTS, responseMimeType: 'application/json' }),
      ],
      [
        config({ responseSchema: TEXTS, responseJsonSchema: CITY, responseMimeType: 'application/json' }),
        config({ responseJsonSchema: CITY, responseMimeType: 'application/json' }),
      ],
    ],
  },
  'foreign-signature': {
    pairs: [
      [
        talk({ role: 'model', parts: [{ ...call, thoughtSignature: 'sk1_eyJ9' }] }, answered),
        talk(
          { role: 'model', parts: [{ ...call, thoughtSignature: 'skip_thought_signature_validator' }] },
          answered,
        ),
      ],
    ],
  },
  'never-thinks': { model: 'gemini-2.0-flash', pairs: [[thinking({ thinkingBudget: 0 }), ask({})]] },
  'thinking-level': { pairs: [[thinking({ thinkingLevel: 'low' }), thinking({ thinkingBudget: 1_024 })]] },
  'thinking-level-and-budget': {
    model: 'gemini-3-flash',
    pairs: [[thinking({ thinkingLevel: 'low', thinkingBudget: 9 }), thinking({ thinkingLevel: 'low' })]],
  },
  'thinking-levels': {
    model: 'gemini-3-pro-preview',
    pairs: [[thinking({ thinkingLevel: 'minimal' }), thinking({ thinkingLevel: 'high' })]],
  },
  'thinking-budget': {
    model: 'gemini-2.5-pro',
    pairs: [
      [thinking({ thinkingBudget: 0 }), thinking({ thinkingBudget: 128 })],
      [thinking({ thinkingBudget: 32_769 }), thinking({ thinkingBudget: -1 })],
    ],
  },
  'output-limit': { pairs: [[config({ maxOutputTokens: 65_537 }), config({ maxOutputTokens: 65_536 })]] },
  'json-and-functions': {
    pairs: [
      [
        config({ responseMimeType: 'application/json' }, LOOK),
        config({ responseMimeType: 'text/plain' }, LOOK),
      ],
    ],
  },
  'functions-and-search': {
    pairs: [[ask({ tools: [...LOOK.tools, { googleSearch: {} }] }), ask({ tools: [{ googleSearch: {} }] })]],
  },
  'missing-signature': {
    model: 'gemini-3-flash',
    pairs: [
      [
        talk({ role: 'model', parts: [{ functionCall: { name: 'look', args: {} } }] }, answered),
        talk({ role: 'model', parts: [{ functionCall: { name: 'look', args: {} } }] }, answered, said, user),
      ],
    ],
  },
};

import type { Body, RuleExamples } from '../rule-example.ts';

const user = { role: 'user', content: 'hi' };

function ask(parameters: Body, messages: readonly Body[] = [user]): Body {
  return { input: { messages }, parameters: { result_format: 'message', ...parameters } };
}

export const dashscopeChatExamples: RuleExamples = {
  'chat-shape': {
    pairs: [
      [ask({ max_completion_tokens: 9 }), ask({ max_tokens: 9 })],
      [ask({ top_p: 0 }), ask({ top_p: 0.000001 })],
      [ask({ tool_choice: 'required' }), ask({ tool_choice: 'auto' })],
      [ask({ result_format: 'json' }), ask({ result_format: 'text' })],
      [ask({}, [{ ...user, role: 'developer' }]), ask({}, [{ ...user, role: 'system' }])],
      [
        ask({}, [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]),
        ask({}, [{ role: 'user', content: [{ text: 'hi' }] }]),
      ],
      [{ messages: [user] }, ask({})],
    ],
  },
};

export const dashscopeEmbeddingsExamples: RuleExamples = {
  'embeddings-shape': {
    pairs: [
      [{ input: ['a'] }, { input: { texts: ['a'] } }],
      [
        { input: { texts: ['a'] }, parameters: { dimensions: 8 } },
        { input: { texts: ['a'] }, parameters: { dimension: 8 } },
      ],
    ],
  },
};

const video = { model_name: 'kling-v2-1', prompt: 'a sea' };

export const klingExamples: RuleExamples = {
  'video-shape': {
    pairs: [
      [
        { model: 'kling-v2-1', prompt: 'a sea' },
        { ...video, mode: 'pro' },
      ],
      [
        { ...video, duration: '8' },
        { ...video, duration: '10' },
      ],
      [
        { ...video, model_name: 'kling-v3', duration: '16' },
        { ...video, model_name: 'kling-v3', duration: '12' },
      ],
      [
        { ...video, size: '1280x720' },
        { ...video, aspect_ratio: '16:9' },
      ],
      [
        { ...video, image: 'data:image/png;base64,aGk=' },
        { ...video, image: 'aGk=' },
      ],
    ],
  },
};

const bot = { bot_name: 'Ada', content: 'Be brief.' };
const said = { sender_type: 'USER', sender_name: 'Bob', text: 'hi' };
const chat = {
  messages: [said],
  bot_setting: [bot],
  reply_constraints: { sender_type: 'BOT', sender_name: 'Ada' },
};

export const minimaxExamples: RuleExamples = {
  'chat-pro-shape': {
    pairs: [
      [{ ...chat, messages: [user] }, chat],
      [
        { ...chat, max_tokens: 9 },
        { ...chat, tokens_to_generate: 9 },
      ],
      [
        { ...chat, temperature: 1.5 },
        { ...chat, temperature: 1 },
      ],
      [{ ...chat, bot_setting: [] }, chat],
    ],
  },
};

import { user, type TranslationCase } from './translation-case.ts';
import { NOT_CHAT, NOT_MESSAGES } from './vendors.ts';

const BILLING = 'x-anthropic-billing-header: cc_version=2.1.0.abc; cc_entrypoint=cli; cch=00000;';

/** What a client means for its own vendor. The headers of every case are looked at as well. */
export const PRIVACY: readonly TranslationCase[] = [
  {
    name: 'instructions begin with a line for Anthropic’s bills',
    client: 'messages',
    models: NOT_MESSAGES,
    body: {
      max_tokens: 100,
      system: [
        { type: 'text', text: BILLING },
        { type: 'text', text: 'You are a coding assistant.' },
      ],
      messages: [user('a')],
    },
    sent: [/You are a coding assistant\./u],
    notSent: [/billing/iu, /cc_version/u],
  },
  {
    name: 'instructions of one text begin with a line for Anthropic’s bills',
    client: 'messages',
    models: NOT_MESSAGES,
    body: {
      max_tokens: 100,
      system: `${BILLING}\nYou are a coding assistant.`,
      messages: [user('a')],
    },
    sent: [/You are a coding assistant\./u],
    notSent: [/cc_version/u],
  },
  {
    name: 'a line for Anthropic’s bills is all of the instructions',
    client: 'messages',
    models: NOT_MESSAGES,
    body: { max_tokens: 100, system: [{ type: 'text', text: BILLING }], messages: [user('a')] },
    notSent: [/cc_version/u],
  },
  {
    name: 'a user speaks of such a line',
    client: 'chat',
    models: NOT_CHAT,
    body: { messages: [user('What is x-anthropic-billing-header: cc_version=2?')] },
    sent: [/cc_version=2/u],
  },
];

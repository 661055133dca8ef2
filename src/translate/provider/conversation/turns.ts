import type { Message, Prompt } from '../prompt.ts';
import { joinedRun, runsOf } from './message-runs.ts';
import type { ConversationRules } from './conversation-rules.ts';

/** Where the user has to speak first and did not. */
const BEGIN = 'Begin.';
/** Where the user has to speak last and did not. */
const CONTINUE = 'Continue.';
/** Where the assistant has to speak between a result and the user. */
const UNDERSTOOD = 'Understood.';

/** A conversation whose messages come in an order of roles that the rules allow, with instructions where they are allowed. */
export function withAllowedTurns(prompt: Prompt, rules: ConversationRules): Prompt {
  let messages = withInstructions(prompt, rules);
  if (!rules.repeatedRoles) messages = runsOf(messages).flatMap(joinedRun);
  if (!rules.userAfterResult) messages = withWordsAfterResults(messages);
  messages = withLastMessage(withFirstMessage(messages, rules), rules);
  return rules.spaceBeforeContinuing ? messages : withTrimmedEnd(messages);
}

/**
 * Instructions behind the beginning stay at their place, since they are meant for what follows, and before it the prompt is
 * cached: where there are no such messages there, they are text of the user's in a mark that models know from the clients
 * that use it. Where there is nothing but instructions, the last are the user's message.
 */
function withInstructions(prompt: Prompt, { lateInstructions, firstMessage }: ConversationRules): Prompt {
  const first = prompt.findIndex(({ role }) => role !== 'system');
  if (first < 0) return firstMessage === 'any' ? prompt : withLastAsUser(prompt);
  if (lateInstructions === 'system') return prompt;
  return prompt.map((message, at) =>
    at > first && message.role === 'system' ? asUser(message, asReminder(message.content)) : message,
  );
}

/** Claude Code writes the mark itself. */
function asReminder(text: string): string {
  return text.startsWith('<system-reminder>') ? text : `<system-reminder>\n${text}\n</system-reminder>`;
}

function withLastAsUser(prompt: Prompt): Prompt {
  const last = prompt.at(-1);
  if (last?.role !== 'system') return prompt;
  return [...prompt.slice(0, -1), asUser(last, last.content)];
}

function asUser({ providerOptions }: Message, text: string): Message {
  return {
    role: 'user',
    content: [{ type: 'text', text }],
    ...(providerOptions !== undefined && { providerOptions }),
  };
}

function withWordsAfterResults(prompt: Prompt): Prompt {
  return prompt.flatMap((message, at) =>
    message.role === 'user' && prompt[at - 1]?.role === 'tool'
      ? [assistantText(UNDERSTOOD), message]
      : [message],
  );
}

function withFirstMessage(prompt: Prompt, { firstMessage }: ConversationRules): Prompt {
  const first = prompt.findIndex(({ role }) => role !== 'system');
  // Nobody takes a conversation without any message.
  const isMissing = firstMessage === 'user' ? prompt[first]?.role !== 'user' : prompt.length === 0;
  return isMissing ? prompt.toSpliced(first < 0 ? prompt.length : first, 0, userText(BEGIN)) : prompt;
}

/** `prefix` is a field of chat completions: the package writes it beside the message. */
function withLastMessage(prompt: Prompt, { lastMessage }: ConversationRules): Prompt {
  const last = prompt.at(-1);
  if (lastMessage === 'any' || last?.role === 'user' || last?.role === 'tool') return prompt;
  if (lastMessage === 'user' || last?.role !== 'assistant') return [...prompt, userText(CONTINUE)];
  const providerOptions = { ...last.providerOptions, openaiCompatible: { prefix: true } };
  return [...prompt.slice(0, -1), { ...last, providerOptions }];
}

/** The package does the same where the text is the very last, and not where thinking stands behind it. */
function withTrimmedEnd(prompt: Prompt): Prompt {
  const last = prompt.at(-1);
  if (last?.role !== 'assistant') return prompt;
  const at = last.content.findLastIndex(({ type }) => type === 'text');
  const content = last.content.map((part, index) =>
    index === at && part.type === 'text' ? { ...part, text: part.text.trimEnd() } : part,
  );
  return [...prompt.slice(0, -1), { ...last, content }];
}

function userText(text: string): Message {
  return { role: 'user', content: [{ type: 'text', text }] };
}

function assistantText(text: string): Message {
  return { role: 'assistant', content: [{ type: 'text', text }] };
}

import { isOurSignature } from '../../surface/conversation.ts';
import { objectOf, stringsOf } from '../../surface/json.ts';
import { firstFinding, isBlank, type Rule } from '../rule.ts';
import { blocksOf, finding, markedIn, messagesOf, textsIn, textsOf } from './anthropic-body.ts';
import { shapeFinding } from './anthropic-shape.ts';
import { callRules } from './call-rules.ts';
import { messagesShape } from './messages-shape.ts';

const REFERENCE = 'platform.claude.com/docs/en/api/messages/create';
const THINKING = 'platform.claude.com/docs/en/build-with-claude/extended-thinking';
const CACHING = 'platform.claude.com/docs/en/build-with-claude/prompt-caching';
const DATE = '2026-11-30';

const operations = ['messages'] as const;

/** What Anthropic's messages refuse, whichever the model. */
export const messagesRules: readonly Rule[] = [
  {
    id: 'messages-shape',
    operations,
    refuses:
      'a field or a kind of block that the reference has not, a value of another type or beyond its limits, `max_tokens` missing, an id or a name of other characters, an image that is called anything but JPEG, PNG, GIF or WebP, a schema whose root is no object',
    source: REFERENCE,
    date: DATE,
    find: (request) => shapeFinding(messagesShape, request),
  },
  {
    id: 'first-message',
    operations,
    refuses: 'a conversation that does not begin with the user',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => {
      const first = messagesOf(body).find(({ value }) => value['role'] !== 'system');
      return first === undefined || first.value['role'] === 'user'
        ? undefined
        : finding(first.path, 'messages: first message must use the "user" role');
    },
  },
  {
    id: 'empty-message',
    operations,
    refuses: 'a message without content, but for a last one of the assistant',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) => {
      const messages = messagesOf(body);
      return firstFinding(messages, ({ path, value }) => {
        const { role, content } = value;
        const isEmpty = content === '' || (Array.isArray(content) && content.length === 0);
        const isLast = role === 'assistant' && value === messages.at(-1)?.value;
        return !isEmpty || isLast
          ? undefined
          : finding(
              path,
              `messages.${String(path[1])}: all messages must have non-empty content except for the optional final assistant message`,
            );
      });
    },
  },
  {
    id: 'blank-text',
    operations,
    refuses: 'a block of text with nothing in it but white space, in messages and instructions',
    source: 'github.com/anthropics/anthropic-sdk-python/issues/461',
    date: DATE,
    find: ({ body }) =>
      firstFinding(textsOf(body), ({ path, value }) =>
        isBlank(value)
          ? finding(
              path,
              `${String(path[0])}: text content blocks must ${value === '' ? 'be non-empty' : 'contain non-whitespace text'}`,
            )
          : undefined,
      ),
  },
  {
    id: 'trailing-white-space',
    operations,
    refuses: 'a last message of the assistant that ends in white space',
    source: 'platform.claude.com/docs/en/build-with-claude/prompt-engineering/prefill-claudes-response',
    date: DATE,
    find: ({ body }) => {
      const last = messagesOf(body).at(-1);
      if (last?.value['role'] !== 'assistant') return undefined;
      const text = textsIn(last).at(-1);
      return text === undefined || text.value === text.value.trimEnd()
        ? undefined
        : finding(text.path, 'messages: final assistant content cannot end with trailing whitespace');
    },
  },
  {
    id: 'signature',
    operations,
    refuses: 'thinking without the signature that it was given out with',
    source: THINKING,
    date: DATE,
    find: ({ body }) =>
      firstFinding(
        messagesOf(body).flatMap((each) => blocksOf(each, 'thinking', 'redacted_thinking')),
        ({ path, value }) => {
          const { type, signature, thinking, data } = value;
          const isOurs =
            type === 'thinking'
              ? isOurSignature(String(signature), String(thinking))
              : isOurSignature(String(data));
          return isOurs
            ? undefined
            : finding(
                path,
                `${path.join('.')}: Invalid \`${type === 'thinking' ? 'signature' : 'data'}\` in \`${String(type)}\` block`,
              );
        },
      ),
  },
  {
    id: 'stop-sequences',
    operations,
    refuses: 'a stop sequence of white space alone',
    source: REFERENCE,
    date: DATE,
    find: ({ body }) =>
      stringsOf(body['stop_sequences']).some(isBlank)
        ? finding(['stop_sequences'], 'stop_sequences: each stop sequence must contain non-whitespace')
        : undefined,
  },
  {
    id: 'opaque-user',
    operations,
    refuses: 'a `metadata.user_id` that is an address',
    source: `${REFERENCE}, github.com/BerriAI/litellm/issues/10106`,
    date: DATE,
    find: ({ body }) => {
      const user = objectOf(body['metadata'])['user_id'];
      return typeof user === 'string' && /[^\s@]@[^\s@]+\.[^\s@]/u.test(user)
        ? finding(
            ['metadata', 'user_id'],
            'metadata.user_id: user_id appears to contain an email address. Please send a uuid or hash value instead.',
          )
        : undefined;
    },
  },
  {
    id: 'cache-marks',
    operations,
    refuses: 'more than four marks for the cache',
    source: CACHING,
    date: DATE,
    find: ({ body }) => {
      const marked = [...markedIn(body)];
      return marked.length <= 4
        ? undefined
        : finding(
            ['messages'],
            `A maximum of 4 blocks with cache_control may be provided. Found ${marked.length}.`,
          );
    },
  },
  ...callRules,
];

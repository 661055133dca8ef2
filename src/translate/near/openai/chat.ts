import type { NearSide } from '../../asked.ts';
import { readChat } from './read-chat.ts';
import { ChatStream } from './stream-chat.ts';
import { writeChat } from './write-chat.ts';

/** OpenAI's chat completions. */
export const chat: NearSide = {
  read: readChat,
  write: writeChat,
  stream: (context) => new ChatStream(context),
};

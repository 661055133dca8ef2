import type { NearSide } from '../../asked.ts';
import { readRequest } from './read.ts';
import { MessageStream } from './stream.ts';
import { writeMessage } from './write.ts';

/** Anthropic's messages. */
export const messages: NearSide = {
  read: readRequest,
  write: writeMessage,
  stream: (context) => new MessageStream(context),
};

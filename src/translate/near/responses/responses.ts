import type { NearSide } from '../../asked.ts';
import { chat } from '../openai/chat.ts';
import { readRequest } from './read.ts';
import { ResponseStream } from './stream.ts';
import { writeResponse } from './write.ts';

/** A request for a response, answered as a chat. */
export const chatAnsweredResponses: NearSide = {
  read: readRequest,
  write: (result, context) => chat.write(result, context),
  stream: (context) => chat.stream(context),
};

/** OpenAI's responses. */
export const responses: NearSide = {
  read: readRequest,
  write: writeResponse,
  stream: (context) => new ResponseStream(context),
};

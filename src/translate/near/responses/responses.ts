import type { NearSide } from '../../asked.ts';
import { readRequest } from './read.ts';
import { ResponseStream } from './stream.ts';
import { writeResponse } from './write.ts';

/** OpenAI's responses. */
export const responses: NearSide = {
  read: readRequest,
  write: writeResponse,
  stream: (context) => new ResponseStream(context),
};

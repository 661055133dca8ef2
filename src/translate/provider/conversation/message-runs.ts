import type { Message, OfRole, Prompt } from '../prompt.ts';
import { cacheMarkOf, withCacheMark } from './cache-marks.ts';

/** Successive messages of one role. There is none without a message. */
export type Run = readonly Message[];

/** A conversation in its runs. */
export function runsOf(prompt: Prompt): Run[] {
  const runs: Message[][] = [];
  for (const message of prompt) {
    const run = runs.at(-1);
    if (run?.[0]?.role === message.role) run.push(message);
    else runs.push([message]);
  }
  return runs;
}

/** The messages of a run as one, where they are the user's or the assistant's. Their marks for the cache go to their last parts. */
export function joinedRun(run: Run): Run {
  const last = run.at(-1);
  if (run.length < 2 || last === undefined) return run;
  switch (last.role) {
    case 'user':
      return [{ ...last, content: run.flatMap((each) => (each.role === 'user' ? marked(each, last) : [])) }];
    case 'assistant':
      return [
        { ...last, content: run.flatMap((each) => (each.role === 'assistant' ? marked(each, last) : [])) },
      ];
    case 'system':
    case 'tool':
      return run;
  }
}

function marked<Of extends OfRole<'assistant'> | OfRole<'user'>>(message: Of, last: Message): Of['content'] {
  const { content } = message;
  const end = content.at(-1);
  const mark = cacheMarkOf(message);
  if (message === last || end === undefined || mark === undefined) return content;
  return Object.assign([], content, { [content.length - 1]: withCacheMark(end, mark) });
}

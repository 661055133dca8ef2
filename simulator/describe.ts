import type { Behaviour, KeyScript, StallPoint } from './behaviour.ts';

/** What a key does, in a sentence for people. */
export function describeScript(script: KeyScript): string {
  const steps = script.behaviours.map(
    (behaviour) => `${describeBehaviour(behaviour)}${describeScope(behaviour)}`,
  );
  if (steps.length === 0) return 'answers';
  return `${steps.join(', then ')}${script.repeat === true ? ', and again' : ''}`;
}

/** What a behaviour does to a request, as a verb. */
function describeBehaviour(behaviour: Behaviour): string {
  switch (behaviour.kind) {
    case 'answer':
      return 'answers';
    case 'invalid-key':
      return 'is refused as invalid (401)';
    case 'rate-limited':
      return 'is rate limited (429)';
    case 'out-of-credit':
      return 'is out of credit (429)';
    case 'server-error':
      return `fails with ${behaviour.status ?? 500}`;
    case 'overloaded':
      return 'is told the servers are overloaded (503)';
    case 'slow-first-output':
      return `answers ${behaviour.delayMs} ms late${describeStall(behaviour.after)}`;
    case 'hang':
      return `hangs for ever${describeStall(behaviour.after)}`;
    case 'cut':
      return 'has its connection cut in the middle of the answer';
    case 'truncate':
      return 'ends its answer early, without the end marker';
    case 'error-event':
      return `sends an error inside a 200${(behaviour.afterChunks ?? 0) > 0 ? `, after ${behaviour.afterChunks} chunks` : ''}`;
    case 'empty-stream':
      return 'answers 200 with nothing in it';
    case 'html-502':
      return 'answers 502 with an HTML page';
    case 'refuse':
      return 'has its connection reset before any answer';
    case 'error-200':
      return 'answers 200 with an error as its body';
    case 'model-denied':
      return `is denied ${behaviour.models.join(', ')} (404)`;
    case 'bad-request':
      return 'is told that the context is too long (400)';
    case 'status':
      return `answers ${behaviour.status}`;
  }
}

function describeStall(after: StallPoint | undefined): string {
  switch (after) {
    case undefined:
    case 'request':
      return '';
    case 'headers':
      return ', after the headers';
    case 'preamble':
      return ', after the preamble';
  }
}

function describeScope(behaviour: Behaviour): string {
  const { times, forMs, models, operations, chance } = behaviour;
  const words: string[] = [];
  if (chance !== undefined) words.push(`${Math.round(chance * 100)} % of the time`);
  if (times !== undefined) words.push(times === 1 ? 'once' : `${times} times`);
  if (forMs !== undefined) words.push(`for ${forMs / 1_000} s`);
  if (models !== undefined && behaviour.kind !== 'model-denied') words.push(`with ${models.join(', ')}`);
  if (operations !== undefined) words.push(`on ${operations.join(', ')}`);
  return words.length === 0 ? '' : ` ${words.join(', ')}`;
}

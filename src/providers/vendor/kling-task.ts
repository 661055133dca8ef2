import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { KlingTaskType } from '../../dialects/operations/vendors/kling.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { ResponseContext } from '../../translate/codec.ts';
import { WholeResponseTranslator } from '../../translate/whole-translation.ts';
import { textIn } from './json-fields.ts';

/** What begins the id of a task as clients get it: the Higress plugin's, by which the task's type is known again. */
const PREFIXES: Readonly<Record<KlingTaskType, string>> = {
  text2video: 'kling-t2v-',
  image2video: 'kling-i2v-',
};

/** Which task an id means. */
export interface KlingTaskId {
  /** Undefined where the id has no prefix. */
  readonly type: KlingTaskType | undefined;
  /** Kling's own. */
  readonly id: string;
}

/** Reads an id as a client has it. */
export function taskIdOf(id: string): KlingTaskId {
  for (const type of ['text2video', 'image2video'] as const) {
    const own = id.slice(PREFIXES[type].length);
    // A path without an id would be that of the list.
    if (id.startsWith(PREFIXES[type]) && own !== '') return { type, id: own };
  }
  return { type: undefined, id };
}

/** Words for a type in the Higress plugin's parameter `kling_task_type`. */
const TYPE_WORDS: ReadonlyMap<string, KlingTaskType> = new Map([
  ['text2video', 'text2video'],
  ['text', 'text2video'],
  ['t2v', 'text2video'],
  ['image2video', 'image2video'],
  ['image', 'image2video'],
  ['i2v', 'image2video'],
]);

/** A query without `kling_task_type`, and the type that says: the last one counts. @param query - empty, or from the `?` on */
export function taskTypeIn(query: string): {
  readonly type: KlingTaskType | undefined;
  readonly query: string;
} {
  const pairs = query.slice(1).split('&');
  const [kept, hints] = [pairs.filter((pair) => !isHint(pair)), pairs.filter(isHint)];
  if (hints.length === 0) return { type: undefined, query };
  const word = new URLSearchParams(hints.at(-1)).get(HINT) ?? '';
  const left = kept.join('&');
  return { type: TYPE_WORDS.get(word.trim().toLowerCase()), query: left === '' ? '' : `?${left}` };
}

const HINT = 'kling_task_type';

function isHint(pair: string): boolean {
  return new URLSearchParams(pair).has(HINT);
}

/** OpenAI's words for the states of a task. */
const STATES: ReadonlyMap<unknown, string> = new Map([
  ['submitted', 'queued'],
  ['processing', 'in_progress'],
  ['succeed', 'completed'],
  ['failed', 'failed'],
]);

/** An answer with a task, for the client that created it. The prefix in its ids is that of its type. */
export class CreatedTaskTranslator extends WholeResponseTranslator {
  readonly namesResources = true;

  /** @param dropped - fields that the client is told of */
  constructor(type: KlingTaskType, call: Call, dropped: readonly string[]) {
    const { operation } = call.target;
    super(
      {
        translateResponse: (answer) => {
          const named = withPrefix(answer, PREFIXES[type]);
          if (operation.dialect === 'vendor') return named;
          const id = textIn(asObject(named['data']), 'task_id') ?? textIn(named, 'task_id');
          return asVideo(named, id, call.model);
        },
      },
      contextOf(call),
      dropped,
    );
  }
}

/** The same for one that asks for a task. Ids in it stay Kling's, as with the Higress plugin. */
export class RetrievedTaskTranslator extends WholeResponseTranslator {
  constructor(call: Call) {
    super(
      { translateResponse: (answer) => asVideo(answer, call.target.pathId, undefined) },
      contextOf(call),
      [],
    );
  }
}

function contextOf({ id, model = '', acceptedAt, target: { query } }: Call): ResponseContext {
  return { id, model, acceptedAt, body: {}, query };
}

/**
 * Kling's answer as it is, and OpenAI's members of a video beside it where it has none of that name: clients of the Higress
 * plugin read the one, OpenAI's clients the other.
 */
function asVideo(answer: Json, id: string | undefined, model: string | undefined): object {
  const task = asObject(answer['data']);
  const status = STATES.get(task?.['task_status']);
  return {
    ...(id !== undefined && { id, object: 'video' }),
    ...(model !== undefined && { model }),
    ...(status !== undefined && { status, progress: status === 'completed' ? 100 : 0 }),
    ...secondsOf('created_at', task?.['created_at']),
    ...(status === 'completed' && secondsOf('completed_at', task?.['updated_at'])),
    ...(status === 'failed' && {
      error: { code: 'task_failed', message: textIn(task, 'task_status_msg') ?? '' },
    }),
    ...answer,
  };
}

/** Kling's times are milliseconds. */
function secondsOf(name: string, milliseconds: unknown): object | undefined {
  return typeof milliseconds === 'number' ? { [name]: Math.floor(milliseconds / 1000) } : undefined;
}

function withPrefix(answer: Json, prefix: string): Json {
  const task = asObject(answer['data']);
  return {
    ...answer,
    ...prefixed(answer, prefix),
    ...(task !== undefined && { data: { ...task, ...prefixed(task, prefix) } }),
  };
}

function prefixed(object: Json, prefix: string): object | undefined {
  const id = textIn(object, 'task_id') ?? '';
  return id === '' || taskIdOf(id).type !== undefined ? undefined : { task_id: prefix + id };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

/** A request as it came to the provider. */
export interface Shelved {
  readonly key: string;
  readonly line: string;
  readonly body: string;
}

/** A provider that keeps what each of its accounts made, and says no to what an account does not have. */
export interface Shelves {
  readonly url: string;
  /** Requests that came, oldest first, since this was asked last. */
  readonly asked: () => readonly Shelved[];
  /** Puts things on an account's shelf that nobody made through a gateway. */
  readonly put: (key: string, collection: string, count: number) => readonly string[];
}

interface Thing {
  readonly id: string;
  readonly created_at: number | string;
}

type Json = Readonly<Record<string, unknown>>;

/** Beginnings of ids, by what is made. */
const MADE: readonly (readonly [path: RegExp, prefix: string])[] = [
  [/^files$/u, 'file-'],
  [/^uploads$/u, 'upload_'],
  [/^batches$/u, 'batch_'],
  [/^fine_tuning\/jobs$/u, 'ftjob-'],
  [/^videos(?:\/(?:edits|extensions|characters|[^/]+\/remix))?$/u, 'video_'],
  [/^conversations$/u, 'conv_'],
  [/^responses$/u, 'resp_'],
  [/^chat\/completions$/u, 'chatcmpl-'],
  [/^messages\/batches$/u, 'msgbatch_'],
  [/^messages$/u, 'msg_'],
];
const TASKS = /^(?:videos\/(?:text2video|image2video)|images\/generations|services\/.*)$/u;
/** What can only be an id that somebody made. */
const ID =
  /(?:file-|cfile_|upload_|batch_|ftjob-|video_|conv_|resp_|chatcmpl-|msgbatch_|task_|chat_|cntr_)\d{6}[\w-]*/gu;

/**
 * Starts a provider whose keys are of an account each. Its lists are the newest first, in pages as OpenAI's and
 * Anthropic's documentation have them: `after` or `after_id`, `before_id`, `limit`, `has_more`.
 */
export async function startShelves(t: TestContext): Promise<Shelves> {
  const accounts = new Map<string, Map<string, Thing>>();
  const asked: Shelved[] = [];
  let count = 0;
  let seen = 0;
  const accountOf = (key: string): Map<string, Thing> => {
    const account = accounts.get(key) ?? new Map<string, Thing>();
    accounts.set(key, account);
    return account;
  };
  const make = (key: string, prefix: string): Thing => {
    const n = ++count;
    const at = 1_700_000_000 + n;
    const date = prefix === 'msgbatch_' ? new Date(at * 1000).toISOString() : at;
    const thing = { id: `${prefix}${String(n).padStart(6, '0')}abcdefghijkl`, created_at: date };
    accountOf(key).set(thing.id, thing);
    return thing;
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const key = keyOf(request);
      const { method = '', url = '' } = request;
      asked.push({ key, line: `${method} ${url}`, body });
      const [path = '', query = ''] = url.slice('/v1/'.length).split('?');
      const account = accountOf(key);
      const named = [...(url + body).matchAll(ID)].map(([id]) => id);
      const stranger = named.find((id) => !account.has(id));
      const say = sayer(request, response);
      if (stranger !== undefined) return say(404, { error: { message: `No such object: ${stranger}` } });
      if (method === 'GET' && !ID.test(path) && !url.includes('chat_id')) {
        ID.lastIndex = 0;
        return say(
          200,
          pageOf([...account.values()].toReversed(), path, new URLSearchParams(query), request),
        );
      }
      ID.lastIndex = 0;
      const [first = ''] = named;
      if (method === 'DELETE' && path.split('/').at(-1) === first) account.delete(first);
      return say(
        200,
        answer(method, path, first, (prefix) => make(key, prefix)),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked: () => {
      const since = asked.slice(seen);
      seen = asked.length;
      return since;
    },
    put: (key, prefix, many) => Array.from({ length: many }, () => make(key, prefix).id),
  };
}

function answer(method: string, path: string, first: string, make: (prefix: string) => Thing): Json {
  if (method !== 'POST') return { id: first, object: 'thing', ...doneOf(method, path, make) };
  if (TASKS.test(path)) {
    const task = { task_id: make('task_').id };
    return path.startsWith('services') ? { output: task } : { code: 0, data: task };
  }
  if (path === 'v3/chat')
    return { code: 0, data: { id: make('chat_').id, conversation_id: make('conv_').id } };
  if (path === 'v1/conversation/create') return { code: 0, data: { id: make('conv_').id } };
  if (path === 'chat-messages') return { answer: 'hi', conversation_id: make('conv_').id };
  const prefix = MADE.find(([made]) => made.test(path))?.[1];
  if (path.endsWith('/complete')) return { id: first, object: 'upload', file: make('file-') };
  if (prefix === undefined) return { id: first, object: 'thing', input_tokens: 1 };
  return { ...make(prefix), object: 'thing', ...SAYING[prefix] };
}

/** What a batch that is done tells beside itself. */
function doneOf(method: string, path: string, make: (prefix: string) => Thing): Json {
  const isBatch = method === 'GET' && /^batches\/[^/]+$/u.test(path);
  return isBatch ? { output_file_id: make('file-').id } : {};
}

const SAYING: Readonly<Record<string, Json>> = {
  'chatcmpl-': {
    choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  },
  resp_: {
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'hi' }] }],
  },
  msg_: {
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: 'hi' }],
    stop_reason: 'end_turn',
  },
};

function pageOf(
  all: readonly Thing[],
  path: string,
  query: URLSearchParams,
  { headers }: IncomingMessage,
): Json {
  const prefix = MADE.find(([made]) => made.test(path))?.[1] ?? 'nothing';
  const things = all.filter(({ id }) => id.startsWith(prefix));
  const isAnthropic = headers['anthropic-version'] !== undefined;
  const limit = Number(query.get('limit') ?? 20);
  const after = query.get(isAnthropic ? 'after_id' : 'after');
  const before = query.get('before_id');
  const from = after === null ? 0 : things.findIndex(({ id }) => id === after) + 1;
  const to = before === null ? undefined : things.findIndex(({ id }) => id === before);
  const rest = things.slice(from, to);
  const data = before === null ? rest.slice(0, limit) : rest.slice(-limit);
  return {
    ...(!isAnthropic && { object: 'list' }),
    data,
    has_more: rest.length > limit,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

function sayer(request: IncomingMessage, response: ServerResponse): (status: number, body: Json) => void {
  return (status, body) => {
    const text = request.method === 'HEAD' ? '' : JSON.stringify(body);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  return (await buffer(request)).toString('latin1');
}

function keyOf({ headers }: IncomingMessage): string {
  const own = headers['x-api-key'];
  return (typeof own === 'string' ? own : headers.authorization?.slice('Bearer '.length)) ?? '';
}

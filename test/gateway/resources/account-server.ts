import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';

/** A request as it came to the provider. */
export interface ReceivedRequest {
  readonly key: string;
  readonly line: string;
  readonly body: string;
}

/** A provider that keeps the resources of each account, and answers 404 for others. */
export interface AccountServer {
  readonly url: string;
  /** Requests that came, oldest first, since the last call of this. */
  readonly requestsSinceLast: () => readonly ReceivedRequest[];
  /** From now on an account answers that it is overloaded. */
  readonly fail: (key: string) => void;
  /** Creates resources in an account that no gateway knows of. */
  readonly create: (key: string, collection: string, count: number) => readonly string[];
}

interface Resource {
  readonly id: string;
  readonly created_at: number | string;
  /** Of a batch: shown when it is retrieved. */
  readonly output_file_id?: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Prefixes of ids, by the path that creates them. */
const ID_PREFIXES: readonly (readonly [path: RegExp, prefix: string])[] = [
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
const TASKS =
  /^(?:contents\/generations\/tasks|models\/m:predictLongRunning|videos\/(?:text2video|image2video)|images\/generations|services\/.*)$/u;
/** Ids of created resources. */
const ID =
  /(?:file-|cfile_|upload_|batch_|ftjob-|video_|conv_|resp_|chatcmpl-|msgbatch_|task_|chat_|cntr_)\d{6}[\w-]*/gu;

/**
 * Starts a provider whose keys are of an account each. Its lists are the newest first, in pages as OpenAI's and
 * Anthropic's documentation have them: `after` or `after_id`, `before_id`, `limit`, `has_more`.
 */
export async function startAccountServer(t: TestContext): Promise<AccountServer> {
  const accounts = new Map<string, Map<string, Resource>>();
  const received: ReceivedRequest[] = [];
  const failing = new Set<string>();
  let count = 0;
  let seen = 0;
  const accountOf = (key: string): Map<string, Resource> => {
    const account = accounts.get(key) ?? new Map<string, Resource>();
    accounts.set(key, account);
    return account;
  };
  const make = (key: string, prefix: string): Resource => {
    const n = ++count;
    const at = 1_700_000_000 + n;
    const date = prefix === 'msgbatch_' ? new Date(at * 1000).toISOString() : at;
    const output = prefix === 'batch_' ? { output_file_id: make(key, 'file-').id } : {};
    const resource = {
      id: `${prefix}${String(n).padStart(6, '0')}abcdefghijkl`,
      created_at: date,
      ...output,
    };
    accountOf(key).set(resource.id, resource);
    return resource;
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const key = keyOf(request);
      const { method = '', url = '' } = request;
      received.push({ key, line: `${method} ${url}`, body });
      const [path = '', query = ''] = url.slice('/v1/'.length).split('?');
      const account = accountOf(key);
      const named = [...(url + body).matchAll(ID)].map(([id]) => id);
      const foreign = named.find((id) => !account.has(id));
      const say = sayer(request, response);
      if (failing.has(key)) return say(503, { error: { message: 'overloaded' } });
      if (foreign !== undefined) return say(404, { error: { message: `No such object: ${foreign}` } });
      if (method === 'GET' && !ID.test(path) && !url.includes('chat_id')) {
        ID.lastIndex = 0;
        return say(
          200,
          pageOf([...account.values()].toReversed(), path, new URLSearchParams(query), request),
        );
      }
      ID.lastIndex = 0;
      const [first = ''] = named;
      const resource = account.get(first);
      if (method === 'DELETE' && path.split('/').at(-1) === first) account.delete(first);
      const runsCode = body.includes('code_');
      const given = answer(method, path, first, runsCode, resource, (prefix) => make(key, prefix));
      if (body.includes('"stream":true')) return stream(response, given);
      return say(200, given);
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
    requestsSinceLast: () => {
      const since = received.slice(seen);
      seen = received.length;
      return since;
    },
    fail: (key) => void failing.add(key),
    create: (key, prefix, many) => Array.from({ length: many }, () => make(key, prefix).id),
  };
}

function answer(
  method: string,
  path: string,
  first: string,
  runsCode: boolean,
  resource: Resource | undefined,
  make: (prefix: string) => Resource,
): Json {
  if (method !== 'POST') return { object: 'resource', ...(resource ?? { id: first }) };
  if (TASKS.test(path)) {
    const task = { task_id: make('task_').id };
    if (path.startsWith('services')) return { output: task };
    if (path.startsWith('contents')) return { id: task.task_id };
    if (path.startsWith('models')) return { name: `models/m/operations/${task.task_id}` };
    return { code: 0, data: task };
  }
  if (path === 'v3/chat')
    return { code: 0, data: { id: make('chat_').id, conversation_id: make('conv_').id } };
  if (path === 'v1/conversation/create') return { code: 0, data: { id: make('conv_').id } };
  if (path === 'chat-messages') return { answer: 'hi', conversation_id: make('conv_').id };
  const prefix = ID_PREFIXES.find(([created]) => created.test(path))?.[1];
  if (path.endsWith('/complete')) return { id: first, object: 'upload', file: make('file-') };
  if (prefix === undefined) return { id: first, object: 'resource', input_tokens: 1 };
  const { id, created_at } = make(prefix);
  return {
    id,
    created_at,
    object: 'resource',
    ...ANSWER_FIELDS[prefix],
    ...(runsCode && ranCode(prefix, make)),
  };
}

/** What a model leaves behind that has run code: a container, and a file in it. */
function ranCode(prefix: string, make: (prefix: string) => Resource): Json {
  if (prefix === 'resp_')
    return {
      status: 'completed',
      output: [{ type: 'code_interpreter_call', container_id: make('cntr_').id }],
    };
  const output = { type: 'bash_code_execution_output', file_id: make('file-').id };
  return {
    content: [{ type: 'bash_code_execution_tool_result', content: { content: [output] } }],
    container: { id: make('cntr_').id, expires_at: 'soon' },
  };
}

const ANSWER_FIELDS: Readonly<Record<string, Json>> = {
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
  all: readonly Resource[],
  path: string,
  query: URLSearchParams,
  { headers }: IncomingMessage,
): Json {
  const prefix = ID_PREFIXES.find(([created]) => created.test(path))?.[1] ?? 'nothing';
  const resources = all.filter(({ id }) => id.startsWith(prefix));
  const isAnthropic = headers['anthropic-version'] !== undefined;
  const limit = Number(query.get('limit') ?? 20);
  const after = query.get(isAnthropic ? 'after_id' : 'after');
  const before = query.get('before_id');
  const from = after === null ? 0 : resources.findIndex(({ id }) => id === after) + 1;
  const to = before === null ? undefined : resources.findIndex(({ id }) => id === before);
  const rest = resources.slice(from, to);
  const data = before === null ? rest.slice(0, limit) : rest.slice(-limit);
  return {
    ...(!isAnthropic && { object: 'list' }),
    data,
    has_more: rest.length > limit,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

/** The same answer in events, as Anthropic streams it. */
function stream(response: ServerResponse, { content, container, ...message }: Json): void {
  const events: Json[] = [{ type: 'message_start', message: { ...message, content: [] } }];
  const blocks = Array.isArray(content) ? content : [];
  for (const block of blocks) events.push({ type: 'content_block_start', index: 0, content_block: block });
  const text = { type: 'text', text: 'done' };
  events.push({ type: 'content_block_start', index: 1, content_block: text });
  events.push({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'done' } });
  events.push({ type: 'message_delta', delta: { stop_reason: 'end_turn', container }, usage: {} });
  events.push({ type: 'message_stop' });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events)
    response.write(`event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
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

/** The body as far as it came. */
function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    // That it broke off is seen by what of it is there.
    request.on('error', () => undefined);
    request.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
  });
}

function keyOf({ headers }: IncomingMessage): string {
  const own = headers['x-api-key'];
  return (typeof own === 'string' ? own : headers.authorization?.slice('Bearer '.length)) ?? '';
}

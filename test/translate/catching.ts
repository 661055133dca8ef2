import { PLAIN_MANNER } from '../../src/translate/asked.ts';
import type { Asked, CallOptions, FarSide, Manner, Wishes } from '../../src/translate/asked.ts';
import { Line } from '../../src/translate/line.ts';

/** A question of the user's, and what else a test wants to have asked. */
export function asking(options: Partial<CallOptions> = {}, wishes: Wishes = {}): Asked {
  const prompt: CallOptions['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }];
  return { options: { prompt, ...options }, wishes, dropped: [] };
}

/** A turn in which two tools were called; one failed, the other showed a picture. */
export const TOOL_TURN: CallOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: 'Look' }] },
  {
    role: 'assistant',
    content: [
      { type: 'text', text: 'So be it' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{"n":12345678901234567890}' },
      { type: 'tool-call', toolCallId: 'c2', toolName: 'show', input: '' },
    ],
  },
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 'c1',
        toolName: 'look',
        output: { type: 'error-text', value: 'Too dark' },
      },
    ],
  },
  {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId: 'c2',
        toolName: 'show',
        output: {
          type: 'content',
          value: [
            { type: 'text', text: 'Here' },
            { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'iVBORw0KGgo=' } },
          ],
        },
      },
    ],
  },
];

type Tool = Extract<NonNullable<CallOptions['tools']>[number], { readonly type: 'function' }>;

/** A tool of the client's. */
export function toolNamed(name: string, providerOptions?: Tool['providerOptions']): Tool {
  return {
    type: 'function',
    name,
    inputSchema: { type: 'object', properties: {} },
    ...(providerOptions !== undefined && { providerOptions }),
  };
}

export interface Caught {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The request that a far side makes of what was asked. */
export async function caughtFrom(
  far: FarSide,
  asked: Asked,
  model: string,
  { stream = false, manner = PLAIN_MANNER }: { stream?: boolean; manner?: Manner } = {},
): Promise<Caught> {
  const line = new Line();
  const options = far.fit(asked, model, manner);
  const languageModel = await far.model(model, line.fetch, manner);
  const call: PromiseLike<unknown> = stream
    ? languageModel.doStream(options)
    : languageModel.doGenerate(options);
  const made = Promise.resolve(call);
  made.catch(() => undefined);
  try {
    const { headers, body } = await line.caught(made);
    const mended: unknown = JSON.parse(far.mend?.(body, options) ?? body);
    if (typeof mended !== 'object' || mended === null) throw new TypeError('no object was sent');
    return { headers, body: Object.fromEntries(Object.entries(mended)) };
  } finally {
    line.drop();
  }
}

import type { ProviderConfig } from '../../config/schema.ts';
import { splice } from '../../dialects/body-facts.ts';
import type { Call } from '../../dialects/call.ts';
import { valueEnd } from '../../dialects/json-walk.ts';
import { familyOf } from '../../dialects/operation.ts';
import type { Retelling } from '../../translate/retelling.ts';
import { contextFile } from './context-file.ts';
import { applySettings } from './custom-settings.ts';
import { withBody } from './edited.ts';
import { readMessages, shapeMessages } from './messages.ts';
import type { MessageShaping } from './messages.ts';
import { reasoningRetelling } from './reasoning-retelling.ts';
import { hideUsage, withUsage } from './stream-usage.ts';

/** What the provider's type says of chat requests. */
export interface ChatTraits {
  /** It knows the role `developer`. */
  readonly developerRole: boolean;
  /** It takes `stream_options.include_usage`. */
  readonly streamUsage: boolean;
}

/** A call as the configuration wants it, or why it cannot be. */
export type Shaped =
  | { readonly kind: 'shaped'; readonly call: Call }
  | {
      readonly kind: 'refused';
      readonly code: 'context_unavailable' | 'nothing_left';
      readonly values: Readonly<Record<string, string>>;
    };

/** What one provider's configuration makes of requests and answers. */
export interface Shaper {
  /** Sets fields and sees to the messages. Of calls that concern nobody nothing is touched. */
  request(call: Call): Shaped | Promise<Shaped>;
  /** Asks for a stream's usage where that was left open. To be done to what is sent as it is. */
  usage(call: Call): { readonly call: Call; readonly retelling: Retelling | undefined };
  /** What becomes of chat answers; undefined where they stay as they are. */
  readonly answer: Retelling | undefined;
}

/** Reads what a provider's configuration wants of requests; once for each provider. */
export function openShaper(config: ProviderConfig, traits: ChatTraits): Shaper {
  const context =
    config.context === undefined
      ? undefined
      : contextFile({ url: config.context.fileUrl, timeoutMs: config.timeout });
  const shaping: MessageShaping = {
    context: undefined,
    cleanupCommands: config.contextCleanupCommands,
    mergeConsecutive: config.mergeConsecutiveMessages || config.hiclawMode,
    plainRoles: false,
  };
  const promote = config.promoteThinkingOnEmpty || config.hiclawMode;
  const mode = config.reasoningContentMode;
  return {
    request: (call) => {
      const set = withSettings(call, config);
      if (set.target.operation.name !== 'chat.completions') return { kind: 'shaped', call: set };
      const roles = { ...shaping, plainRoles: !traits.developerRole && mayNameDeveloper(set) };
      if (context === undefined) return withMessages(set, roles, config.id);
      return context().then((file) =>
        'trouble' in file
          ? refused('context_unavailable', { provider: config.id, reason: file.trouble })
          : withMessages(set, { ...roles, context: file.text }, config.id),
      );
    },
    usage: (call) => {
      const isOurs = traits.streamUsage && !config.disableStreamUsageStats && mayStreamUsage(call);
      const bytes = isOurs ? withUsage(call) : undefined;
      if (bytes === undefined) return { call, retelling: undefined };
      const asked = call.hints.streamOptionsAt < 0 ? atItsEnd(call, bytes) : withBody(call, bytes);
      return { call: asked, retelling: hideUsage };
    },
    answer: mode === 'passthrough' && !promote ? undefined : reasoningRetelling({ mode, promote }),
  };
}

function mayStreamUsage({ target: { operation } }: Call): boolean {
  return operation.name === 'chat.completions' || operation.name === 'completions';
}

/** What is added at the end of a body moves nothing that was found in it. */
function atItsEnd(call: Call, bytes: Buffer): Call {
  return { ...call, body: { kind: 'kept', bytes } };
}

const DEVELOPER = Buffer.from('"developer"');

function mayNameDeveloper({ body }: Call): boolean {
  return body.kind === 'kept' && body.bytes.includes(DEVELOPER);
}

/** Settings are for bodies of JSON that can be read as a whole. */
function withSettings(call: Call, { customSettings }: ProviderConfig): Call {
  const { body, hints, target } = call;
  if (customSettings.length === 0 || body.kind !== 'kept' || body.bytes.length === 0) return call;
  if (call.modelSpan?.notation === 'plain' || target.operation.modelIn === 'form') return call;
  if (hints.messagesAt < 0 && call.modelSpan === undefined) return call;
  const text = body.bytes.toString();
  const set = applySettings(text, customSettings, familyOf(target.operation.dialect));
  return set === text ? call : withBody(call, Buffer.from(set));
}

function withMessages(call: Call, shaping: MessageShaping, provider: string): Shaped {
  const { body, hints } = call;
  const { context, cleanupCommands, mergeConsecutive, plainRoles } = shaping;
  const isWanted = context !== undefined || cleanupCommands.length > 0 || mergeConsecutive || plainRoles;
  if (!isWanted || body.kind !== 'kept' || hints.messagesAt < 0) return { kind: 'shaped', call };
  const { bytes } = body;
  const text = shapeMessages(readMessages(bytes, hints.messagesAt), shaping);
  if (text === undefined) return { kind: 'shaped', call };
  if (text === '[]') return refused('nothing_left', { provider });
  const edited = splice(bytes, hints.messagesAt, valueEnd(bytes, hints.messagesAt), text);
  return { kind: 'shaped', call: withBody(call, edited) };
}

function refused(
  code: 'context_unavailable' | 'nothing_left',
  values: Readonly<Record<string, string>>,
): Shaped {
  return { kind: 'refused', code, values };
}

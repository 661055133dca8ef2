import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Dialect } from '../../dialects/operations/operation.ts';
import type { ResponseTranslator } from '../../translate/response-translator.ts';
import { contextFile } from './context-file.ts';
import { withSettings } from './custom-settings.ts';
import { withBody } from './with-body.ts';
import { memberAt } from '../../dialects/scan/json-edit.ts';
import { withMessages } from './messages.ts';
import type { MessageShaping } from './messages.ts';
import { reasoningTranslator } from './reasoning-translator.ts';
import { usageHider, withUsageRequested } from './stream-usage.ts';

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
  /** Sets fields, and nothing else. */
  settings(call: Call): Call;
  /**
   * Sets fields and sees to the messages. Of calls that concern nobody nothing is touched.
   * @param asked the dialect of the call that this one was translated from
   */
  request(call: Call, asked?: Dialect): Shaped | Promise<Shaped>;
  /** Asks for a stream's usage where that was left open. To be done to what is sent as it is. */
  usage(call: Call): { readonly call: Call; readonly translator: ResponseTranslator | undefined };
  /** What becomes of chat answers; undefined where they stay as they are. */
  readonly answer: ResponseTranslator | undefined;
}

/** Reads what a provider's configuration wants of requests; once for each provider. */
export function openShaper(config: ProviderConfig): Shaper {
  const { developerRole = false, refusesStreamUsage = false } = providerTypeOf(config.type);
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
  const settings = (call: Call, asked?: Dialect): Call => {
    const set = withSettings(call, config.customSettings, asked);
    return set === undefined ? call : withBody(call, set);
  };
  return {
    settings: (call) => settings(call),
    request: (call, asked) => {
      const set = settings(call, asked);
      if (set.target.operation.name !== 'chat.completions') return { kind: 'shaped', call: set };
      const roles = { ...shaping, plainRoles: !developerRole && mayNameDeveloper(set) };
      if (context === undefined) return shapedBy(set, roles, config.id);
      return context().then((file) =>
        'trouble' in file
          ? refused('context_unavailable', { provider: config.id, reason: file.trouble })
          : shapedBy(set, { ...roles, context: file.text }, config.id),
      );
    },
    usage: (call) => {
      const isOurs = !refusesStreamUsage && !config.disableStreamUsageStats && hasStreamUsage(call);
      const bytes = isOurs ? withUsageRequested(call) : undefined;
      if (bytes === undefined) return { call, translator: undefined };
      const asked = call.hints.streamOptionsAt < 0 ? atItsEnd(call, bytes) : withBody(call, bytes);
      return { call: asked, translator: usageHider };
    },
    answer: mode === 'passthrough' && !promote ? undefined : reasoningTranslator({ mode, promote }),
  };
}

function hasStreamUsage({ target: { operation } }: Call): boolean {
  return operation.name === 'chat.completions' || operation.name === 'completions';
}

/** What is added at the end of a body moves nothing that was found in it. */
function atItsEnd(call: Call, bytes: Buffer): Call {
  return { ...call, body: { kind: 'buffered', bytes } };
}

const DEVELOPER = Buffer.from('"developer"');

function mayNameDeveloper({ body }: Call): boolean {
  return body.kind === 'buffered' && body.bytes.includes(DEVELOPER);
}

function shapedBy(call: Call, shaping: MessageShaping, provider: string): Shaped {
  const { body } = call;
  const { context, cleanupCommands, mergeConsecutive, plainRoles } = shaping;
  const isWanted = context !== undefined || cleanupCommands.length > 0 || mergeConsecutive || plainRoles;
  const from = isWanted && body.kind === 'buffered' ? memberAt(body.bytes, 'messages') : undefined;
  if (body.kind !== 'buffered' || from === undefined) return { kind: 'shaped', call };
  const edited = withMessages(body.bytes, from, shaping);
  if (edited === 'nothing-left') return refused('nothing_left', { provider });
  return { kind: 'shaped', call: edited === undefined ? call : withBody(call, edited) };
}

function refused(
  code: 'context_unavailable' | 'nothing_left',
  values: Readonly<Record<string, string>>,
): Shaped {
  return { kind: 'refused', code, values };
}

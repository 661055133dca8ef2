import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { Dialect } from '../../dialects/operations/operation.ts';
import type { ResponseTranslator } from '../../translate/response-translator.ts';
import { contextFile } from './context-file.ts';
import { withSettings } from './custom-settings.ts';
import { scanBody } from '../../dialects/scan/json-scan.ts';
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

/** How a call came to be that was translated. */
interface Translated {
  readonly clientDialect: Dialect;
  readonly takes: ModelCapabilities;
}

/** Applies one provider's configuration to requests and responses. */
export interface Shaper {
  /** Sets fields, and nothing else. */
  settings(call: Call): Call;
  /**
   * Sets fields and shapes the messages; calls without either stay untouched.
   * @param translated - where the call was translated: from which dialect, and for a model that takes what
   */
  request(call: Call, translated?: Translated): Shaped | Promise<Shaped>;
  /** Requests a stream's usage where the client left that open. For calls that are passed as they are. */
  usage(call: Call): { readonly call: Call; readonly translator: ResponseTranslator | undefined };
  /** Shapes chat responses; undefined where they stay as they are. */
  readonly answer: ResponseTranslator | undefined;
}

/** Made from a provider's configuration, once for each provider. */
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
  const settings = (call: Call, translated?: Translated): Call => {
    const set = withSettings(call, config.customSettings, translated?.clientDialect, translated?.takes);
    return set === undefined ? call : withBody(call, set);
  };
  return {
    settings,
    request: (call, translated) => {
      const set = settings(call, translated);
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
      const edited = call.hints.streamOptionsAt < 0 ? withAppended(call, bytes) : withBody(call, bytes);
      return { call: edited, translator: usageHider };
    },
    answer: mode === 'passthrough' && !promote ? undefined : reasoningTranslator({ mode, promote }),
  };
}

function hasStreamUsage({ target: { operation } }: Call): boolean {
  return operation.name === 'chat.completions' || operation.name === 'completions';
}

/** The same call with another body, whose facts are read anew. */
export function withBody(call: Call, bytes: Buffer): Call {
  const facts = scanBody(bytes);
  if (facts.kind === 'fault') throw new TypeError(`an edited body is not valid: ${facts.message}`);
  const isAsAsked = call.target.operation.streams === 'as-asked';
  return {
    ...call,
    body: { kind: 'buffered', bytes },
    modelSpan: facts.modelSpan,
    hints: facts,
    stream: isAsAsked ? facts.stream : call.stream,
  };
}

/** Appending to a body moves nothing in it: its facts stay right. */
function withAppended(call: Call, bytes: Buffer): Call {
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

import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { COPY_STEP_BYTES, nextTurn } from '../../base/turns.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { isStreamed } from '../../dialects/operations/operation.ts';
import type { Dialect } from '../../dialects/operations/operation.ts';
import type { ResponseTranslator } from '../../translate/response-translator.ts';
import { contextFile } from './context-file.ts';
import { settingEdits } from './custom-settings.ts';
import { factsOfEdited, modelIn } from '../../dialects/scan/body-facts.ts';
import type { BodyFacts, BodyFault } from '../../dialects/scan/body-facts.ts';
import { scanBody, scanBodyInSteps } from '../../dialects/scan/json-scan.ts';
import type { BodyEdits } from '../../translate/edit/apply-edits.ts';
import { editBody } from '../../translate/edit/edit-body.ts';
import type { Edited } from '../../translate/edit/edited.ts';
import type { MessageShaping } from '../../translate/edit/messages.ts';
import { reasoningTranslator } from './reasoning-translator.ts';
import { usageHider, withUsageRequested } from './stream-usage.ts';

/** A call as the configuration wants it, or why it cannot be. */
export type Shaped =
  | { readonly kind: 'shaped'; readonly call: Call }
  | {
      readonly kind: 'refused';
      readonly code: ShapingErrorCode;
      readonly values: Readonly<Record<string, string>>;
    };

/** How a call came to be that was translated. */
interface Translated {
  readonly clientDialect: Dialect;
  readonly takes: ModelCapabilities;
}

/** A call whose answer tells its usage, and what hides that where its client did not ask for it. */
export interface UsageRequested {
  readonly call: Call;
  readonly translator: ResponseTranslator | undefined;
}

/** Why a call cannot be as the configuration wants it. */
type ShapingErrorCode = 'context_unavailable' | 'nothing_left' | 'not_expressible' | 'gateway_overloaded';

/** Applies one provider's configuration to requests and responses. */
export interface Shaper {
  /** Sets fields, and nothing else. */
  settings(call: Call): Shaped | Promise<Shaped>;
  /**
   * Sets fields and shapes the messages; calls without either stay untouched.
   * @param translated - where the call was translated: from which dialect, and for a model that takes what
   */
  request(call: Call, translated?: Translated): Shaped | Promise<Shaped>;
  /** Requests a stream's usage where the client left that open. For calls that are passed as they are. */
  usage(call: Call): UsageRequested | Promise<UsageRequested>;
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
  return {
    settings: (call) => edit(call, { edits: settingEdits(call, config.customSettings) }, config.id),
    request: (call, translated) => {
      const { clientDialect, takes } = translated ?? {};
      const edits = settingEdits(call, config.customSettings, clientDialect, takes);
      if (call.target.operation.name !== 'chat.completions') return edit(call, { edits }, config.id);
      const roles = { ...shaping, plainRoles: !developerRole && mayNameDeveloper(call) };
      if (context === undefined) return edit(call, { edits, messages: roles }, config.id);
      return context().then((file) =>
        'trouble' in file
          ? refused('context_unavailable', { provider: config.id, reason: file.trouble })
          : edit(call, { edits, messages: { ...roles, context: file.text } }, config.id),
      );
    },
    usage: (call) => {
      const isOurs = !refusesStreamUsage && !config.disableStreamUsageStats && hasStreamUsage(call);
      const bytes = isOurs ? withUsageRequested(call) : undefined;
      if (bytes === undefined) return { call, translator: undefined };
      const edited = { ...call, body: { kind: 'buffered', bytes } as const };
      const rescanned = (scanned: BodyFacts | BodyFault): UsageRequested => ({
        call: withFacts(edited, factsOfEdited(scanned)),
        translator: usageHider,
      });
      // Appending to a body moves nothing in it: its facts stay right.
      if (call.hints.streamOptionsAt < 0) {
        const appended = { call: edited, translator: usageHider };
        // The model's name may be the next to have the body copied for it.
        return bytes.length > COPY_STEP_BYTES ? nextTurn().then(() => appended) : appended;
      }
      const scanned = scanBodyInSteps(bytes);
      return scanned instanceof Promise ? scanned.then(rescanned) : rescanned(scanned);
    },
    answer: mode === 'passthrough' && !promote ? undefined : reasoningTranslator({ mode, promote }),
  };
}

function hasStreamUsage({ target: { operation } }: Call): boolean {
  return operation.name === 'chat.completions' || operation.name === 'completions';
}

/** The same call with another body, whose facts are read anew. */
export function withBody(call: Call, bytes: Buffer): Call {
  return withFacts({ ...call, body: { kind: 'buffered', bytes } }, factsOfEdited(scanBody(bytes)));
}

/** A call whose body was edited. @param facts - of the new body */
export function withFacts(call: Call, facts: BodyFacts): Call {
  const { operation } = call.target;
  return {
    ...call,
    modelSpan: modelIn(facts, operation.modelField).modelSpan,
    hints: facts,
    stream: isStreamed(operation, facts),
  };
}

const DEVELOPER = Buffer.from('"developer"');

function mayNameDeveloper({ body }: Call): boolean {
  return body.kind === 'buffered' && body.bytes.includes(DEVELOPER);
}

/** Edits a call as a configuration wants it; untouched where that wants nothing. */
function edit(call: Call, { edits, messages }: BodyEdits, provider: string): Shaped | Promise<Shaped> {
  const { body } = call;
  const wanted = messages !== undefined && changesMessages(messages) ? messages : undefined;
  if (body.kind !== 'buffered' || (edits?.length === 0 && wanted === undefined))
    return { kind: 'shaped', call };
  const changes = {
    ...(edits !== undefined && { edits }),
    ...(wanted !== undefined && { messages: wanted }),
  };
  const edited = editBody(body.bytes, changes, call);
  return edited instanceof Promise
    ? edited.then((result) => shapedBy(call, result, provider))
    : shapedBy(call, edited, provider);
}

function changesMessages({
  context,
  cleanupCommands,
  mergeConsecutive,
  plainRoles,
}: MessageShaping): boolean {
  return context !== undefined || cleanupCommands.length > 0 || mergeConsecutive || plainRoles;
}

/** A call whose body was to be edited. @param provider - its id, for a message */
export function shapedBy(call: Call, edited: Edited, provider: string): Shaped {
  switch (edited.kind) {
    case 'edited': {
      const { bytes, facts } = edited;
      return { kind: 'shaped', call: withFacts({ ...call, body: { kind: 'buffered', bytes } }, facts) };
    }
    case 'unchanged':
      return { kind: 'shaped', call };
    case 'nothing-left':
      return refused('nothing_left', { provider });
    case 'not-expressible':
      return refused('not_expressible', { provider, reason: edited.reason });
    case 'busy':
      return refused('gateway_overloaded', {});
  }
}

function refused(code: ShapingErrorCode, values: Readonly<Record<string, string>>): Shaped {
  return { kind: 'refused', code, values };
}

import { providerTypeOf } from '../../catalog/provider-types.ts';
import { bearer } from '../../catalog/row.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { NO_QUIRKS } from '../../translate/codec.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { endpointOf } from '../endpoint.ts';
import { setHeaders } from '../request/headers.ts';
import { CHAT, capabilityPaths } from './capabilities.ts';
import { plainAdapter } from './plain.ts';
import type { Surface } from './plain.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** docs.anthropic.com/en/api/versioning: the version that is current. */
export const ANTHROPIC_VERSION = '2023-06-01';

/** What Claude Code sends beside its OAuth token, as in the Higress plugin: Anthropic refuses such tokens otherwise. */
const CLAUDE_CODE_HEADERS: Readonly<Record<string, string>> = {
  'user-agent': 'claude-cli/2.1.2 (external, cli)',
  'x-app': 'cli',
};
const CLAUDE_CODE_BETAS = ['oauth-2025-04-20', 'interleaved-thinking-2025-05-14', 'claude-code-20250219'];

/** Whether a model is Anthropic's, at providers that serve others too. */
export function isClaude(model: string): boolean {
  return model.startsWith('claude');
}

/** Anthropic's API. */
export function openClaude(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const { claudeCodeMode: isCode = false, apiVersion } = config;
  const surface: Surface = {
    family: 'anthropic',
    basePath,
    credential: isCode ? bearer : providerTypeOf(config.type).credential,
    defaultHeaders: { 'anthropic-version': ANTHROPIC_VERSION },
  };
  const version = apiVersion === undefined ? {} : { 'anthropic-version': apiVersion };
  const adapter = plainAdapter(origin, 'anthropic-messages', [surface]);
  const chatPath = capabilityPaths(config)(operationNamed(CHAT));
  const paths = ({ name }: Operation): string | undefined =>
    name === 'messages.create' ? chatPath : undefined;
  const chats = plainAdapter(origin, adapter.native, [{ ...surface, paths }]);
  const versioned = (request: UpstreamRequest): UpstreamRequest => {
    if (!isCode) return { ...request, headers: setHeaders(request.headers, version) };
    const overrides = { ...CLAUDE_CODE_HEADERS, 'anthropic-beta': betaHeader(request.headers), ...version };
    return { ...request, path: withBeta(request.path), headers: setHeaders(request.headers, overrides) };
  };
  return {
    ...adapter,
    ...(isCode && { quirks: { ...NO_QUIRKS, wantsClaudeCodePrompt: true } }),
    build: (call, key, model) => {
      // Translated chats, and health checks, which stand for them.
      const isChat = call.isTranslated === true || call.target.prefix === undefined;
      return versioned((isChat ? chats : adapter).build(call, key, model));
    },
    authorize: (request, key, call) => versioned(adapter.authorize(withDefaultVersion(request), key, call)),
  };
}

function withDefaultVersion(request: UpstreamRequest): UpstreamRequest {
  if (request.headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'anthropic-version'))
    return request;
  return { ...request, headers: [...request.headers, 'anthropic-version', ANTHROPIC_VERSION] };
}

function withBeta(path: string): string {
  if (/[?&]beta=true(?:&|$)/.test(path)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}beta=true`;
}

/** Claude Code's betas, and behind them the client's: its body may rely on them. */
function betaHeader(headers: UpstreamRequest['headers']): string {
  const requested = headers.filter(
    (_, at) => at % 2 === 1 && headers[at - 1]?.toLowerCase() === 'anthropic-beta',
  );
  const names = requested.flatMap((value) => value.split(',')).map((name) => name.trim());
  return [...new Set([...CLAUDE_CODE_BETAS, ...names])].filter((name) => name !== '').join(',');
}

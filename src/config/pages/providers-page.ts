import { allProviderFacts } from './provider-facts.ts';
import type { ProviderFacts } from './provider-facts.ts';
import {
  PASSED_BY_FAMILY,
  PASSED_TO_BEDROCK,
  PASSED_EVERYWHERE,
  PASSED_TO_VENDOR,
  PASSED_WITH_GET,
} from '../../catalog/passed-headers.ts';

const INTRODUCTION = `# Providers

<!-- Made by \`npm run docs\` from src/catalog/. Change it there. -->

Each type of provider, where it answers, how it wants its keys, and what it supports without translation.
\`sparekey providers TYPE\` shows the same on the command line.

- What a provider **supports itself** passes through byte for byte, but for the model's name. \`files.*\` is \`files\` and all
  below it.
- **Chats in another dialect** (OpenAI's chat completions and responses, Anthropic's messages, Gemini's
  generateContent) are translated to the provider's own dialect. So a type without \`responses.create\` serves responses all
  the same, but stores none.
- Everything else that a type is not known to have is answered with 404 \`operation_not_offered\`. Where a vendor has come
  to have it, \`capabilities\` says so: \`capabilities: { "openai/v1/embeddings": /v1/embeddings }\`.
- An **API of its own**, of which clients may ask for operations themselves, is in [OPERATIONS.md](OPERATIONS.md).
- A provider that is not here and has OpenAI's API is \`openai-compatible\` with a \`baseUrl\`. OCI's Generative AI is one:
  \`https://inference.generativeai.REGION.oci.oraclecloud.com/20231130/actions/v1\`, with its API keys.
- Options that all types have are in [CONFIGURATION.md](CONFIGURATION.md#providers).
`;

/** The page of all types, in Markdown. */
export function providersPage(): string {
  const all = allProviderFacts().toSorted((one, other) => (one.type < other.type ? -1 : 1));
  return [INTRODUCTION, table(all), passedHeaders(), ...all.map(section)].join('\n');
}

function table(all: readonly ProviderFacts[]): string {
  const rows = all.map(({ type, baseUrl, env, credential }) => {
    const url = baseUrl === undefined ? 'yours' : `\`${baseUrl}\``;
    const variable = env === undefined ? '' : `\`${env}\``;
    return `| [\`${type}\`](#${type}) | ${url} | \`${credential}\` | ${variable} |`;
  });
  return ['| type | `baseUrl` | key | variable |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

/** Which headers and query parameters of clients are sent on. */
function passedHeaders(): string {
  const byFamily = (['openai', 'anthropic', 'gemini'] as const).map(
    (family) => `- In requests in ${DIALECTS[family]}: ${listed(PASSED_BY_FAMILY[family])}`,
  );
  return [
    '## Headers that pass',
    '',
    'Of the headers of a client these travel on, and no others; behind a `*` anything may follow.',
    '',
    `- To every provider: ${listed(PASSED_EVERYWHERE)} With a GET also ${listed(PASSED_WITH_GET)}`,
    ...byFamily,
    `- In requests that clients write in ${DIALECTS['bedrock']}: ${listed(PASSED_TO_BEDROCK)}`,
    `- To OpenAI alone (type \`openai\`), which they are meant for: ${listed(PASSED_TO_VENDOR.openai)}`,
    `- To Anthropic alone (type \`claude\`): ${listed(PASSED_TO_VENDOR.anthropic)}`,
    "- What a type's own section below lists, and what `passHeaders` of the configuration names.",
    '',
    IDENTITY_NOTE,
  ].join('\n');
}

const IDENTITY_NOTE = `What says whose request it is (organisation, project, account, user, …) passes where the client's own credential does,
at a provider without keys; beside a key of the pool it would have the request charged to somebody else, or a good key
refused. Credentials, cookies, hop-by-hop headers, conditions (\`if-match\` and the like), other methods than the one that was
used and where the client is never pass. Of the query all passes but credentials and what says whose request it is; to
Gemini only \`alt\` (\`sse\`, \`json\`), \`prettyPrint\`, \`pageSize\` and \`pageToken\`.

Of the headers of an answer those pass that speak of its body, its limits and when to come back, the ids of requests, and
what vendors say in headers of their own (\`openai-*\`, \`anthropic-*\`, …), but not whose account it was. Nothing that
steers a proxy or binds a browser passes: \`x-accel-*\`, \`x-sendfile\`, \`set-cookie\`, \`location\`, \`refresh\`, \`link\` and
their kind.

What assistants write into bodies for their vendor reaches nobody else either: the line \`x-anthropic-billing-header\` at the
beginning of Claude Code's instructions, which changes with each request and would keep prompts from being cached; its
\`metadata.user_id\`, which names device, account and session, and goes as its SHA-256; Codex's \`client_metadata\`.
`;

function section({ type, operations, options, notes, ...facts }: ProviderFacts): string {
  const { keyless, healthCheckModel, freeChecks, headers, models, isHost } = facts;
  const checks = [
    ...(healthCheckModel === undefined
      ? []
      : [`with \`${healthCheckModel}\` where the environment makes it`]),
    ...(freeChecks ? ['for nothing after a refused credential'] : []),
  ];
  return [
    `## \`${type}\``,
    '',
    ...(notes === undefined ? [] : [notes, '']),
    ...Object.entries(operations).map(([dialect, names]) => `- ${DIALECTS[dialect]}: ${listed(names)}`),
    ...(models.length === 0
      ? []
      : [`- Models that go to it where the environment makes it: ${listed(models)}`]),
    ...(isHost ? ['- It hosts models of many makers.'] : []),
    ...(checks.length === 0 ? [] : [`- Health checks: ${checks.join('; ')}.`]),
    ...(headers.length === 0 ? [] : [`- Headers that pass to it beside: ${listed(headers)}`]),
    ...(keyless ? ['- It may have no keys: then the client’s own credential is passed on, or none.'] : []),
    ...options.map(({ name, kind, meaning }) => `- \`${name}\` (${kind}): ${meaning}`),
    '',
  ].join('\n');
}

const DIALECTS: Readonly<Record<string, string>> = {
  openai: "OpenAI's dialect",
  anthropic: "Anthropic's dialect",
  bedrock: "Bedrock's dialect",
  gemini: "Gemini's dialect",
  own: 'By an API of its own',
};

function listed(names: readonly string[] | 'all'): string {
  return names === 'all' ? 'every operation.' : `${names.map((name) => `\`${name}\``).join(', ')}.`;
}

import { gatewayErrors } from './gateway-errors.ts';

const INTRODUCTION = `# Errors

Errors of the gateway's own have the shape that the client's SDK expects, so that it raises the error it would raise for
the vendor's own API. For OpenAI's SDKs that is:

\`\`\`json
{"error": {"message": "…", "type": "invalid_request_error", "param": null, "code": "model_required"}}
\`\`\`

Clients of Anthropic and Gemini get the same status, message and code in the shape of those APIs, and so do those who speak
the API of Bedrock, Cohere, DashScope, MiniMax, Ollama, Tencent Cloud or Triton themselves. In a stream that has
begun the error comes as an event, and no end marker follows it. Codes are stable. Where a retry is futile the answer has
\`x-should-retry: false\`, which the SDKs obey. A provider's error reaches the client as it is, or with the same words in
the client's dialect where answers are translated, and is not listed here.

This page is generated from \`src/dialects/errors/gateway-errors.ts\`.
`;

/** The page of errors, `docs/ERRORS.md`, in Markdown. */
export function renderErrorsPage(): string {
  const rows = Object.entries(gatewayErrors).map(
    ([code, { status, type, retryable, meaning }]) =>
      `| \`${code}\` | ${status} | \`${type}\` | ${retryable ? 'yes' : 'no'} | ${meaning} |`,
  );
  const head = ['| code | status | type | worth retrying | meaning |', '| --- | --- | --- | --- | --- |'];
  return `${INTRODUCTION}\n${[...head, ...rows].join('\n')}\n`;
}

import { gatewayErrors } from './gateway-errors.ts';

const INTRODUCTION = `# Errors

Errors of the gateway's own have the shape of the OpenAI API, so that its SDKs raise the error they would raise
for OpenAI itself:

\`\`\`json
{"error": {"message": "…", "type": "invalid_request_error", "param": null, "code": "model_required"}}
\`\`\`

In a stream that has begun the same object comes as an event, and no end marker follows it. Codes are stable.
Where a retry is futile the answer carries \`x-should-retry: false\`, which the SDKs obey. An error that a
provider answers with reaches the client as the provider wrote it and is not listed here.

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

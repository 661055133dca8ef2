import type { Operation } from './operation.ts';
import { operations } from './table.ts';
import { hunyuanActions } from './vendors/hunyuan.ts';

const INTRODUCTION = `# Vendors' own operations

<!-- Made by \`npm run docs\` from src/dialects/operations/. Change it there. -->

Beside OpenAI's, Anthropic's and Gemini's operations clients may ask for those of vendors with an API of their own, at providers
of their type ([PROVIDERS.md](PROVIDERS.md)), and at any provider with \`protocol: original\`. Requests and answers pass as they
are, but for the name of the model, where \`modelMapping\` says so. What is known of an operation decides the rest: which route
and which keys serve it, when the first output has come, what ends a stream and what is an error in it, whether it may be
asked for twice, and which key made what it names. What stands before these paths is the vendor's, or a prefix of yours.

- **Streams**: *as asked* by the body's \`stream\`; *unless declined* by it. Events (\`text/event-stream\`), lines of JSON
  (\`application/x-ndjson\`, \`application/stream+json\`) and Bedrock's binary frames are told by the type of the answer. A stream that breaks
  off ends with an error in the form of its vendor.
- **Made once**: what is made, paid for by the piece or acts beyond its answer is not asked for again where it may have been done.
- **One key**: it is asked for with the key that made what it names.
- **\`/openai/deployments/{deployment}/…\`** of Azure is OpenAI's operation behind it: the deployment is the model where the body names
  none.
- Paths that are not known are forwarded with \`protocol: original\`, at \`generic\` providers and, behind \`/v1/\`, at those that speak
  OpenAI ([PLUGIN.md](PLUGIN.md)): with less knowledge of what they do, so that a POST is not repeated where it may have arrived.
`;

/** The page of operations of vendors with an API of their own, `docs/OPERATIONS.md`, in Markdown. */
export function renderOperationsPage(): string {
  const vendors = Map.groupBy(
    operations.filter(({ dialect }) => dialect === 'vendor' || dialect === 'bedrock-converse'),
    vendorOf,
  );
  const sections = [...vendors].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(section);
  return [INTRODUCTION, ...sections, hunyuanSection()].join('\n');
}

function vendorOf({ name }: Operation): string {
  return name.slice(0, name.indexOf('.'));
}

const HEAD = [
  '| operation | request | model in | streams | made once | one key |',
  '| --- | --- | --- | --- | --- | --- |',
];

function section([vendor, rows]: readonly [vendor: string, rows: readonly Operation[]]): string {
  const lines = rows.map((each) => row(each, `\`${each.method} ${each.pattern}\``));
  return [`## \`${vendor}\``, '', ...HEAD, ...lines, ''].join('\n');
}

/** Its operations have one path. */
function hunyuanSection(): string {
  const lines = [...hunyuanActions].map(([action, each]) => row(each, `\`X-TC-Action: ${action}\``));
  return ['## `hunyuan`', '', 'All are a `POST /`.', '', ...HEAD, ...lines, ''].join('\n');
}

function row(operation: Operation, request: string): string {
  const { name, method, modelIn, modelField, creates, stateful, streams } = operation;
  const model = modelIn === 'none' ? '' : modelIn === 'json' ? `\`${modelField}\`` : modelIn;
  const cells = [
    `\`${name}\``,
    request,
    model,
    method === 'POST' ? STREAMS[streams] : '',
    creates ? 'yes' : '',
    stateful ? 'yes' : '',
  ];
  return `| ${cells.join(' | ')} |`;
}

const STREAMS: Readonly<Record<Operation['streams'], string>> = {
  always: 'always',
  never: '',
  'as-asked': 'as asked',
  'unless-declined': 'unless declined',
};

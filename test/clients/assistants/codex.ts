import type { Assistant, GatewayAccess, Steps } from './assistant.ts';

/** learn.chatgpt.com/docs/config-file: `model_providers`. */
function configuration({ url }: GatewayAccess, more = ''): string {
  return `model_provider = "sparekey"
${more}
[model_providers.sparekey]
name = "Sparekey"
base_url = "${url}/v1"
wire_api = "responses"
env_key = "SPAREKEY_KEY"
`;
}

/** For its newer models it has one tool, which runs JavaScript that calls the others. */
const SCRIPTED: Steps = {
  read: (path) => ({ exec: `text(await tools.exec_command({ cmd: 'cat ${path}' }))` }),
  edit: (path, from, to) => ({
    exec: `text(await tools.apply_patch(${JSON.stringify(patch(path, from, to))}))`,
  }),
  view: (path) => ({ exec: `image((await tools.view_image({ path: '${path}' })).image_url)` }),
};

const PLAIN: Steps = {
  read: (path) => ({ exec_command: { cmd: `cat ${path}` } }),
  edit: (path, from, to) => ({ apply_patch: patch(path, from, to) }),
  view: (path) => ({ view_image: { path } }),
};

function patch(path: string, from: string, to: string): string {
  return ['*** Begin Patch', `*** Update File: ${path}`, '@@', `-${from}`, `+${to}`, '*** End Patch'].join(
    '\n',
  );
}

export const codex: Assistant = {
  name: 'codex',
  title: 'Codex',
  packageName: '@openai/codex',
  version: '0.171.0',
  program: 'node_modules/.bin/codex',
  family: 'openai',
  models: ['gpt-6.2-sol', 'gpt-5.5'],
  setup: (access) => ({
    env: { SPAREKEY_KEY: access.key },
    files: { '.codex/config.toml': configuration(access) },
  }),
  quiet: {},
  commandLine: ({ prompt, model, goesOn }) => ({
    args: [
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      '--config=analytics.enabled=false',
      '--config=check_for_update_on_startup=false',
      '--model',
      model,
      ...(goesOn ? ['resume', '--last'] : []),
      prompt,
    ],
  }),
  steps: (model) => (model === 'gpt-5.5' ? PLAIN : SCRIPTED),
  compaction: {
    command: undefined,
    setup: (access) => ({
      files: { '.codex/config.toml': configuration(access, 'model_auto_compact_token_limit = 12000\n') },
    }),
  },
};

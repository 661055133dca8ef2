import type { Assistant } from './assistant.ts';

/** code.claude.com/docs/en/llm-gateway and /settings: the variables. */
export const claudeCode: Assistant = {
  name: 'claude-code',
  title: 'Claude Code',
  packageName: '@anthropic-ai/claude-code',
  version: '2.1.332',
  program: 'node_modules/@anthropic-ai/claude-code/bin/claude.exe',
  family: 'anthropic',
  models: ['claude-sonnet-5', 'claude-opus-4-5'],
  setup: ({ url, key }) => ({
    env: { ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: key },
    files: {},
  }),
  quiet: {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    // It refuses to run without questions for root, but in a sandbox.
    IS_SANDBOX: '1',
  },
  commandLine: ({ prompt, model, goesOn }) => ({
    args: [
      '-p',
      '--dangerously-skip-permissions',
      '--model',
      model,
      ...(goesOn ? ['--continue'] : []),
      prompt,
    ],
  }),
  steps: () => ({
    read: (path) => ({ Read: { file_path: path } }),
    edit: (path, from, to) => ({ Edit: { file_path: path, old_string: from, new_string: to } }),
    view: (path) => ({ Read: { file_path: path } }),
  }),
  compaction: {
    command: '/compact',
    setup: () => ({}),
  },
};

import type { Assistant } from './assistant.ts';

const SETTINGS = '.gemini/settings.json';
const AUTH = { security: { auth: { selectedType: 'gemini-api-key' } } };

/** geminicli.com/docs/reference/configuration: the variables and settings. */
export const geminiCli: Assistant = {
  name: 'gemini-cli',
  title: 'Gemini CLI',
  packageName: '@google/gemini-cli',
  version: '0.61.0',
  program: 'node_modules/@google/gemini-cli/bundle/gemini.js',
  family: 'gemini',
  models: ['gemini-2.5-pro', 'gemini-3-pro-preview'],
  setup: ({ url, key }) => ({
    env: { GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: key },
    files: { [SETTINGS]: `${JSON.stringify(AUTH, undefined, 2)}\n` },
  }),
  quiet: { GEMINI_TELEMETRY_ENABLED: 'false', GEMINI_CLI_TRUST_WORKSPACE: 'true' },
  commandLine: ({ prompt, model, goesOn }) => ({
    args: ['--yolo', '--model', model, ...(goesOn ? ['--resume', 'latest'] : []), '--prompt', prompt],
  }),
  steps: () => ({
    read: (path) => ({ read_file: { file_path: path } }),
    edit: (path, from, to) => ({
      replace: { file_path: path, instruction: 'Replace the line.', old_string: from, new_string: to },
    }),
    view: (path) => ({ read_file: { file_path: path } }),
  }),
  // github.com/google-gemini/gemini-cli issue 16543: "number of function response parts"
  cannotGoOn: 'resumed, it sends the result of each function twice, which Gemini refuses from itself too',
  compaction: {
    command: undefined,
    setup: () => ({
      files: {
        [SETTINGS]: JSON.stringify({ ...AUTH, model: { compressionThreshold: 0.005 } }),
      },
    }),
  },
};

import type { Assistant, GatewayAccess } from './assistant.ts';

const CONFIG = '.config/opencode/opencode.json';

/** opencode.ai/docs/providers: a custom provider. @param context how many tokens its models take */
function configuration({ url }: GatewayAccess, context = 200_000): string {
  const model = {
    attachment: true,
    limit: { context, output: 8_000 },
    modalities: { input: ['text', 'image'], output: ['text'] },
  };
  const sparekey = {
    npm: '@ai-sdk/openai',
    name: 'Sparekey',
    options: { baseURL: `${url}/v1`, apiKey: '{env:SPAREKEY_KEY}' },
    models: { 'gpt-5': model, 'gpt-4.1': model },
  };
  return `${JSON.stringify({ $schema: 'https://opencode.ai/config.json', provider: { sparekey } }, undefined, 2)}\n`;
}

export const opencode: Assistant = {
  name: 'opencode',
  title: 'opencode',
  packageName: 'opencode-ai',
  version: '1.18.33',
  program: 'node_modules/.bin/opencode',
  family: 'openai',
  models: ['gpt-5', 'gpt-4.1'],
  setup: (access) => ({
    env: { SPAREKEY_KEY: access.key },
    files: { [CONFIG]: configuration(access) },
  }),
  quiet: {
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ share: 'disabled', permission: 'allow' }),
  },
  // It puts a prompt of several words between quotes, where it is an argument.
  commandLine: ({ prompt, model, goesOn }) => ({
    args: ['run', '--model', `sparekey/${model}`, ...(goesOn ? ['--continue'] : [])],
    input: prompt,
  }),
  steps: (model) => ({
    read: (path) => ({ read: { filePath: path } }),
    edit: (path, from, to) =>
      model === 'gpt-5'
        ? {
            apply_patch: {
              patchText: [
                '*** Begin Patch',
                `*** Update File: ${path}`,
                '@@',
                `-${from}`,
                `+${to}`,
                '*** End Patch',
              ].join('\n'),
            },
          }
        : { edit: { filePath: path, oldString: from, newString: to } },
    view: (path) => ({ read: { filePath: path } }),
  }),
  compaction: {
    command: undefined,
    setup: (access) => ({ files: { [CONFIG]: configuration(access, 14_000) } }),
  },
};

import { describeConfig } from '../../config/pages/describe.ts';
import type { Config } from '../../config/schema/schema.ts';
import type { Running } from '../../main.ts';
import { DEFAULT_ADMIN_URL, urlOf } from '../keys/admin-url.ts';
import { DEFAULT_CONFIG_FILE } from './setup.ts';
import type { Setup } from './setup.ts';

const QUESTION = 'Hello!';

/** What a person needs to know of a gateway that has just started, with lines that work as they are. */
export function banner(setup: Setup, config: Config, sparekey: Running, version: string): string {
  const baseUrl = `${urlOf(sparekey.address, config.tls)}/v1`;
  const adminUrl = urlOf(sparekey.adminAddress, config.admin.tls);
  const running = {
    ...config,
    listen: sparekey.address,
    admin: { ...config.admin, listen: sparekey.adminAddress },
  };
  return `${[
    `Sparekey ${version} is ready: ${baseUrl}`,
    '',
    ...found(setup),
    '',
    ...described(setup, running).map((line) => `  ${line}`),
    '',
    ...firstRequest(config, baseUrl),
    'See how the keys are:',
    `  ${commandLine()} keys list${adminOptions(adminUrl, setup)}`,
    '',
    'Ctrl-C stops it when the requests under way are done.',
    '',
  ].join('\n')}\n`;
}

function found(setup: Setup): readonly string[] {
  switch (setup.kind) {
    case 'file': {
      const variables = setup.envFiles.length === 0 ? '' : ` with ${setup.envFiles.join(' and ')}`;
      return [`It runs ${setup.path}${variables}, and takes changes over as they are saved.`];
    }
    case 'environment': {
      const variables = setup.envFiles.length === 0 ? '' : ` and in ${setup.envFiles.join(' and ')}`;
      return [
        `There is no ${DEFAULT_CONFIG_FILE} here, so it uses the API keys it found in the environment${variables}.`,
      ];
    }
    case 'demo':
      return [
        setup.wasAsked
          ? 'This is a demonstration, as --demo asked.'
          : `This is a demonstration: there is no ${DEFAULT_CONFIG_FILE} here and no API key in the environment.`,
        'Its provider is a pretend one inside this process, where no model runs: it repeats what you say. It has five',
        'keys. Watch how every request is answered although some of them fail:',
        ...setup.demo.keys.map((line) => `  ${line}`),
      ];
  }
}

/** The configuration in lines. Of routes that were made here, those of one destination are one line. */
function described(setup: Setup, config: Config): readonly string[] {
  if (setup.kind !== 'environment') return describeConfig(config);
  return [...describeConfig({ ...config, routes: [] }), ...describeMadeRoutes(config)];
}

/** The most names of models in a line. */
const MODELS_SHOWN = 6;

function describeMadeRoutes({ routes, activeProviderId = '' }: Config): readonly string[] {
  const byDestination = Map.groupBy(
    routes.filter(({ to }) => to.length > 0),
    ({ to }) => to.map((step) => step.map(({ provider }) => provider).join(' or ')).join(', then '),
  );
  const known = [...byDestination].map(([to, some]) => {
    const models = some.map(({ model }) => (model === '*' ? 'all other models' : model));
    const more = models.length > MODELS_SHOWN ? ` and ${models.length - MODELS_SHOWN} more` : '';
    return `route ${models.slice(0, MODELS_SHOWN).join(', ')}${more} to ${to}`;
  });
  const refused = routes.filter(({ to }) => to.length === 0);
  return [
    ...known,
    ...(refused.length === 0
      ? []
      : ['models of makers without a key here are refused, and the variable named']),
    ...(routes.some(({ model }) => model === '*') ? [] : [`route all other models to ${activeProviderId}`]),
  ];
}

function firstRequest(config: Config, baseUrl: string): readonly string[] {
  if (config.clients !== undefined) return [];
  const model = checkedModel(config);
  if (model === undefined) return ['See what models there are:', `  ${modelsLine(baseUrl)}`, ''];
  return [
    'Ask it something:',
    `  ${curlLine(baseUrl, model)}`,
    '',
    'Or from a program (npm install openai):',
    ...sdkSnippet(baseUrl, model).map((line) => `  ${line}`),
    '',
  ];
}

/** A model that the provider in use surely has. */
function checkedModel({ providers, activeProviderId }: Config): string | undefined {
  return providers.find(({ id }) => id === activeProviderId)?.failover.healthCheckModel;
}

/** What the command line needs to find the admin listener, and to trust it. */
function adminOptions(url: string, setup: Setup): string {
  if (url === DEFAULT_ADMIN_URL) return '';
  const isSecured = url.startsWith('https:') && setup.kind === 'file';
  return ` --admin ${url}${isSecured ? ` --config ${setup.path}` : ''}`;
}

/** As it was called: by npm from a clone, or by its name. */
function commandLine(): string {
  return process.env['npm_lifecycle_event'] === undefined ? 'sparekey' : 'npm run -s sparekey --';
}

/** A `curl` line that asks a model something. */
function curlLine(baseUrl: string, model: string): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: QUESTION }] });
  return `curl ${baseUrl}/chat/completions -H 'content-type: application/json' -d '${quoted(body)}'`;
}

/** A `curl` line that lists the models there are. */
function modelsLine(baseUrl: string): string {
  return `curl ${baseUrl}/models`;
}

/** The same question asked with OpenAI's own SDK, as lines of a module. */
function sdkSnippet(baseUrl: string, model: string): readonly string[] {
  return [
    `import OpenAI from 'openai';`,
    `const client = new OpenAI({ baseURL: '${baseUrl}', apiKey: 'none-needed' });`,
    `const messages = [{ role: 'user', content: '${QUESTION}' }];`,
    `const answer = await client.chat.completions.create({ model: ${JSON.stringify(model)}, messages });`,
    `console.log(answer.choices[0].message.content);`,
  ];
}

/** For a shell, inside single quotes. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}

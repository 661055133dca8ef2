import { z } from 'zod';
import { providerTypes } from '../../catalog/provider-types.ts';
import { configSchema } from '../schema/schema.ts';
import { hasEveryday } from './option-groups.ts';
import { optionTables } from './option-tables.ts';

/* The reference page and the editors' schema, made from the configuration's own schema. */

const introduction = `# Configuration

<!-- Made by \`npm run docs\` from src/config/schema/schema.ts. Change it there. -->

A configuration is a YAML file, \`sparekey.yaml\` by custom. Only \`providers\` is required:

\`\`\`yaml
providers:
  - id: openai
    type: openai
    apiTokens: ["sk-first-example", "sk-second-example"]
    failover: { enabled: true, healthCheckModel: gpt-5-nano }
\`\`\`

More of it in use:

\`\`\`yaml
listen: 127.0.0.1:5397
admin: { listen: 127.0.0.1:5398, token: \${SPAREKEY_ADMIN_TOKEN} }
state: sqlite:./sparekey.db
clients:
  - { name: web, key: \${WEB_KEY} }
providers:
  - id: openai-main
    type: openai
    apiTokens:
      - \${OPENAI_KEY_1}
      - { key: \${OPENAI_KEY_2}, name: team-b, weight: 2, quotaDomain: org-b, models: ["gpt-5*"] }
    modelMapping: { "gpt-4*": gpt-5, "*": "" }
    failover: { enabled: true, failureThreshold: 3, healthCheckInterval: 5s, healthCheckModel: gpt-5-nano }
  - id: local
    type: openai-compatible
    baseUrl: http://127.0.0.1:8000/v1
    firstOutputTimeout: 30s
routes:
  - { model: "llama-*", to: [local, openai-main] }
activeProviderId: openai-main
\`\`\`

- **Durations** are milliseconds as numbers, or text such as \`500ms\`, \`5s\`, \`1.5m\`, \`1h\`; at most seven days. A number below
  1000 is a warning, since most programs have seconds there.
- **Sizes** are bytes as numbers, or text such as \`256KiB\`, \`10MB\`.
- **\`\${NAME}\`** in a value reads the environment; a variable that is not set is an error. \`$\${NAME}\` stands for
  \`\${NAME}\` itself. What the variable holds is always text: it cannot bring further options.
- **\`\${file:PATH}\`** in a value, alone or within text, is what a file holds, without the newline at its end: secrets as
  Kubernetes, Docker and systemd hand them over. PATH has no spaces and counts from the folder of this file. One value stands in
  each file, of at most 1MiB of UTF-8; for many tokens in one there is \`apiTokensFile\`. What stands in a file is text, too, and
  no reference within it is read. A changed file is taken up as a change of this one is.
- **An item of \`apiTokens\`** may be a list with commas or line breaks between, such as \`\${OPENAI_KEYS}\`, and so may a line of
  \`apiTokensFile\`. A key that has a comma in it is written as a map, \`{ key: "a,b" }\`, which is one key; so is the JSON of a
  service account.
- **Credentials that are plainly none** (quotes around them, \`$NAME\`, \`NAME=\` or \`Bearer\` before them) are errors at a
  vendor’s own address, and warnings where somebody else answers; examples of keys (\`sk-...\`) and keys that begin as another vendor’s
  do are warnings. No message shows them.
- **Mistakes** are all reported at once, with line and column. \`sparekey check --config FILE\` reports them without starting
  anything. Options that are not known are mistakes; they are warnings in a file that the Higress plugin could have as well, since the
  plugin ignores them.
- **A change of the file** is taken up while the gateway runs; a file with errors changes nothing.
- **Variables from files**: \`--env-file FILE\` of \`start\`, \`check\` and \`keys\` reads lines of \`NAME=value\`, as \`.env\` files have
  them. Of several files the later ones count, and above all of them what the process was started with. A running process can get
  new variables no other way: these files are watched as the configuration is, and so are those of \`apiTokensFile\`.
- **Editors** check the file as it is written with \`docs/sparekey.schema.json\`, for example by a first line
  \`# yaml-language-server: $schema=docs/sparekey.schema.json\`.

Keys in the environment are enough to begin with: see [Without a file](#without-a-file).

Below come first the options that most people set at some time, then those that are [seldom needed](#seldom-needed).
Options of one vendor are with its type in [PROVIDERS.md](PROVIDERS.md). Who comes from the Higress \`ai-proxy\` plugin
changes nothing ([PLUGIN.md](PLUGIN.md)); the words that are here for its sake are in [PLUGIN-OPTIONS.md](PLUGIN-OPTIONS.md).
`;

const SELDOM = `## Seldom needed

Their defaults are right for nearly everybody.
`;

/** What `load/key-pairs.ts` reads. */
const tlsSection = `## TLS on the listeners

\`\`\`text
listen: :5397
tls: { cert: /etc/sparekey/tls.crt, key: /etc/sparekey/tls.key }
admin: { listen: :5398, token: \${file:/run/secrets/admin-token}, tls: { cert: ./admin.crt, key: ./admin.key } }
\`\`\`

Files in PEM; in that of the certificate stand, behind it, those that lead to one that clients trust. \`sparekey check\` prints for
whom it is and until when, and finds a key that is another certificate's, has a passphrase or cannot be read; a certificate whose
time is over is a warning. When a file changes, and at SIGHUP, new connections get the new certificate in all workers, and those
that are open go on. A pair that does not fit, as in the moment between two files, is logged and changes nothing. TLS itself may
come and go in the same way; who then calls by \`http://\` gets a 400 that says so (\`https_required\`).

\`sparekey keys\` trusts the certificate that the configuration names, whatever name it is for. From elsewhere
\`--ca FILE\` names the certificates to trust; without it they are those of Node, which \`NODE_EXTRA_CA_CERTS=FILE\` adds to.
`;

/** What `schema/redis-url.ts` reads. */
const redisSection = `## State on Redis or Valkey

\`\`\`text
state: redis://HOST:6379/0                                                  # one server
state: redis://USER:\${REDIS_PASSWORD}@HOST:6379/0                           # with a password; USER may be empty
state: rediss://HOST:6379/0?ca=./ca.pem                                     # over TLS
state: redis+sentinel://HOST1:26379,HOST2:26379,HOST3:26379/0?master=NAME   # behind Sentinel
state: redis+cluster://HOST1:6379,HOST2:6379,HOST3:6379                     # a cluster; some of its nodes are enough
\`\`\`

With \`rediss\` in place of \`redis\` every form goes over TLS. User and password are those of the servers that hold
the state. A \`%\` in either is written \`%25\`; all else may stand as it is.

After a \`?\`, with \`&\` between them, may follow:

- \`prefix\` (\`sparekey\`): what the names of all keys and of the channel begin with; at most 64 letters, digits and
  \`. : _ -\`. Deployments that share a server and are to know nothing of each other have different ones.
- \`storeTimeout\` (\`1s\`): how long a command may take, from \`50ms\` to \`1m\`. A server that takes longer counts as
  away, and the gateway goes on with what it knows.
- \`ca\`, with \`rediss\`: a PEM file of authorities to trust instead of the usual ones, relative to this file.
- \`cert\` and \`key\`, with \`rediss\`: PEM files of a client's certificate and its key.
- \`master\`, required with Sentinel: the name that the sentinels give the master.
- \`sentinelAuth\` (\`false\`), with Sentinel: \`true\` where the sentinels ask for the same user and password.

An ACL user needs \`~PREFIX:* ~{PREFIX* &PREFIX:*\` (and, with Sentinel, \`+switch-master\` as a channel there) and the
commands \`hello client|setname select eval evalsha subscribe unsubscribe publish get set del type hget hset hdel hmget
hscan zscore zadd zrange time info\`; with a cluster \`cluster|slots asking\`, too.

Redis 7 and Valkey 8 or newer. Tried with Redis 7.0.15 and 7.4.1 and with Valkey 8.0.1, each alone, with an ACL user,
over TLS, behind Sentinel and as a cluster.
`;

/** The options of the Higress plugin that say how requests are changed, and where they go. */
const PLUGIN_INTRODUCTION = `# Options of the Higress plugin

<!-- Made by \`npm run docs\` from src/config/schema/schema.ts. Change it there. -->

A configuration of the Higress \`ai-proxy\` plugin runs here unchanged: what that comes to is in [PLUGIN.md](PLUGIN.md). These
are the options of a provider that are here for its sake. They hold in any configuration; a new one hardly needs them.
All others are in [CONFIGURATION.md](CONFIGURATION.md), those of one vendor in [PROVIDERS.md](PROVIDERS.md).
`;

/** The page of options that most people need, and of those that they seldom need. Markdown. */
export function referencePage(): string {
  return [
    introduction,
    ...optionTables('everyday', (path) => (path === '' ? 'Options' : `\`${path}\``)),
    SELDOM,
    ...optionTables('seldom', seldomHeading),
    tlsSection,
    redisSection,
    withoutFile(),
    providerTypeTable(),
  ].join('\n');
}

/** The page of options that are the Higress plugin's. Markdown. */
export function pluginOptionsPage(): string {
  return [PLUGIN_INTRODUCTION, ...optionTables('plugin', (path) => `\`${path}\``)].join('\n');
}

/** Where a map has options that more people need, these are the rest of it. */
function seldomHeading(path: string): string {
  if (path === '') return 'More options';
  return hasEveryday(path) ? `More of \`${path}\`` : `\`${path}\``;
}

/** JSON Schema of what may be written, for editors. */
export function editorSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify({ title: 'Sparekey configuration', ...schema }, undefined, 2)}\n`;
}

function withoutFile(): string {
  const types = [...providerTypes.values()];
  const names = types.flatMap(({ env, otherEnv = [] }) =>
    otherEnv.map((name) => `\`${name}\` for \`${env}\``),
  );
  const hosts = types.filter(({ hostsModels }) => hostsModels === true).map(({ type }) => `\`${type}\``);
  return `## Without a file

Keys are taken from the environment, and from files of \`--env-file\`: each variable of the
[list of types](#provider-types) that is set makes a provider with failover on, named after its type. A comma-separated
list is a pool; an empty variable is none. Where the usual name is not set, these are read as well:
${names.join(', ')}.
Other names that are nearly right, such as \`OPENAI_KEY\`, are told.

A model goes to its maker by its name: \`claude-*\` to \`claude\`, \`gemini-*\` to \`gemini\`, \`gpt-*\` to \`openai\`, and so on
([PROVIDERS.md](PROVIDERS.md) has the names). Any other goes to the hosts of many makers' models that have a key, in
turn until one has it, and last to the first provider of the list; hosts are
${hosts.join(', ')}.
Models of a maker without a key are refused with 404, which names the variable, unless their weights are open and a host may
have them. \`provider-id/model\` always names a provider. The gateway prints its routes as it starts.
`;
}

function providerTypeTable(): string {
  const rows = [...providerTypes.values()].map(({ type, baseUrl, env, healthCheckModel, keyless }) => {
    const cells = [
      `\`${type}\``,
      baseUrl ?? 'required',
      env === undefined ? '' : `\`${env}\``,
      healthCheckModel === undefined ? '' : `\`${healthCheckModel}\``,
      keyless === true ? 'may be empty' : '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '## Provider types',
    '',
    'The model of health checks here is that of a configuration from the environment; without one a key comes back',
    'after 60 s. A file names its own. What each type supports, and its own options, are in [PROVIDERS.md](PROVIDERS.md).',
    '',
    '| type | `baseUrl` | variable | health checks | pool |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

import type { Step } from './session.ts';

/** Ports of loopback that are free. */
interface Ports {
  /** Where applications ask. */
  readonly data: number;
  readonly admin: number;
  /** Of the pretend provider, which stands for the vendors. */
  readonly provider: number;
}

/** What somebody does who has read the README, in this order. */
export function firstHour(ports: Ports): readonly Step[] {
  return [
    ...nothingConfigured(ports),
    ...keysInTheEnvironment(),
    ...slips(),
    ...aConfiguration(ports),
    ...whileItRuns(ports),
    ...inProduction(ports),
    ...fromElsewhere(),
  ];
}

const SPAREKEY = 'npm run -s sparekey --';

function nothingConfigured({ data, admin }: Ports): readonly Step[] {
  const at = `--admin http://127.0.0.1:${admin}`;
  return [
    { chapter: 'Nothing configured' },
    {
      run: 'npm start',
      exit: 1,
      says: [/There is nothing to run/, /OPENAI_API_KEY/, /--demo/, { not: /^ +at /m }],
    },
    {
      start: `npm start -- --port ${data} --admin-port ${admin}`,
      onTerminal: true,
      says: [/is ready: http:/, /This is a demonstration/, /curl http/, /Ctrl-C stops it/],
    },
    {
      // So many that each of the five keys has its turn.
      run: `for i in $(seq 60); do ${curl(data)} -o /dev/null -w '%{http_code} tries %header{x-sparekey-attempts}\\n'; done`,
      says: [/^(?:200 tries \d\n){60}$/, /tries 2/],
    },
    {
      run: `${SPAREKEY} keys list ${at}`,
      says: [/^revoked .*out of service/m, /^throttled .*throttled/m, /5 keys: /],
    },
    {
      run: `${SPAREKEY} keys explain revoked ${at}`,
      says: [/^Why .*refuses the credential/m, /^Evidence .*status 401/m, /^Next /m],
    },
    { run: `${SPAREKEY} keys simulate ${at} --model gpt-5`, says: [/^CHANCE/m, /out of service/] },
    { stop: true },
  ];
}

function keysInTheEnvironment(): readonly Step[] {
  return [
    { chapter: 'Keys in the environment' },
    {
      run: 'OPENAI_KEY=sk-not-a-real-key-1 npm start',
      exit: 1,
      says: [/OPENAI_KEY is set, but OPENAI_API_KEY is what is read/],
    },
    {
      write: '.env',
      text: 'OPENAI_API_KEY=sk-not-a-real-key-1,sk-not-a-real-key-2\nANTHROPIC_API_KEY=sk-ant-not-a-real-key\n',
    },
    { run: 'npm start', exit: 1, says: [/\.env here has OPENAI_API_KEY.*read only with --env-file \.env/] },
    {
      run: `${SPAREKEY} check --env-file .env`,
      says: [
        /provider openai: .*\n +2 keys: /,
        /route claude-\* to claude/,
        /route all other models to openai/,
      ],
    },
    {
      run: `OPENAI_API_KEY='"sk-quoted"' ${SPAREKEY} check`,
      exit: 1,
      says: [/OPENAI_API_KEY .*without quotes around it/, { not: /sk-quoted/ }],
    },
  ];
}

/** What is easily written wrong, and the line that says so. */
function slips(): readonly Step[] {
  const keys = '    apiTokens: [sk-not-a-real-key-1]\n';
  return [
    { chapter: 'Slips in a configuration' },
    ...slip(
      'providers:\n  - { id: main, type: anthropic, apiTokens: [k1] }\n',
      1,
      /2:\d+: .*did you mean claude\?/,
    ),
    ...slip(
      openaiProvider('    apiKey: sk-not-a-real-key-1\n'),
      0,
      /4:\d+: .*apiKey: .*did you mean apiTokens\?/,
    ),
    ...slip(openaiProvider(`    apiTokens: ["$OPENAI_KEY"]\n`), 1, /4:\d+: .*\$\{NAME\}/),
    ...slip(
      openaiProvider(`    apiTokens: ["\${NOT_SET}"]\n`),
      1,
      /4:\d+: .*variable NOT_SET, which is not set/,
    ),
    ...slip(
      openaiProvider(`${keys}    idleTimeout: 30\n`),
      0,
      /5:\d+: .*30s: without one it is 30 milliseconds/,
    ),
    ...slip(
      openaiProvider(`${keys}    baseUrl: http://127.0.0.1:9\n`),
      0,
      /5:\d+: .*expected http:\/\/127\.0\.0\.1:9\/v1/,
    ),
    ...slip(openaiProvider(`   apiTokens: [k1]\n`), 1, /4:\d+: expected .* spaces before this/),
    ...slip(openaiProvider(`    type: openai\n${keys}`), 1, /4:\d+: .*already used on line 3/),
    { write: 'keys.txt', text: 'sk-not-a-real-key-1\nOPENAI_KEY=sk-not-a-real-key-2\n' },
    ...slip(
      openaiProvider('    apiTokensFile: keys.txt\n'),
      1,
      /line 2 of the file a token alone, without NAME= before it/,
    ),
    { write: 'sparekey.yml', text: openaiProvider(keys) },
    {
      run: `${SPAREKEY} check`,
      exit: 1,
      says: [/sparekey\.yml is here, but sparekey\.yaml is what is read/],
    },
    { run: 'rm sparekey.yml', says: [] },
  ];
}

/** The beginning of a configuration, and more of its provider. */
function openaiProvider(more: string): string {
  return `providers:\n  - id: main\n    type: openai\n${more}`;
}

function slip(text: string, exit: number, says: RegExp): readonly Step[] {
  return [
    { write: 'slip.yaml', text },
    { run: `${SPAREKEY} check --config slip.yaml`, exit, says: [says, { not: /sk-not-a-real-key|^ +at /m }] },
  ];
}

function aConfiguration(ports: Ports): readonly Step[] {
  const { data } = ports;
  return [
    { chapter: 'A configuration, before a pretend provider' },
    {
      start: `${SPAREKEY} simulate --port ${ports.provider}`,
      says: [/A pretend provider listens at/],
    },
    { write: 'keys.txt', text: 'sk-pool-not-real-1\nsk-pool-not-real-2\n' },
    {
      write: '.env',
      text: 'WEB_KEY=web-not-a-real-key\nOPENAI_KEYS=sk-env-not-real-1,sim-key-3-revoked-Bz5mQ1pV6fGt-dead\n',
    },
    { write: 'sparekey.yaml', text: configuration(ports) },
    {
      run: `${SPAREKEY} check --env-file .env`,
      says: [/for web$/m, /provider openai-main: .*\n +2 keys: /, /route gpt-\* to openai-main, then backup/],
    },
    {
      start: 'npm start -- --env-file .env',
      says: [
        /It runs sparekey\.yaml with \.env, and takes changes over/,
        /with the key of web in place of KEY/,
        /\bCtrl-C/,
      ],
    },
    { run: curl(data), says: [/missing_api_key/] },
    {
      run: `for i in $(seq 6); do ${curl(data)} ${AS_WEB} -o /dev/null -w '%{http_code}\\n'; done`,
      says: [/^(?:200\n){6}$/],
    },
    { run: `${SPAREKEY} keys list --state out-of-service`, says: [/^OPENAI_KEYS\[2\] .*out of service/m] },
    { told: [/a key left service/, /OPENAI_KEYS\[2\]/, { not: /sim-key-3/ }] },
  ];
}

function configuration({ data, admin, provider }: Ports): string {
  return `listen: 127.0.0.1:${data}
admin: { listen: 127.0.0.1:${admin} }
clients:
  - { name: web, key: "\${WEB_KEY}" }
providers:
  - id: openai-main
    type: openai
    baseUrl: http://127.0.0.1:${provider}/v1
    apiTokens: ["\${OPENAI_KEYS}"]
    failover: { enabled: true, healthCheckModel: gpt-5-nano }
  - id: backup
    type: claude
    baseUrl: http://127.0.0.1:${provider}/v1
    apiTokensFile: keys.txt
    modelMapping: { "*": claude-haiku-4-5 }
    failover: { enabled: true, healthCheckModel: claude-haiku-4-5 }
routes:
  - { model: "gpt-*", to: [openai-main, backup] }
activeProviderId: openai-main
`;
}

function whileItRuns(ports: Ports): readonly Step[] {
  const { data } = ports;
  return [
    { chapter: 'Keys by hand, and changes while it runs' },
    {
      run: `SPAREKEY_OPERATOR=ada ${SPAREKEY} keys disable keys.txt:2 --reason rotating`,
      says: [/\(keys\.txt:2\) of backup is disabled/],
    },
    { run: `${SPAREKEY} keys explain keys.txt:2`, says: [/disabled/, /ada disabled it by hand: rotating/] },
    { run: `${SPAREKEY} keys enable keys.txt:2`, says: [/is in service/] },
    { run: `${SPAREKEY} keys explain keys`, exit: 1, says: [/2 keys are meant by keys:/] },
    { told: [/"operator":"ada".*a key was disabled by hand/, /a key was enabled by hand/] },
    { write: 'keys.txt', text: 'sk-pool-not-real-1\nsk-pool-not-real-2\nsk-pool-not-real-3\n' },
    { told: [/1 key added \(keys\.txt:3\).*taken over/] },
    { write: 'sparekey.yaml', text: configuration(ports).replace('type: claude', 'type: clade') },
    { told: [/the old one stays/, /sparekey\.yaml:12:\d+: .*did you mean claude\?/] },
    {
      run: `curl -s http://127.0.0.1:${data}/ready`,
      says: [/"status":"ready"/, /"configuration":"refused"/],
    },
    {
      run: `${SPAREKEY} keys list --admin http://127.0.0.1:${ports.admin}`,
      says: [/sparekey\.yaml is refused since .*did you mean claude\?/, /keys\.txt:3/],
    },
    {
      write: 'sparekey.yaml',
      text: configuration(ports).replace('haiku-4-5 }\nroutes', 'haiku-4-5, failureThreshold: 5 }\nroutes'),
    },
    { told: [/provider backup: failover changed.*taken over/] },
    { stop: true },
  ];
}

function inProduction(ports: Ports): readonly Step[] {
  const { data } = ports;
  const secured = configuration(ports)
    .replace('${WEB_KEY}', '${file:web-key}')
    .replace('clients:', 'tls: { cert: cert.pem, key: cert-key.pem }\nclients:');
  return [
    { chapter: 'TLS, and secrets in files' },
    {
      run: 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout cert-key.pem -out cert.pem',
      says: [],
    },
    { write: 'web-key', text: 'web-not-a-real-key\n' },
    { write: 'sparekey.yaml', text: secured },
    {
      start: 'npm start -- --env-file .env',
      says: [/is ready: https:/, /with TLS \(certificate of CN=localhost until \S+\), for web/, /\bCtrl-C/],
    },
    {
      run: `${curl(data).replace('http://127.0.0.1', 'https://localhost')} --cacert cert.pem ${AS_WEB}`,
      says: [/You said: Hello!/],
    },
    { run: curl(data), says: [/This port speaks TLS: call it by https:/] },
    { stop: true },
  ];
}

function fromElsewhere(): readonly Step[] {
  return [
    { chapter: 'Coming from LiteLLM' },
    {
      write: 'litellm.yaml',
      text: `model_list:
  - model_name: gpt-4o
    litellm_params: { model: openai/gpt-4o, api_key: sk-litellm-not-real-1 }
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: os.environ/ANTHROPIC_API_KEY }
litellm_settings: { callbacks: [langfuse] }
`,
    },
    {
      run: `${SPAREKEY} import litellm litellm.yaml --output imported.yaml`,
      says: [/Wrote imported\.yaml: 2 providers/, /callbacks/, /ANTHROPIC_API_KEY/, { not: /sk-litellm/ }],
    },
    {
      run: `ANTHROPIC_API_KEY=sk-ant-not-a-real-key ${SPAREKEY} check --config imported.yaml`,
      says: [/^route gpt-4o to openai/m, /^route claude to anthropic/m],
    },
  ];
}

const AS_WEB = "-H 'authorization: Bearer web-not-a-real-key'";

/** A line that asks a model something, as the gateway prints it. */
function curl(port: number): string {
  const body = '{"model":"gpt-5","messages":[{"role":"user","content":"Hello!"}]}';
  return `curl -s http://127.0.0.1:${port}/v1/chat/completions -H 'content-type: application/json' -d '${body}'`;
}

import { z } from 'zod';
import { Secret } from '../../base/secret.ts';
import { modelPattern, state, workers } from './patterns.ts';
import { hostPatterns, pathPrefixes } from './route-conditions.ts';
import { routeTo } from './route-to.ts';
import { provider, singleProvider } from './provider.ts';
import { checkClients, checkProviders, checkRoot, checkRoute, onLists, onMaps } from './constraints.ts';
import { address, bytes, duration, flag, integer, secret, text, keyword } from './scalars.ts';
import { verdictRules } from './verdict-rules.ts';

/**
 * Every option of the configuration: its type, default, unit and meaning, once; those of a provider are in
 * `provider.ts`, and rules between options in `constraints.ts`. The loader, the reference page and the editors' schema are
 * all made from here.
 */

const GiB = 1024 ** 3;
const HOUR_MS = 3_600_000;
const LONGEST_MEMORY_MS = 366 * 86_400_000;
/** Errors quote no more than this of a text (`dialects/errors/client-error.ts`). UTF-16 units. */
const MAX_REFUSAL_LENGTH = 199;

const providerList = z
  .array(provider, { error: 'a list of providers' })
  .min(1, { error: 'at least one provider' })
  .superRefine(checkProviders, onLists);

const routeShape = z.strictObject({
  model: modelPattern().prefault('*').meta({
    description: 'The models it is for: a name, `prefix*`, `~regex`, or `*` for all.',
  }),
  hosts: hostPatterns().exactOptional().meta({
    description:
      'The hosts it is for, by the `Host` that a client calls, whatever its port and case: a name, `*.example.com` for the names under one, `prefix*`, or `*`. It tells where a request goes, and not who may send it: clients can name any host. Programs may call by such a name, if it is no pattern, as by one of `allowedHosts`; its pages may not.',
  }),
  paths: pathPrefixes().exactOptional().meta({
    description: 'The paths it is for, by their beginning: `/team-a` is for `/team-a/v1/chat/completions`.',
  }),
  to: routeTo().meta({
    description:
      '`none`: such requests are refused with 404. Else providers in order of preference: ids, `provider-id/model` where the provider is to be asked for that model, or maps with `provider`, `model` and `weight`. A list within the list is of equals, of which each request begins with one by weight and goes on to the others. A map may also have the `contextWindow` of its model, in tokens.',
  }),
  message: text('a text')
    .max(MAX_REFUSAL_LENGTH, { error: `a text of at most ${MAX_REFUSAL_LENGTH} characters` })
    .exactOptional()
    .meta({
      description:
        'With `to: none`: what clients are told beside the refusal, for instance which model to ask for instead.',
    }),
  onContextLength: keyword(['fail', 'next']).default('fail').meta({
    description:
      'What becomes of a request that holds more than a model takes. `fail`: the client gets the refusal. `next`: the next providers of the route are asked, but for those known to take no more; where none answers, the client gets the refusal of the first.',
  }),
  holdWhole: flag().default(false).meta({
    description:
      'Holds answers until they are complete, streams too, so that one which breaks is made by another key or provider before the client has seen any of it. The client waits for its first word as long as for its last. Bounded by `limits.holdWhole` and `limits.holdWholeTime`.',
  }),
});

const route = routeShape.superRefine(checkRoute, onMaps);

const client = z.strictObject({
  name: text('a name').meta({
    description:
      'What the client is called in logs, and under which it owns what it makes: with another key it stays the same client, with another name it does not.',
  }),
  group: text('a name').exactOptional().meta({
    description:
      'The name that owns what it makes, in place of its own: clients of one group reach each other’s files, batches and responses. The name of a client that was renamed or left gives its things to this one.',
  }),
  key: secret('a key').meta({ description: 'The credential it calls with.' }),
  holdWhole: flag().default(false).meta({
    description:
      'Its answers are held until they are complete, on every route. A single request asks for that with the header `x-sparekey-hold: whole`, which does not travel on.',
  }),
});

/** Of its files the loader puts the texts in place of the paths, before it asks this schema. */
const tls = z.strictObject({
  cert: text('a path').meta({
    description:
      'A file in PEM: the certificate, and behind it those that lead to one that clients trust. Relative to this file.',
  }),
  key: text('a path')
    .transform((pem) => new Secret(pem))
    .meta({ description: 'A file in PEM: the private key of the certificate, without a passphrase.' }),
});

/** The part of it by which a running gateway is reached. */
export const adminSchema = z.strictObject({
  listen: address().prefault('127.0.0.1:5398').meta({ description: 'Address of the admin listener.' }),
  token: secret('a token').exactOptional().meta({
    description:
      'What admin requests must carry as `Authorization: Bearer`. Required where the address is not loopback.',
  }),
  tls: tls.exactOptional().meta({ description: 'TLS on the admin listener, as `tls` is for applications.' }),
});

const log = z.strictObject({
  level: keyword(['debug', 'info', 'warn', 'error']).default('info').meta({
    description:
      'The least that is logged. At `warn` and `error` requests that fail alike are three lines a minute in each process, and one that counts the others.',
  }),
  format: keyword(['auto', 'json', 'pretty'])
    .default('auto')
    .meta({ description: '`auto` is pretty on a terminal and JSON elsewhere.' }),
});

const limits = z.strictObject({
  body: bytes({ min: 1, max: 64 * GiB })
    .prefault('100MiB')
    .meta({ description: 'A request body above it is refused with 413.' }),
  replay: bytes({ min: 0, max: GiB })
    .prefault('32MiB')
    .meta({ description: 'A request body up to it is kept to be sent again; a larger one has one try.' }),
  memory: bytes({ min: 16 * 1024 ** 2, max: 1024 * GiB })
    .exactOptional()
    .meta({
      description:
        'How much all requests of a process may hold together: bodies, answers that wait, and what translating takes. Where it is full, requests above 64 KiB wait up to 5s for room, the smallest first, and get 503 with `retry-after` where there is none; an eighth is kept for small ones. Absent: a quarter of the memory that the machine has, or its container may use, shared among `workers`.',
    }),
  hold: bytes({ min: 0, max: GiB }).prefault('256KiB').meta({
    description:
      'How much of an answer may wait before the commit gate, where another key may still be tried: the preamble of a stream, or a plain answer.',
  }),
  holdWhole: bytes({ min: 1, max: GiB }).prefault('4MiB').meta({
    description:
      'How much of an answer is held where `holdWhole` asks for all of it; of a larger one the beginning is passed on.',
  }),
  holdWholeTime: duration({ above: 0 }).prefault('5m').meta({
    description:
      'How long after its request left such an answer is held; one that takes longer is passed on from then on.',
  }),
  waitForKey: duration({ min: 0, max: HOUR_MS }).prefault('0s').meta({
    description:
      'How long a request waits where no key can be used and one is due back by then, and within its `deadline`, instead of being refused with 429 or 503. Who came first is let go first, few at a time, in each process by itself. 0: not at all.',
  }),
  waiting: integer({ min: 1, max: 100_000 }).prefault(1_000).meta({
    description:
      'How many requests may wait for a key at once in a process; those beyond that are refused at once.',
  }),
  streamPing: duration({ min: 0, max: HOUR_MS }).prefault('0s').meta({
    description:
      'Where a chat stream has nothing to show for so long, its answer begins, with 200 and without `x-sparekey-*` headers, and so often it gets a comment (Anthropic: a `ping` event, Gemini with `alt=sse`: empty lines), so that clients and proxies go on waiting. Failover goes on behind it; an error is then an event of the stream, where SDKs do not retry it by themselves. 0: never.',
  }),
  connections: integer({ min: 1, max: 1_000_000 }).exactOptional().meta({
    description:
      'How many connections of clients a process has open at once. Beyond that the one that has been idle for longest gives way, and where all have a request under way, a new one gets 503. By default, and at most, a third of the file descriptors that the process may have, less some 350, and by default no more than 16384: so that clients alone never use them up.',
  }),
  connectionsPerAddress: integer({ min: 1, max: 1_000_000 }).exactOptional().meta({
    description:
      'The same for one IPv4 address or one /64 of IPv6. By default seven eighths of all: behind a reverse proxy everybody has one address.',
  }),
  drain: duration({ min: 0 })
    .prefault('30s')
    .meta({ description: 'How long a stop waits for running requests.' }),
});

const options = {
  listen: address()
    .prefault('127.0.0.1:5397')
    .meta({ description: 'Address that applications call. Other than loopback only with `clients`.' }),
  tls: tls.exactOptional().meta({
    description:
      'TLS 1.2 and 1.3 for applications, over HTTP/1.1. Absent: plain HTTP. Both files are watched; connections that are open keep the certificate that they began with.',
  }),
  admin: adminSchema.prefault({}).meta({ description: 'The admin API.' }),
  state: state().prefault('sqlite:./sparekey.db').meta({
    description:
      'Where key records are kept: `memory:`, which forgets at every stop; `sqlite:PATH` for one machine, with a path relative to this file; or Redis or Valkey for several.',
  }),
  workers: workers().prefault(1).meta({
    description:
      'Processes that serve applications on one port; `auto` is one for each processor. With more than one, a process beside them has the admin listener and the health checks.',
  }),
  clients: z
    .array(client)
    .superRefine(checkClients, onLists)
    .exactOptional()
    .meta({ description: 'Who may call. Absent: anybody who can reach a loopback listener.' }),
  sharedResources: flag().default(false).meta({
    description:
      'Every client reaches what any client made. Otherwise, where there are `clients`, each reaches what it made itself, or its `group`: files, uploads, batches, fine-tuning jobs, videos, conversations, stored responses and completions, containers. All else is answered as if it did not exist, and so is what was made before clients were told apart, or outside.',
  }),
  allowedHosts: z.array(text('a host name')).default([]).meta({
    description:
      'Names without port by which the gateway may be called where there are no `clients`, and whose pages may call it. Programs need none for addresses, `localhost`, names of one label and those under `.internal`, `.local`, `.home.arpa`, `.test` and `.svc`; pages of other sites are refused, and so is what a page could have sent by a name that somebody pointed here.',
  }),
  log: log.prefault({}).meta({ description: 'The log.' }),
  resourceAffinity: duration({ min: 0, max: LONGEST_MEMORY_MS }).prefault('30d').meta({
    description:
      'How long after its last use it is known which key made a file, upload, batch, fine-tuning job, video, conversation, stored response or stored completion: only that key can reach it, or one with the same `quotaDomain` once that key is gone. Who sealed encrypted reasoning or signed a thought is known for a day at most, and preferred. 0 switches it off. Whose something is, where clients are kept apart, is known for at least 366 days after its last use, of responses and completions 30.',
  }),
  limits: limits.prefault({}).meta({ description: 'Bounds of a request.' }),
  provider: singleProvider.exactOptional().meta({
    description: 'The one provider, instead of `providers`; its `id` may be left out and is its type then.',
  }),
  providers: providerList.exactOptional().meta({
    description: 'The upstreams, each with its pool of keys. At least one, unless there is `provider`.',
  }),
  routes: z.array(route).default([]).meta({
    description:
      'Which providers serve what. The first route with `hosts` or `paths` that fits a request decides, even where its model names a provider; else an exact name of a model goes first, then the order written.',
  }),
  verdicts: verdictRules.default([]).meta({
    description:
      'Verdict rules for all providers, tried in the order written and before those of their types. The first that fits decides.',
  }),
  activeProviderId: text('a provider id').exactOptional().meta({
    description: 'Where no route matches. Implied where there is one provider.',
  }),
};

const shape = z.strictObject(options, { error: 'a map of options, with providers at least' });

/** What a configuration file says, in; what the gateway runs on, out. */
export const configSchema = shape.superRefine(checkRoot, onMaps).transform((given) => {
  const { provider: sole, providers: several = [], activeProviderId, verdicts, ...rest } = given;
  const providers = (sole === undefined ? several : [sole]).map((one) => ({
    ...one,
    verdicts: [...one.verdicts, ...verdicts],
  }));
  const active = activeProviderId ?? (providers.length === 1 ? providers[0]?.id : undefined);
  return { ...rest, providers, verdicts, ...(active === undefined ? {} : { activeProviderId: active }) };
});

/** A configuration is never changed: a reload makes another one. */
type Frozen<T> = T extends Secret | RegExp
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: Frozen<T[Name]> }
      : T;

/** A whole configuration, valid and with every default filled in. Durations in ms, sizes in bytes. */
export type Config = Frozen<z.output<typeof configSchema>>;
export type ProviderConfig = Config['providers'][number];

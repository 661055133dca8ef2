import type { Note } from './reading.ts';
import type { Path } from '../problem.ts';
import { fieldsOf, listOf, textOf } from './fields.ts';
import type { Fields } from './fields.ts';

/*
 * Reads what an `Ingress` of Higress says of the requests that it is for, and of the services that it leads to: hosts,
 * paths, the model, which the plugin `model-router` writes into a header, and the annotations of Higress
 * (higress-group/higress, `pkg/ingress/kube/annotations`).
 */

/** The requests of one host and path of an Ingress, and where they go. */
export interface IngressRoute {
  readonly at: Path;
  /** What rules call its route. */
  readonly names: readonly string[];
  /** Absent: any. */
  readonly host?: string;
  /** The beginning of the path; absent: any. */
  readonly path?: string;
  /** A pattern as routes have it; absent: any. */
  readonly model?: string;
  readonly services: readonly WeightedService[];
  /** It gets what the route of this name could not answer. */
  readonly fallbackOf?: string;
}

interface WeightedService {
  /** Such as `llm-main.internal.dns`. */
  readonly name: string;
  readonly port: string;
  /** Percent. */
  readonly weight: number;
}

/** The header in which the plugin `model-router` puts the model of a request. */
const MODEL_HEADER = 'x-higress-llm-model';
/** The header of a request that goes on to a fallback, with the name of the route that failed. */
const FALLBACK_HEADER = 'x-higress-fallback-from';

const PREFIXES = ['higress.io/', 'nginx.ingress.kubernetes.io/'];
const DESTINATION = 'higress.io/destination';
/** Without loss: how paths and connections look behind the gateway, and that a failed request is tried elsewhere. */
const NEEDLESS =
  /^(?:use-regex|ignore-path-case|(?:enable-)?rewrite|upstream-vhost|(?:force-)?ssl-redirect|backend-protocol|proxy-ssl|(?:enable-)?proxy-next-upstream|proxy-http-version|match-method|comment|wasm-|resource-definer|timeout)/;

/** The routes of an `Ingress`, and what of it cannot be said here. */
export function ingressRoutes(
  resource: Fields,
  at: Path,
): { readonly routes: readonly IngressRoute[]; readonly notes: readonly Note[] } {
  const metadata = fieldsOf(resource['metadata']) ?? {};
  const annotations = fieldsOf(metadata['annotations']) ?? {};
  const annotationsAt = [...at, 'metadata', 'annotations'];
  const { conditions, unknown, ignored } = readAnnotations(annotations);
  if (unknown !== undefined)
    return {
      routes: [],
      notes: [
        {
          path: [...annotationsAt, unknown],
          expected: `nothing, since no route here has such a condition: what this Ingress is for goes where it would without it`,
        },
      ],
    };
  const name = textOf(metadata['name']);
  const namespace = textOf(metadata['namespace']) || 'default';
  const notes: Note[] = ignored.map((annotation) => ({
    path: [...annotationsAt, annotation],
    expected: 'nothing, since it has no effect here',
  }));
  const destinations = destinationsOf(textOf(annotations[DESTINATION]));
  const routes: IngressRoute[] = [];
  const spec = fieldsOf(resource['spec']) ?? {};
  for (const [index, rule] of orOne(listOf(spec['rules'])).entries()) {
    const { host, http } = fieldsOf(rule) ?? {};
    for (const [n, each] of orOne(listOf(fieldsOf(http)?.['paths'])).entries()) {
      const pathAt = [...at, 'spec', 'rules', index, 'http', 'paths', n];
      const { path: written, backend } = fieldsOf(each) ?? {};
      const path = pathPrefix(textOf(written));
      if (path === undefined) {
        notes.push({
          path: [...pathAt, 'path'],
          expected: 'the beginning of a path: routes have no expressions for paths',
        });
        continue;
      }
      routes.push({
        at: pathAt,
        names: [name, `${namespace}/${name}`],
        services:
          destinations.length > 0 ? destinations : backendOf(backend ?? spec['defaultBackend'], namespace),
        ...(path !== '' && { path }),
        ...(textOf(host) !== '' && textOf(host) !== '*' && { host: textOf(host) }),
        ...conditions,
      });
    }
  }
  return { routes, notes };
}

/** An expression for whatever follows, as in `/team(/|$)(.*)`. */
const ANY_REST = /(?:\(\/\|\$\)|\/\?|\/)?(?:\.\*|\(\.\*\))\$?$/;

/** What all paths begin with that a path of an Ingress means; undefined where that cannot be said. */
function pathPrefix(written: string): string | undefined {
  const path = written.replace(ANY_REST, '').replace(/\/+$/, '');
  return path === '' || /^\/[\w.~%@:/-]*$/.test(path) ? path : undefined;
}

interface Annotations {
  readonly conditions: Pick<IngressRoute, 'model' | 'fallbackOf'>;
  /** A condition that cannot be said here. */
  readonly unknown?: string;
  /** What has no effect. */
  readonly ignored: readonly string[];
}

function readAnnotations(annotations: Fields): Annotations {
  let model: string | undefined;
  let fallbackOf: string | undefined;
  let unknown: string | undefined;
  const ignored: string[] = [];
  for (const [annotation, value] of Object.entries(annotations)) {
    const own = PREFIXES.find((prefix) => annotation.startsWith(prefix));
    if (own === undefined || annotation === DESTINATION) continue;
    const [, kind = '', what, header] =
      /^(exact|prefix|regex)-match-(header|query|pseudo-header)-(.+)$/.exec(annotation.slice(own.length)) ??
      [];
    if (header?.toLowerCase() === MODEL_HEADER) model = modelPatternOf(kind, textOf(value));
    else if (header?.toLowerCase() === FALLBACK_HEADER) fallbackOf = textOf(value);
    else if (what !== undefined) unknown ??= annotation;
    else if (!NEEDLESS.test(annotation.slice(own.length))) ignored.push(annotation);
  }
  return {
    conditions: { ...(model !== undefined && { model }), ...(fallbackOf !== undefined && { fallbackOf }) },
    ignored,
    ...(unknown !== undefined && { unknown }),
  };
}

/** A condition on the header of the model as a pattern of models; Envoy compares expressions with the whole value. */
function modelPatternOf(kind: string, value: string): string {
  const isPlain = !value.startsWith('~') && !value.includes('*');
  if (kind === 'regex') return `~^(?:${value})$`;
  if (kind === 'prefix') return isPlain ? `${value}*` : `~^${escaped(value)}`;
  return isPlain ? value : `~^${escaped(value)}$`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

/** Lines of `[weight%] host[:port] [subset]`. */
function destinationsOf(annotation: string): readonly WeightedService[] {
  return annotation.split('\n').flatMap((line) => {
    const [, weight, host, port = ''] =
      /^\s*(?:(\d+)%\s+)?(?:[a-z]+:\/\/)?(\S+?)(?::(\d+))?(?:\s|$)/.exec(line) ?? [];
    return host === undefined || weight === '0' ? [] : [{ name: host, port, weight: Number(weight ?? 100) }];
  });
}

/** One that no rule for services means, where it has none that is known. */
function backendOf(backend: unknown, namespace: string): readonly WeightedService[] {
  const service = fieldsOf(fieldsOf(backend)?.['service']);
  const port = textOf(fieldsOf(service?.['port'])?.['number']);
  const name = textOf(service?.['name']);
  return [{ name: name && `${name}.${namespace}.svc.cluster.local`, port, weight: 100 }];
}

/** What no list says is for everything. */
function orOne(list: readonly unknown[]): readonly unknown[] {
  return list.length === 0 ? [{}] : list;
}

/** Whether a rule's name of a service is that of this one, with or without its port. */
export function isService(written: string, { name, port }: WeightedService): boolean {
  return written === name || written === `${name}:${port}`;
}

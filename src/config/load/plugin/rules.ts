import type { Path } from '../problem.ts';
import { fieldsOf, listOf, textsOf } from './fields.ts';
import type { Fields } from './fields.ts';
import type { ReadConfig } from './read-config.ts';
import type { Note } from './reading.ts';

/**
 * A rule of the plugin: a configuration for some requests, over that for all. The first rule that fits decides
 * (higress-group/wasm-go, `pkg/matcher/rule_matcher.go`).
 */
export interface Rule {
  readonly at: Path;
  /** What it says beside its conditions. */
  readonly config: ReadConfig;
  /** What it is for. A rule for routes may be for services as well; otherwise one kind counts. */
  readonly by: 'route' | 'domain' | 'service' | 'route-prefix';
  /** Names of the routes or services, domains, or beginnings of names. */
  readonly names: readonly string[];
  /** Services that a rule for routes is limited to; empty: none. */
  readonly services: readonly string[];
}

/** Rules, and what of them was left out. */
export interface RuleList {
  readonly rules: readonly Rule[];
  readonly notes: readonly Note[];
}

/** Where rules stand in a configuration that is not wrapped. */
export const RULES = '_rules_';

/** Reads the configuration of a rule, at its path in the document. */
export type ReadRule = (config: Fields, at: Path) => ReadConfig;

/** The rules of a configuration that is not wrapped: each is a configuration with conditions in it. */
export function inlineRules(config: Fields, at: Path, read: ReadRule): RuleList {
  return collect(listOf(config[RULES]), [...at, RULES], read, (rule, ruleAt) => ({
    fields: rule,
    configAt: ruleAt,
  }));
}

/** The rules of a `WasmPlugin`, with their conditions where the controller of Higress puts them for the plugin. */
export function matchRules(spec: Fields, at: Path, read: ReadRule): RuleList {
  return collect(listOf(spec['matchRules']), [...at, 'matchRules'], read, (rule, ruleAt) => {
    if (rule['configDisable'] === true)
      return 'nothing, since it is disabled: what it would be for goes by the rules behind it';
    if (rule['routeType'] === 'GRPC') return 'nothing, since gRPC is not served here';
    const fields = {
      ...fieldsOf(rule['config']),
      ...conditionField('_match_route_', rule['ingress']),
      ...conditionField('_match_domain_', rule['domain']),
      ...conditionField('_match_service_', rule['service']),
    };
    return { fields, configAt: [...ruleAt, 'config'] };
  });
}

function conditionField(name: string, value: unknown): Fields {
  return textsOf(value).length === 0 ? {} : { [name]: value };
}

/** @param unwrap - a rule without its wrapping; a text says why it is left out */
function collect(
  written: readonly unknown[],
  at: Path,
  read: ReadRule,
  unwrap: (rule: Fields, at: Path) => { fields: Fields; configAt: Path } | string,
): RuleList {
  const rules: Rule[] = [];
  const notes: Note[] = [];
  for (const [index, each] of written.entries()) {
    const ruleAt = [...at, index];
    const found = unwrap(fieldsOf(each) ?? {}, ruleAt);
    const rule = typeof found === 'string' ? found : ruleOf(found.fields, ruleAt, found.configAt, read);
    if (typeof rule === 'string') notes.push({ path: ruleAt, expected: rule });
    else {
      rules.push(rule);
      notes.push(...rule.config.notes, ...uselessOptions(rule.config));
    }
  }
  return { rules, notes };
}

function ruleOf(fields: Fields, at: Path, configAt: Path, read: ReadRule): Rule | string {
  const {
    _match_route_: route,
    _match_domain_: domain,
    _match_service_: service,
    _match_route_prefix_: routePrefix,
    ...config
  } = fields;
  const services = textsOf(service);
  const kinds = [
    { by: 'route', names: textsOf(route) },
    { by: 'domain', names: textsOf(domain) },
    { by: 'service', names: services },
    { by: 'route-prefix', names: textsOf(routePrefix) },
  ] as const;
  const kind = kinds.find(({ names }) => names.length > 0);
  if (kind === undefined) return 'a domain, a route or a service that it is for';
  return { ...kind, at, config: read(config, configAt), services: kind.by === 'route' ? services : [] };
}

/** What in a rule names a provider, or has one. */
export const RULE_OPTIONS: readonly string[] = ['provider', 'providers', 'activeProviderId'];

function uselessOptions({ value, toWritten }: ReadConfig): Note[] {
  return Object.keys(value)
    .filter((name) => !RULE_OPTIONS.includes(name))
    .map((name) => ({ path: toWritten([name]), expected: 'nothing, since a rule says its provider alone' }));
}

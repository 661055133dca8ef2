import { isMap, listOf, mapOf, textOf, textsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { exactModel, starPattern, starRegex, vendorPattern } from '../../models.ts';
import type { NamedVendor } from '../../models.ts';
import type { Notes } from '../../notes.ts';
import type { PlannedRoute, PlannedTarget } from '../../plan.ts';
import { boundedWeights, grouped } from '../../pools.ts';
import type { YamlSource } from '../../yaml-source.ts';
import type { Deployment } from './deployment.ts';

/** A deployment, and the provider that it became. */
export interface Placed {
  readonly deployment: Deployment;
  readonly provider: string;
  /** How many keys the provider has: each has the share of a deployment. */
  readonly keys: number;
}

/** Whose models may be asked for by their bare names where a pattern is for all of a vendor's. */
const OF_VENDOR: Readonly<Record<string, NamedVendor>> = {
  openai: 'openai',
  anthropic: 'claude',
  gemini: 'gemini',
  xai: 'grok',
};

type Steps = readonly (readonly PlannedTarget[])[];

/** Names of models with what they fall back to, in LiteLLM's order: aliases, names, patterns from the longest on. */
export function routesOf(
  placed: readonly Placed[],
  source: YamlSource,
  notes: Notes,
): readonly PlannedRoute[] {
  const groups = new Map<string, Placed[]>();
  for (const each of placed) {
    const { asked } = each.deployment;
    groups.set(asked, [...(groups.get(asked) ?? []), each]);
  }
  const patterns = [...groups.keys()]
    .filter((name) => name.includes('*'))
    .toSorted((one, other) => other.length - one.length);
  const byId = new Map(
    placed.flatMap((each) => (each.deployment.id === undefined ? [] : [[each.deployment.id, each] as const])),
  );
  /** What stands behind a name: a group, one deployment by its id, or what a pattern is for. */
  const groupOf = (name: string): readonly Placed[] => {
    const one = byId.get(name);
    const pattern = patterns.find((each) => new RegExp(starRegex(each)).test(name));
    return groups.get(name) ?? (one === undefined ? groups.get(pattern ?? '') : [one]) ?? [];
  };
  const fallbacks = fallbacksOf(source, 'fallbacks');
  const tooLong = fallbacksOf(source, 'context_window_fallbacks');
  noteFallbacks([...fallbacks, ...tooLong], (name) => groupOf(name).length > 0, notes);
  for (const { place, asked } of tooLong)
    notes.add(
      place,
      `context_window_fallbacks of ${asked}`,
      'they are the last steps of its route, so other failures end there too',
    );

  const route = (model: string, name: string): PlannedRoute => {
    const chain = chainOf(name, fallbacks);
    const last = tooLong.filter(({ asked }) => asked === name).flatMap(({ to }) => to);
    const steps = [...chain, ...last.filter((each) => !chain.includes(each))].flatMap((each) =>
      stepsOf(groupOf(each), each, model),
    );
    return { model, to: withoutRepeats(steps), ...(last.length > 0 && { onContextLength: 'next' as const }) };
  };

  const aliases = aliasesOf(source).filter(({ name }) => groups.has(name));
  const names = [...groups.keys()].filter((name) => !name.includes('*'));
  return [
    ...aliases.map(({ alias, name }) => route(exactModel(alias), name)),
    ...names.map((name) => route(exactModel(name), name)),
    ...patterns.flatMap((pattern) =>
      [starPattern(pattern), ...bareNamesOf(pattern)].map((model) => route(model, pattern)),
    ),
  ].filter(({ to }) => to.length > 0);
}

/** `openai/*` serves `gpt-5` as well: LiteLLM knows whose it is. */
function bareNamesOf(pattern: string): readonly string[] {
  const vendor = OF_VENDOR[/^([^/*]+)\/\*$/.exec(pattern)?.[1] ?? ''];
  return vendor === undefined ? [] : [vendorPattern(vendor)];
}

/** `order` makes steps, weights shares in a step. */
function stepsOf(group: readonly Placed[], name: string, route: string): Steps {
  const byOrder = grouped(group, ({ deployment }) => deployment.order).toSorted(
    (one, other) => (one[0]?.deployment.order ?? 0) - (other[0]?.deployment.order ?? 0),
  );
  return byOrder.map((equals) => {
    const alike = grouped(equals, ({ provider, deployment }) => [provider, deployment.model]).flatMap(
      (same) => same.slice(0, 1),
    );
    const isWeighted = alike.some(({ deployment }) => deployment.weight !== undefined);
    const weights = boundedWeights(
      alike.map(({ deployment, keys }) => (isWeighted ? (deployment.weight ?? 0) : 1) * keys),
    );
    return alike.map((each, index) => targetOf(each, weights[index] ?? 1, name, route));
  });
}

/** @param name - by which it is asked, and `route` the names that the route is for */
function targetOf(
  { provider, deployment: { asked, model } }: Placed,
  weight: number,
  name: string,
  route: string,
): PlannedTarget {
  // What a pattern makes of a name is the provider's modelMapping.
  const own = asked.includes('*') ? name : model;
  const isNamed = own === route || (asked.includes('*') && name === asked);
  return { provider, ...(!isNamed && { model: own }), weight };
}

/** The same target again would only be asked again. */
function withoutRepeats(steps: Steps): Steps {
  const seen = new Set<string>();
  return steps
    .map((step) =>
      step.filter(({ provider, model = '' }) => {
        const key = `${provider}/${model}`;
        return !seen.has(key) && seen.add(key).size > 0;
      }),
    )
    .filter((step) => step.length > 0);
}

interface Fallback {
  readonly place: string;
  readonly asked: string;
  readonly to: readonly string[];
}

/** What a name falls back to, and those in turn, each once: the depth comes first. */
function chainOf(name: string, fallbacks: readonly Fallback[]): readonly string[] {
  const chain: string[] = [];
  const follow = (each: string): void => {
    if (chain.includes(each)) return;
    chain.push(each);
    const own = fallbacks.find(({ asked }) => asked === each) ?? fallbacks.find(({ asked }) => asked === '*');
    for (const next of own?.to ?? []) follow(next);
  };
  follow(name);
  return chain;
}

/** `[{ "a": ["b", "c"] }]`, in either of two places; default fallbacks are those of `*`. */
function fallbacksOf({ value, place }: YamlSource, field: string): readonly Fallback[] {
  return ['router_settings', 'litellm_settings'].flatMap((part) => {
    const settings = mapOf(value[part]);
    const own = listOf(settings[field]).flatMap((item) =>
      Object.entries(mapOf(item)).map(([asked, to]) => ({
        place: place(part, field),
        asked,
        to: textsOf(to),
      })),
    );
    const usual = field === 'fallbacks' ? textsOf(settings['default_fallbacks']) : [];
    return usual.length === 0
      ? own
      : [...own, { place: place(part, 'default_fallbacks'), asked: '*', to: usual }];
  });
}

function noteFallbacks(
  fallbacks: readonly Fallback[],
  isKnown: (name: string) => boolean,
  notes: Notes,
): void {
  for (const { place, asked, to } of fallbacks)
    for (const name of to)
      if (!isKnown(name))
        notes.add(
          place,
          `the fallback of ${asked} to ${name}`,
          'no entry of model_list that is carried has this name',
        );
}

function aliasesOf({ value }: YamlSource): readonly { readonly alias: string; readonly name: string }[] {
  const settings: LooseMap = mapOf(value['router_settings']);
  return Object.entries(mapOf(settings['model_group_alias'])).flatMap(([alias, target]) => {
    const name = isMap(target) ? textOf(target['model']) : textOf(target);
    return name === undefined ? [] : [{ alias, name }];
  });
}

import type { ServiceName } from '../request-target.ts';
import type { Rule } from './rule.ts';
import { STRICT_VENDORS, strictRules } from './strict.ts';

const INTRODUCTION = `# What vendors refuse

<!-- Made by \`npm run docs\` from simulator/strict/. Change it there. -->

The rules by which \`sparekey simulate --strict\` refuses requests as their vendors do: in the vendor's own form of an error,
in words like its own. A rule is here where a page of the vendor's documents it, or where its answer is quoted; what is not
sure is left out, so that nothing sound is refused. The [simulator](SIMULATOR.md#what-vendors-refuse) tells of each
request it refused which rule it broke.
`;

/** The page of all rules, in Markdown. */
export function rulesPage(): string {
  return [INTRODUCTION, ...STRICT_VENDORS.map(section)].join('\n');
}

function section(vendor: ServiceName): string {
  return [
    `## ${vendor}`,
    '',
    '| rule | refused is | documented at, as known on |',
    '| --- | --- | --- |',
    ...strictRules[vendor].map(row),
    '',
  ].join('\n');
}

function row({ id, refuses, source, date, models }: Rule): string {
  const which = models === undefined ? '' : ` (models \`${models.source.replaceAll('|', '\\|')}\`)`;
  return `| \`${id}\` | ${refuses}${which} | ${source}, ${date} |`;
}

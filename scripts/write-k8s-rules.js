/**
 * Wraps the rules of infra/monitoring for the Prometheus operator. With --check it writes nothing and fails if the file
 * is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'infra/k8s/components/monitoring/rules.yaml';
const groups = ['slo', 'alerts'].map((name) => {
  const [, text = ''] = readFileSync(`infra/monitoring/rules/${name}.yml`, 'utf8').split(/^groups:\n/m);
  return text.replace(/^(?=.)/gm, '  ').trimEnd();
});
const text = `# Written by scripts/write-k8s-rules.js from infra/monitoring/rules.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: fanfare
spec:
  groups:
${groups.join('\n')}
`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error(`${FILE} is out of date: node scripts/write-k8s-rules.js`);
  process.exitCode = 1;
}

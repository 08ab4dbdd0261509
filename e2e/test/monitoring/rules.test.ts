import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { has } from '../support/has.ts';

const FOLDER = fileURLToPath(new URL('../../../infra/monitoring', import.meta.url));
const hasPromtool = has('promtool', 'the rules of Prometheus are not tested');
const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });

(hasPromtool ? test : test.skip)('promtool finds the configuration and all rules valid', () => {
  const { status, stdout, stderr } = promtool('check', 'config', 'prometheus.yml');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('2 rule files found');
});

(hasPromtool ? test : test.skip)('in each case the alerts fire that should, and no others', () => {
  const { status, stdout, stderr } = promtool('test', 'rules', 'tests/alerts.yml');
  expect({ status, stderr, stdout }).toMatchObject({ status: 0 });
  const cases = parse(readFileSync(`${FOLDER}/tests/alerts.yml`, 'utf8')).tests.map(
    ({ name }: { name: string }) => name,
  );
  expect(cases.join('\n')).toMatch(/784 held, 0 waiting.*all senders dead.*calls expire.*credential failing/s);
});

test('the windows of a service level differ in nothing else', () => {
  const { groups } = parse(readFileSync(`${FOLDER}/rules/slo.yml`, 'utf8'));
  const rules: { record: string; expr: string }[] = groups[0].rules;
  const bare = rules.map(({ record, expr }) => {
    const window = /_(\w+)$/.exec(record)?.[1];
    return `${record} ${expr}`.replaceAll(`[${window}]`, '[…]').replace(`_${window}`, '_…');
  });
  expect(new Set(bare).size).toBe(2);
  expect(rules).toHaveLength(10);
});

test('everything that alerts, dashboards and docs name is there', () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  expect(execFileSync('node', ['scripts/check-monitoring.js'], { cwd: root, encoding: 'utf8' })).toContain('ok');
});

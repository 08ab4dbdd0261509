import { FanfareClientError } from '@fanfare/client';

/** What the API says is wrong, by field: `bundleId: must not be empty`. Empty if it named none of these fields. */
export function fieldProblems<F extends string>(error: unknown, fields: readonly F[]): Partial<Record<F, string>> {
  if (!(error instanceof FanfareClientError) || error.status !== 400) return {};
  const [, path = '', problem = ''] = /^([\w.]+): (.*)$/s.exec(error.message) ?? [];
  const field = fields.find((name) => path === name || path.startsWith(`${name}.`));
  if (field === undefined) return {};
  const inside = path.slice(field.length + 1);
  return { [field]: inside === '' ? problem : `${inside} ${problem}` } as Partial<Record<F, string>>;
}

import type { ProcessConfiguration } from '@fanfare/client';

/** A variable as the processes of a role have it. */
export interface Variable {
  name: string;
  /** The different values, the most frequent first; undefined: not set. */
  values: { value: string | undefined; isSet: boolean; processes: string[] }[];
}

/** The variables of each role, in the order of the roles and of their schemas. */
export function byRole(all: readonly ProcessConfiguration[]): { role: string; variables: Variable[] }[] {
  const roles = new Map<string, Map<string, Variable>>();
  for (const { role, host, pid, settings } of all) {
    const variables = roles.get(role) ?? new Map<string, Variable>();
    roles.set(role, variables);
    for (const { name, value, isSet } of settings) {
      const variable = variables.get(name) ?? { name, values: [] };
      variables.set(name, variable);
      const same = variable.values.find((one) => one.value === value);
      if (same) same.processes.push(`${host} ${pid}`);
      else variable.values.push({ value, isSet, processes: [`${host} ${pid}`] });
    }
  }
  return [...roles].map(([role, variables]) => ({
    role,
    variables: [...variables.values()].map(({ name, values }) => ({
      name,
      values: values.toSorted((a, b) => b.processes.length - a.processes.length),
    })),
  }));
}

import { type FieldProblem, fieldProblems, SettingsPatch } from '../../src/index.ts';

/** What is wrong with a change of settings. */
export function settingsProblems(patch: object): FieldProblem[] {
  const { error } = SettingsPatch.safeParse(patch);
  return error ? fieldProblems(error) : [];
}

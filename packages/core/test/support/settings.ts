import { type FieldProblem, fieldProblems, SettingsPatch } from '../../src/index.ts';

/** The problems of a change of settings. */
export function settingsProblems(patch: object): FieldProblem[] {
  const { error } = SettingsPatch.safeParse(patch);
  return error ? fieldProblems(error) : [];
}

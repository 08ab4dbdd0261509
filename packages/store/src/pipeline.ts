/** The answers of a pipeline or transaction, which reports errors among them instead of throwing. */
export function answersOf(answers: [Error | null, unknown][] | null): unknown[] {
  return (answers ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

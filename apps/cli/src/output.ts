/** Where a command prints: results, and problems. */
export interface Output {
  out(line: string): void;
  error(line: string): void;
}

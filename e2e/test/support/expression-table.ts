import type { PrometheusServer } from './prometheus.ts';

/** An expression, and the name of its row: that of the alert, or the query itself. */
interface Expression {
  name: string;
  expr: string;
}

/** The values of expressions in several states of a system, as a table of Markdown. */
export class ExpressionTable {
  readonly #columns = new Map<string, string[]>();

  readonly #expressions: readonly Expression[];

  constructor(expressions: readonly Expression[]) {
    this.#expressions = expressions;
  }

  /** Evaluates every expression now. */
  async add(state: string, prometheus: PrometheusServer): Promise<void> {
    const found = await Promise.all(this.#expressions.map(({ expr }) => prometheus.query(expr)));
    this.#columns.set(
      state,
      found.map((samples) => highest(samples.map(({ value }) => value))),
    );
  }

  toString(): string {
    const columns = [...this.#columns.values()];
    const rows = this.#expressions.map(({ name }, i) => [
      `\`${name.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')}\``,
      ...columns.map((values) => values[i]),
    ]);
    const head = ['expression', ...this.#columns.keys()];
    return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  }
}

/** Of several series the highest; a dash if there is none, as of an alert that does not fire. */
function highest(values: number[]): string {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.length === 0 ? '–' : String(Number(Math.max(...numbers).toPrecision(3)));
}

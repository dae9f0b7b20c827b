/**
 * Code under construction and the constants it refers to. Nothing but names of our making and JSON-quoted text ever enters the code:
 * values from definitions reach it as constants.
 */
export class Source {
  private lines: string[] = [];
  private readonly declarations: string[] = [];
  private readonly constants: unknown[] = [];
  private readonly names = new Map<unknown, string>();

  line(text: string): void {
    this.lines.push(text);
  }

  /** Writes at the outermost level, wherever writing stands. */
  top(text: string): void {
    this.declarations.push(text);
  }

  /** The name by which the code can use `value`. */
  constant(value: unknown): string {
    const known = this.names.get(value);
    if (known !== undefined) return known;
    const name = `k${this.constants.length}`;
    this.constants.push(value);
    this.names.set(value, name);
    return name;
  }

  /** What `emit` writes, as text instead of in place. */
  aside(emit: () => void): string {
    const before = this.lines;
    this.lines = [];
    emit();
    const written = this.lines.join('\n');
    this.lines = before;
    return written;
  }

  /** Compiles the code and evaluates `result` in it. */
  build(result: string): unknown {
    const declared = this.constants.map((_, index) => `k${index}=K[${index}]`).join(',');
    const body = `"use strict";${declared === '' ? '' : `const ${declared};`}\n${[...this.declarations, ...this.lines].join('\n')}\nreturn ${result};`;
    return new Function('K', body)(this.constants);
  }
}

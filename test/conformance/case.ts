/** What one case of a public test suite came to. */
export interface ConformanceCase {
  readonly name: string;
  readonly passed: boolean;
  readonly expected?: string;
  readonly actual?: string;
  /** Module of the suite, for the table by group. */
  readonly group?: string;
}

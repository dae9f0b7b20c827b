/** One line of `npm run bench`: CPU per operation, and how that compares with `reference` measured in the same run. */
export interface BenchRow {
  readonly name: string;
  readonly operationsPerCpuSecond: number;
  /** What it is compared with, when this row isn't itself a reference. */
  readonly reference?: string;
  /** operationsPerCpuSecond of this row divided by that of the reference. */
  readonly ratio?: number;
}

/**
 * How an element lies in a fact table:
 * `date` as `_lo, _hi date, _precision`; `dateTime` as `_lo, _hi timestamp, _precision` (UTC and a positive precision where an offset was written, else as on the
 * wall and a negative one); `quantity` as `_num, _dimension, _value, _unit`;
 * `concept` as `bigint[]` of the codings' hashes; `period` as two dateTimes `_start…`, `_end…`; `list` as `jsonb`, an array of objects with the columns of `elements`.
 */
export type FactShape = 'boolean' | 'integer' | 'decimal' | 'string' | 'date' | 'dateTime' | 'quantity' | 'concept' | 'period' | 'list';

export interface FactColumn {
  readonly name: string;
  /** FHIRPath from the resource (from the list's item, within `elements`), as the ViewDefinition writes it: `period.start`, `value.ofType(Quantity)`. */
  readonly path: string;
  readonly shape: FactShape;
  readonly elements?: readonly FactColumn[];
}

/** A fact table of one resource type: one row per coding of the element `retrieve`, in `code` (0 without coding) and `coding` (its ordinal), all codes in `<column>`. */
export interface FactSource {
  readonly resource: string;
  readonly table: string;
  /** Name of the concept column that retrieves filter on; absent where there is none (Patient). */
  readonly retrieve?: string;
  readonly columns: readonly FactColumn[];
}

/** What facts there are: which element of which resource type lies in which column. */
export interface FactCatalogue {
  source(resourceType: string): FactSource | undefined;
}

/** A column of the table itself. */
export interface PhysicalColumn {
  readonly name: string;
  readonly type: 'boolean' | 'integer' | 'numeric' | 'text' | 'date' | 'timestamp' | 'smallint' | 'bigint' | 'bigint[]' | 'jsonb';
}

/** Precision of a date or dateTime as stored: the number of its components. */
export const precisionNumbers = { year: 1, month: 2, day: 3, minute: 5, second: 6, millisecond: 7 } as const;

/** The table's columns that hold one element. */
export function physicalColumns({ name, shape }: Pick<FactColumn, 'name' | 'shape'>): readonly PhysicalColumn[] {
  return physical[shape](name);
}

const physical: Readonly<Record<FactShape, (name: string) => readonly PhysicalColumn[]>> = {
  boolean: (name) => [{ name, type: 'boolean' }],
  integer: (name) => [{ name, type: 'integer' }],
  decimal: (name) => [{ name, type: 'numeric' }],
  string: (name) => [{ name, type: 'text' }],
  date: (name) => [
    { name: `${name}_lo`, type: 'date' },
    { name: `${name}_hi`, type: 'date' },
    { name: `${name}_precision`, type: 'smallint' },
  ],
  dateTime,
  quantity: (name) => [
    { name: `${name}_num`, type: 'numeric' },
    { name: `${name}_dimension`, type: 'text' },
    { name: `${name}_value`, type: 'numeric' },
    { name: `${name}_unit`, type: 'text' },
  ],
  concept: (name) => [{ name, type: 'bigint[]' }],
  period: (name) => [...dateTime(`${name}_start`), ...dateTime(`${name}_end`)],
  list: (name) => [{ name, type: 'jsonb' }],
};

function dateTime(name: string): readonly PhysicalColumn[] {
  return [
    { name: `${name}_lo`, type: 'timestamp' },
    { name: `${name}_hi`, type: 'timestamp' },
    { name: `${name}_precision`, type: 'smallint' },
  ];
}

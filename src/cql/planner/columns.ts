import type { FactColumn, FactShape } from '../catalogue.js';
import { anyType, booleanType, integerType, type PlanType } from '../types.js';
import type { RowPath } from './planning.js';

/** The column that holds just this path. */
export function exactColumn(found: RowPath): FactColumn | undefined {
  return found.columns.find((column) => column.path === found.path);
}

/** Why a path can't be read. */
export function noColumn(found: RowPath): string {
  return `no column of the fact views holds the element ${found.path}`;
}

/** The type of a column's values. */
export function shapeType(shape: FactShape): PlanType {
  return shapeTypes[shape];
}

const shapeTypes: Readonly<Record<FactShape, PlanType>> = {
  boolean: booleanType,
  integer: integerType,
  decimal: { kind: 'Decimal' },
  string: { kind: 'String' },
  date: { kind: 'Date' },
  dateTime: { kind: 'DateTime' },
  quantity: { kind: 'Quantity' },
  concept: { kind: 'Concept' },
  period: { kind: 'Interval', point: { kind: 'DateTime' } },
  list: anyType,
};

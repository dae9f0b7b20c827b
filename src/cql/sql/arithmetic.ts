import { type SqlFragment, sql } from '../../sql.js';
import { Incomparable } from './compare.js';
import { constant, isConstant, type ScalarType, scalarOf, type Value } from './value.js';

type Numbers = ReadonlyArray<SqlFragment>;

/** What is made of constants is constant. */
function derived(operands: Numbers, made: SqlFragment): SqlFragment {
  return operands.every(isConstant) ? constant(made) : made;
}

/** The result's type: the widest of the operands'. */
function widest(values: readonly Value[]): ScalarType {
  const types = values.map((value) => (value.shape === 'scalar' ? value.type : undefined));
  if (types.includes('String') || types.includes('Boolean') || types.includes(undefined))
    throw new Incomparable(`arithmetic on ${values.map(({ shape }) => shape).join(' and ')}`);
  return types.includes('Decimal') ? 'Decimal' : types.includes('Long') ? 'Long' : 'Integer';
}

/** Null instead of a number that the type can't hold (CQL §Arithmetic Operators); decimals keep eight places. */
function bounded(type: ScalarType, expression: SqlFragment): SqlFragment {
  if (type === 'Decimal') {
    return sql`(select case when n between -9999999999999999999999999999.99999999 and 9999999999999999999999999999.99999999 then n end from (select round(${expression}, 8) as n) as r)`;
  }
  return type === 'Long'
    ? sql`(select case when n between -9223372036854775808 and 9223372036854775807 then n::bigint end from (select ${expression} as n) as r)`
    : sql`(select case when n between -2147483648 and 2147483647 then n::int end from (select ${expression} as n) as r)`;
}

/** Operands wide enough that the operation itself can't overflow. */
function wide(type: ScalarType, fragment: SqlFragment): SqlFragment {
  return type === 'Integer' ? sql`(${fragment})::bigint` : sql`(${fragment})::numeric`;
}

export function arithmetic(operator: string, values: readonly Value[]): Value {
  const operation = operations[operator];
  if (!operation) throw new Incomparable(operator);
  const type = widest(values);
  const operands = values.map((value) => (value.shape === 'scalar' ? value.sql : sql`null`));
  const resultType = operation.type ?? type;
  return scalarOf(
    resultType,
    derived(
      operands,
      bounded(resultType, operation.sql(operands.map((operand) => wide(operation.operands ?? operation.type ?? type, operand)))),
    ),
  );
}

interface Operation {
  readonly sql: (operands: Numbers) => SqlFragment;
  readonly type?: ScalarType;
  /** What the operands are widened to, where it isn't the result's type. */
  readonly operands?: ScalarType;
}

const operations: Readonly<Record<string, Operation>> = {
  Add: { sql: ([a, b]) => sql`${a} + ${b}` },
  Subtract: { sql: ([a, b]) => sql`${a} - ${b}` },
  Multiply: { sql: ([a, b]) => sql`${a} * ${b}` },
  Divide: { sql: ([a, b]) => sql`(${a})::numeric(60, 30) / nullif(${b}, 0)`, type: 'Decimal' },
  TruncatedDivide: { sql: ([a, b]) => sql`trunc((${a})::numeric / nullif(${b}, 0))` },
  Modulo: { sql: ([a, b]) => sql`${a} % nullif(${b}, 0)` },
  Negate: { sql: ([a]) => sql`- ${a}` },
  Abs: { sql: ([a]) => sql`abs(${a})` },
  Ceiling: { sql: ([a]) => sql`ceil(${a})`, type: 'Integer', operands: 'Decimal' },
  Floor: { sql: ([a]) => sql`floor(${a})`, type: 'Integer', operands: 'Decimal' },
  Round: {
    sql: ([a, p]) => (p ? sql`round(${a}, (${p})::int)` : sql`round(${a})`),
    type: 'Decimal',
  },
  Truncate: { sql: ([a]) => sql`trunc(${a})`, type: 'Integer', operands: 'Decimal' },
};

export function isArithmetic(operator: string): boolean {
  return operations[operator] !== undefined;
}

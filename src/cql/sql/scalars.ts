import { joinSql, type SqlFragment, sql } from '../../sql.js';
import { canonicalQuantity } from '../canonical-quantity.js';
import { codeHash } from '../code-hash.js';
import { patientAlias, type Scalar } from '../plan.js';
import { planKey } from '../plan-key.js';
import type { PlanType } from '../types.js';
import { resolvedLet } from './dependence.js';
import { chooseValue, typedNull } from './interval.js';
import { operate } from './operators.js';
import { attempt, refuse } from './refusing.js';
import { addend, exactTemporal, literalTemporal, moved } from './temporal.js';
import {
  boolean,
  constant,
  isConstant,
  knownPresent,
  nullValue,
  present,
  type RowSource,
  scalarOf,
  scalarTypeOf,
  sqlFalse,
  sqlNull,
  sqlTrue,
  type Value,
} from './value.js';
import type { Env, Work } from './work.js';

const maximumScalars = 20_000;

/** Values: literals, columns, operators, definitions. */
export function scalars(work: Work): Pick<Work, 'scalar' | 'rowOf' | 'memberSql'> {
  let written = 0;
  return { scalar, rowOf, memberSql };

  function scalar(value: Scalar, env: Env): Value {
    written += 1;
    // A definition is written out wherever it is used: thirty that each use the one before twice are a thousand million.
    if (written > maximumScalars) throw refuse(value, `its statement would have more than ${maximumScalars} expressions`);
    const made = scalarValue(value, env);
    if (env.full.size === 0 || made.shape !== 'temporal' || made.type !== 'Date' || made.exact) return made;
    return env.full.has(planKey(resolvedLet(value, env.lets))) ? exactTemporal('Date', knownPresent(made.lo)) : made;
  }

  function scalarValue(value: Scalar, env: Env): Value {
    switch (value.kind) {
      case 'null':
        return typedNullOf(value.type);
      case 'literal':
        return literal(value);
      case 'quantity': {
        const canonical = canonicalQuantity(value.value, value.unit);
        if (!canonical) throw refuse(value, `the number ${value.value}`);
        return {
          shape: 'quantity',
          num: constant(sql`${canonical.num}::numeric`),
          dimension: constant(sql`${canonical.dimension}::text`),
          value: constant(sql`${value.value}::numeric`),
          unit: constant(sql`${value.unit}::text`),
        };
      }
      case 'code':
        return { shape: 'concept', codes: constant(sql`${value.codes.map(({ system, code }) => codeHash(system, code))}::bigint[]`) };
      case 'valueSet': {
        const members = work.context.members(value.url);
        if (!members) throw refuse(value, `the value set ${value.url} is not here`);
        return { shape: 'concept', codes: constant(sql`${members}::bigint[]`) };
      }
      case 'parameter': {
        const found = work.context.parameters.get(value.name);
        if (!found) throw refuse(value, `the parameter "${value.name}" has no value`);
        return found;
      }
      case 'definition': {
        const found = work.plan.scalars.get(value.key);
        if (!found) throw new Error(`no definition ${value.key}`);
        return scalar(found, { ...env, aliases: patientOnly(env), lets: new Map() });
      }
      case 'let': {
        const found = env.lets.get(value.name);
        if (!found) throw refuse(value, 'a let out of its query');
        return scalar(found, env);
      }
      case 'alias': {
        const found = env.aliases.get(value.alias);
        if (found) return found;
        if (value.alias === patientAlias) return work.people().row(env.select.joinPerson(work.people().name, true));
        throw refuse(value, `the alias ${value.alias.replace(/#.*/, '')} out of its query`);
      }
      case 'column':
        return rowOf(value.row, env).value(value.column);
      case 'resourceId':
        return scalarOf('String', rowOf(value.row, env).id());
      case 'field':
        return field(scalar(value.source, env), value);
      case 'interval':
        return interval(value, env);
      case 'tuple':
        return {
          shape: 'tuple',
          elements: new Map(value.elements.map(({ name, value: element }) => [name, scalar(element, env)])),
          absent: sqlFalse,
        };
      case 'case': {
        const items = value.items.map(({ when, result }) => ({ when: work.conditionSql(when, env), result: scalar(result, env) }));
        return attempt(value, () => chooseValue(items, scalar(value.otherwise, env)));
      }
      case 'member':
        return member(value, env);
      case 'aggregate':
        return work.aggregate(value, env);
      case 'call':
        return call(value, env);
    }
  }

  /** A definition sees the person, not the rows of the query that asks for it. */
  function patientOnly(env: Env): ReadonlyMap<string, Value> {
    const patient = env.aliases.get(patientAlias);
    return patient ? new Map([[patientAlias, patient]]) : new Map();
  }

  function rowOf(value: Scalar, env: Env): RowSource {
    const found = scalar(value, env);
    if (found.shape !== 'row') throw refuse(value, 'an element of something that is no resource');
    return found.row;
  }

  function literal(value: Scalar & { kind: 'literal' }): Value {
    const type = scalarTypeOf(value.type);
    switch (type) {
      case 'Boolean':
        return boolean(value.value === 'true' ? sqlTrue : sqlFalse);
      case 'Integer':
        if (Number(value.value) >= 2 ** 31) throw refuse(value, 'a number at the edge of what an Integer holds');
        return scalarOf(type, constant(sql`${value.value}::int`));
      case 'Long':
        return scalarOf(type, constant(sql`${value.value.replace(/L$/, '')}::bigint`));
      case 'Decimal':
        if (!/^-?\d{1,20}(\.\d{1,8})?$/.test(value.value)) throw refuse(value, 'a number at the edge of what a Decimal holds');
        return scalarOf(type, constant(sql`${value.value}::numeric`));
      case 'String':
        return scalarOf(type, constant(sql`${value.value}::text`));
      default:
        throw refuse(value, 'a literal of this type');
    }
  }

  function field(source: Value, value: Scalar & { kind: 'field' }): Value {
    const { name } = value;
    if (source.shape === 'tuple') return source.elements.get(name) ?? nullValue;
    if (source.shape === 'quantity') return name === 'value' ? scalarOf('Decimal', source.value) : scalarOf('String', source.unit);
    if (source.shape === 'interval') {
      if (name === 'low' || name === 'start') return source.low;
      if (name === 'high' || name === 'end') return source.high;
      return boolean(name === 'lowClosed' ? source.lowClosed : source.highClosed);
    }
    if (source.shape === 'null') return source;
    throw refuse(value, `the element "${name}"`);
  }

  function interval(value: Scalar & { kind: 'interval' }, env: Env): Value {
    const [low, high] = [scalar(value.low, env), scalar(value.high, env)];
    if (value.low.kind === 'null' && value.high.kind === 'null') throw refuse(value, 'an interval of nulls');
    if (isBackwards(value)) throw refuse(value, 'an interval that ends before it starts');
    const flag = (part: Scalar): SqlFragment => work.conditionSql(part, env);
    return { shape: 'interval', low, high, lowClosed: flag(value.lowClosed), highClosed: flag(value.highClosed), absent: sqlFalse };
  }

  /** `x in { … }`: true where one element equals it; a null matches a null. */
  function member(value: Scalar & { kind: 'member' }, env: Env): Value {
    return boolean(sql`coalesce(${memberSql(value, env)}, false)`);
  }

  /** The same, null where the value is: enough for a condition, and what the planner has statistics of. */
  function memberSql(value: Scalar & { kind: 'member' }, env: Env): SqlFragment {
    if (value.value.kind === 'null') throw refuse(value, 'null as an element of a list');
    const wanted = scalar(value.value, env);
    if (wanted.shape === 'null') throw refuse(value, 'null as an element of a list');
    const items = value.items.map((item) => scalar(item, env));
    const known = items.filter(({ shape }) => shape !== 'null');
    const constants = known.flatMap((item) => (item.shape === 'scalar' && isConstant(item.sql) ? [item.sql] : []));
    const found =
      wanted.shape === 'scalar' && constants.length === known.length && known.length > 0
        ? sql`${wanted.sql} in (${joinSql(constants, ', ')})`
        : sql`(${joinSql([sqlFalse, ...known.map((item) => attempt(value, () => operateEqual(wanted, item)))], ' or ')})`;
    return known.length < items.length ? sql`(not ${present(wanted)} or ${found})` : found;
  }

  function operateEqual(left: Value, right: Value): SqlFragment {
    const made = operate([left, right], { operator: 'Equal', type: { kind: 'Boolean' }, now: () => sqlNull });
    return made.shape === 'scalar' ? made.sql : sqlNull;
  }

  function call(value: Scalar & { kind: 'call' }, env: Env): Value {
    const literalDate = dateLiterals[value.operator];
    if (literalDate) return dateLiteral(value, literalDate);
    if (value.operator === 'Add' || value.operator === 'Subtract') {
      const [left, right] = value.operands;
      const amount = right && literalQuantity(right);
      if (left && amount) {
        const from = scalar(left, env);
        if (from.shape === 'temporal') return move(value, from, amount);
      }
    }
    const operands = value.operands.map((operand) => scalar(operand, env));
    const now = (): SqlFragment => sql`(${work.context.now}::timestamp + ${nowZone(env)})`;
    return attempt(value, () =>
      operate(operands, { operator: value.operator, type: value.type, now, ...(value.precision ? { precision: value.precision } : {}) }),
    );
  }

  function nowZone(env: Env): SqlFragment {
    const patient = env.aliases.get(patientAlias);
    return patient?.shape === 'row' ? patient.row.zone() : work.people().zoneIn(env.select);
  }

  function literalQuantity(value: Scalar): { readonly value: string; readonly unit: string } | undefined {
    if (value.kind === 'quantity') return value;
    if (value.kind === 'definition') {
      const found = work.plan.scalars.get(value.key);
      return found && literalQuantity(found);
    }
    return undefined;
  }

  function move(
    value: Scalar & { kind: 'call' },
    from: Value & { shape: 'temporal' },
    amount: { readonly value: string; readonly unit: string },
  ): Value {
    const signed = value.operator === 'Add' ? amount.value : amount.value.startsWith('-') ? amount.value.slice(1) : `-${amount.value}`;
    const found = addend(signed, amount.unit);
    if (!found) throw refuse(value, `the unit ${amount.unit} added to a date`);
    if (from.type === 'Time') throw refuse(value, 'arithmetic on a time of day');
    if (Math.abs(found.months) >= 12_000) throw refuse(value, 'an amount that may lead out of the calendar');
    const written = writtenPrecision(value.operands[0]);
    if (written !== undefined && written < found.finest) throw refuse(value, "an amount in a unit finer than the date's precision");
    return moved(from, found.amount, found.negative);
  }

  function dateLiteral(value: Scalar & { kind: 'call' }, type: 'Date' | 'DateTime' | 'Time'): Value {
    const numbers = value.operands.map((operand) => (operand.kind === 'literal' ? Number(operand.value) : undefined));
    const last = type === 'DateTime' ? 7 : type === 'Date' ? 3 : 4;
    if (value.operands.length > last) throw refuse(value, 'a literal with an offset');
    if (numbers.includes(undefined)) throw refuse(value, `${type} of parts that are not literals`);
    const components = numbers.filter((number) => number !== undefined);
    const made = literalTemporal(type, type === 'Time' ? [2000, 1, 1, ...components] : components);
    if (!made) throw refuse(value, 'a date that the calendar lacks');
    return made;
  }
}

const dateLiterals: Readonly<Record<string, 'Date' | 'DateTime' | 'Time'>> = { Date: 'Date', DateTime: 'DateTime', Time: 'Time' };

/** Components of a date literal; undefined of any other value. */
function writtenPrecision(value: Scalar | undefined): number | undefined {
  return value?.kind === 'call' && dateLiterals[value.operator] ? value.operands.length : undefined;
}

function isBackwards(value: Scalar & { kind: 'interval' }): boolean {
  const { low, high } = value;
  if (low.kind !== 'literal' || high.kind !== 'literal' || scalarTypeOf(low.type) === 'String') return false;
  const open = [value.lowClosed, value.highClosed].some((flag) => flag.kind === 'literal' && flag.value === 'false');
  return Number(low.value) > Number(high.value) || (open && Number(low.value) === Number(high.value));
}

/** Null as the shape of its type; of a type without one, a null that takes any shape. */
function typedNullOf(type: PlanType): Value {
  const simple = scalarTypeOf(type);
  if (simple) return scalarOf(simple, sql`${typedNull(simple)}`);
  if (type.kind === 'Date' || type.kind === 'DateTime' || type.kind === 'Time') {
    const lo = type.kind === 'Date' ? sql`null::date` : sql`null::timestamp`;
    return { shape: 'temporal', type: type.kind, lo, hi: lo, precision: sql`null::int`, exact: true };
  }
  return nullValue;
}

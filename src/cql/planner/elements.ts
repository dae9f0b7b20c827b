import { child, type ElmNode, text } from '../elm.js';
import { patientKey } from '../inline.js';
import { type Scalar, sortAlias } from '../plan.js';
import { anyType, booleanType, type PlanType, resultType, typeText } from '../types.js';
import { castTarget } from './casts.js';
import { exactColumn, noColumn, shapeType } from './columns.js';
import { originOf, refuse } from './node.js';
import type { Names, Planning, RowPath } from './planning.js';

/** Elements of rows and fields of values: which column of the fact views a path of ELM reads. */
export function elements(planning: Planning): Pick<Planning, 'element' | 'property' | 'path' | 'columnValue' | 'choiceIsNull'> {
  return { element, property, path, columnValue, choiceIsNull };

  function element(node: ElmNode, names: Names): Scalar {
    const found = path(node, names);
    if (found) return columnValue(found, node);
    if (node.type === 'IdentifierRef') return property(sortRow(node), text(node, 'name'), node, names);
    const source = child(node, 'source');
    const alias = text(node, 'scope');
    const from: Scalar | undefined =
      source !== undefined
        ? planning.scalar(source, names)
        : alias !== ''
          ? { kind: 'alias', alias, type: aliasType(alias, names), origin: originOf(node) }
          : undefined;
    if (!from) {
      const name = text(node, 'name');
      return { kind: 'alias', alias: name, type: aliasType(name, names), origin: originOf(node) };
    }
    return property(from, text(node, 'path'), node, names);
  }

  function property(from: Scalar, path: string, node: ElmNode, names: Names): Scalar {
    const meaning = from.kind === 'alias' ? names.get(from.alias) : planning.rowMeaning(from);
    if (meaning?.kind === 'row') return columnValue({ row: from, columns: meaning.columns, path: plain(path) }, node);
    return path.split('.').reduce((source, name) => field(source, name, node), from);
  }

  function field(source: Scalar, name: string, node: ElmNode): Scalar {
    // A FHIR primitive's value is the primitive itself, here.
    if (name === 'value' && source.type.kind !== 'Quantity') return source;
    const type = fieldType(source.type, name);
    if (!type) throw refuse(node, `${typeText(source.type)} has no element "${name}" in facts`);
    return { kind: 'field', source, name, type, origin: originOf(node) };
  }

  function aliasType(alias: string, names: Names): PlanType {
    const meaning = names.get(alias);
    return meaning?.kind === 'value' ? meaning.type : anyType;
  }

  function path(node: ElmNode, names: Names): RowPath | undefined {
    if (node.type === 'AliasRef') return rowOf({ kind: 'alias', alias: text(node, 'name'), type: anyType, origin: originOf(node) }, names);
    if (node.type === 'ExpressionRef' && text(node, 'name') === patientKey) return rowOf(planning.definitionValue(node, anyType), names);
    if (node.type === 'As') {
      const operand = child(node, 'operand');
      const inner = operand && path(operand, names);
      const target = castTarget(node);
      if (!inner || inner.path === '' || target?.kind !== 'Fhir') return inner;
      const cast = `${inner.path}.ofType(${target.name})`;
      return inner.columns.some((column) => column.path === cast || column.path.startsWith(`${cast}.`)) ? { ...inner, path: cast } : inner;
    }
    if (node.type === 'IdentifierRef') {
      const sorted = rowOf(sortRow(node), names);
      return sorted && { ...sorted, path: plain(text(node, 'name')) };
    }
    if (node.type !== 'Property') return undefined;
    const alias = text(node, 'scope');
    const source = child(node, 'source');
    const from =
      alias !== ''
        ? rowOf({ kind: 'alias', alias, type: anyType, origin: originOf(node) }, names)
        : source && (path(source, names) ?? aggregateRow(source, names));
    return from && { ...from, path: joined(from.path, plain(text(node, 'path'))) };
  }

  /** Within a sort clause a bare name is an element of what is sorted. */
  function sortRow(node: ElmNode): Scalar {
    return { kind: 'alias', alias: sortAlias, type: anyType, origin: originOf(node) };
  }

  /** A choice element is null when it is absent in each of its types, all of which must have columns. */
  function choiceIsNull(node: ElmNode, names: Names): Scalar | undefined {
    const operand = child(node, 'operand');
    const found = operand && path(operand, names);
    const type = operand ? resultType(operand) : anyType;
    if (!operand || !found || type.kind !== 'Choice') return undefined;
    const origin = originOf(node);
    const parts = type.choices.map((choice): Scalar => {
      const column = exactColumn({ ...found, path: `${found.path}.ofType(${choice.kind === 'Fhir' ? choice.name : choice.kind})` });
      if (!column) throw refuse(node, noColumn({ ...found, path: `${found.path}.ofType(${typeText(choice).replace('FHIR.', '')})` }));
      const value: Scalar = { kind: 'column', row: found.row, column, type: shapeType(column.shape), origin };
      return { kind: 'call', operator: 'IsNull', operands: [value], type: booleanType, origin };
    });
    return parts.reduce((every, part): Scalar => ({ kind: 'call', operator: 'And', operands: [every, part], type: booleanType, origin }));
  }

  function rowOf(row: Scalar, names: Names): RowPath | undefined {
    const meaning = row.kind === 'alias' ? names.get(row.alias) : undefined;
    return meaning?.kind === 'row' ? { row, columns: meaning.columns, path: '' } : undefined;
  }

  function aggregateRow(source: ElmNode, names: Names): RowPath | undefined {
    if (!['First', 'Last', 'SingletonFrom', 'ExpressionRef'].includes(source.type ?? '') || planning.isList(source)) return undefined;
    const row = planning.scalar(source, names);
    const meaning = planning.rowMeaning(row);
    return meaning?.kind === 'row' ? { row, columns: meaning.columns, path: '' } : undefined;
  }

  function columnValue(found: RowPath, node: ElmNode): Scalar {
    const origin = originOf(node);
    if (found.path === '') return { ...found.row, type: anyType };
    if (found.path === 'id') return { kind: 'resourceId', row: found.row, type: { kind: 'String' }, origin };
    const column = exactColumn(found);
    if (column) return { kind: 'column', row: found.row, column, type: shapeType(column.shape), origin };
    // The longest prefix that has a column: what follows are fields of its value.
    const names = found.path.split('.');
    for (let length = names.length - 1; length > 0; length -= 1) {
      const prefix = exactColumn({ ...found, path: names.slice(0, length).join('.') });
      if (prefix && prefix.shape !== 'list') {
        const value: Scalar = { kind: 'column', row: found.row, column: prefix, type: shapeType(prefix.shape), origin };
        return names.slice(length).reduce<Scalar>((source, name) => field(source, name, node), value);
      }
    }
    throw refuse(node, noColumn(found));
  }
}

function fieldType(type: PlanType, name: string): PlanType | undefined {
  if (type.kind === 'Tuple') return type.elements.get(name);
  if (type.kind === 'Quantity') return quantityFields[name];
  if (type.kind === 'Interval')
    return intervalFields[name] ?? (name === 'low' || name === 'high' || name === 'start' || name === 'end' ? type.point : undefined);
  return undefined;
}

const quantityFields: Readonly<Record<string, PlanType>> = {
  value: { kind: 'Decimal' },
  unit: { kind: 'String' },
  code: { kind: 'String' },
};

const intervalFields: Readonly<Record<string, PlanType>> = { lowClosed: booleanType, highClosed: booleanType };

/** A path of FHIR elements without the `.value` of primitives at its end. */
function plain(path: string): string {
  return path.replace(/\.value$/, '');
}

function joined(left: string, right: string): string {
  return left === '' ? right : `${left}.${right}`;
}

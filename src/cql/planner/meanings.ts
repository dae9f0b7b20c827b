import type { Rows, Scalar } from '../plan.js';
import { shapeType } from './columns.js';
import type { Meaning, Planning } from './planning.js';

/** What a list has for elements: rows with columns, or values. */
export function meanings(planning: Planning): Pick<Planning, 'meaningOf' | 'rowMeaning'> {
  return { meaningOf, rowMeaning };

  function meaningOf(made: Rows): Meaning {
    switch (made.kind) {
      case 'scan':
        return { kind: 'row', columns: made.source.columns, isResource: true };
      case 'items': {
        const [only] = made.column.elements ?? [];
        return only?.path === '$this'
          ? { kind: 'value', type: shapeType(only.shape) }
          : { kind: 'row', columns: made.column.elements ?? [], isResource: false };
      }
      case 'list':
        return planning.meanings.get(made.key) ?? { kind: 'value', type: made.element };
      case 'query': {
        const [first] = made.sources;
        if (made.yields) return scalarMeaning(made.yields.value, made);
        return first && made.sources.length === 1 ? meaningOf(first.rows) : { kind: 'value', type: made.element };
      }
      case 'set': {
        const [first] = made.operands;
        return first ? meaningOf(first) : { kind: 'value', type: made.element };
      }
      case 'distinct':
        return meaningOf(made.rows);
      default:
        return { kind: 'value', type: made.element };
    }
  }

  /** `return E` passes the row on. */
  function scalarMeaning(value: Scalar, within: Rows): Meaning {
    if (value.kind === 'alias' && within.kind === 'query') {
      const source = within.sources.find(({ alias }) => alias === value.alias);
      if (source) return meaningOf(source.rows);
    }
    return { kind: 'value', type: value.type };
  }

  function rowMeaning(value: Scalar): Meaning | undefined {
    if (value.kind === 'aggregate') return meaningOf(value.rows);
    if (value.kind === 'definition') {
      const behind = planning.scalars.get(value.key);
      return behind && rowMeaning(behind);
    }
    return undefined;
  }
}

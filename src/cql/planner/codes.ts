import { child, children, type ElmNode, text } from '../elm.js';

/** The codes that a node stands for, where they are written in the CQL; undefined where they are not known before the data are read. */
export function staticCodes(node: ElmNode): ReadonlyArray<{ readonly system: string; readonly code: string }> | undefined {
  switch (node.type) {
    case 'Code':
      return [{ system: text(child(node, 'system') ?? {}, 'id'), code: text(node, 'code') }];
    case 'Concept':
      return all(children(node, 'code').map((code) => staticCodes({ ...code, type: 'Code' })));
    case 'ToList':
    case 'ToConcept': {
      const operand = child(node, 'operand');
      return operand && staticCodes(operand);
    }
    case 'List':
      return all(children(node, 'element').map(staticCodes));
    case 'Property':
      return text(node, 'path') === 'codes' ? staticCodes(child(node, 'source') ?? {}) : undefined;
    default:
      return undefined;
  }
}

function all<Item>(lists: ReadonlyArray<readonly Item[] | undefined>): readonly Item[] | undefined {
  const known = lists.filter((list) => list !== undefined);
  return known.length === lists.length ? known.flat() : undefined;
}

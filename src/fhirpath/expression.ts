export type LiteralKind = 'empty' | 'boolean' | 'string' | 'integer' | 'decimal' | 'date' | 'dateTime' | 'time' | 'quantity';

export type BinaryOperator =
  | 'implies'
  | 'or'
  | 'xor'
  | 'and'
  | 'in'
  | 'contains'
  | '='
  | '~'
  | '!='
  | '!~'
  | '<'
  | '<='
  | '>'
  | '>='
  | '|'
  | '+'
  | '-'
  | '&'
  | '*'
  | '/'
  | 'div'
  | 'mod';

/** A type as written: `Patient`, `FHIR.Patient`, `System.String`. */
export interface TypeSpecifier {
  readonly namespace?: string;
  readonly name: string;
}

/**
 * A parsed FHIRPath expression. `at` is the offset of the token that makes the node; `height` bounds recursion over the tree.
 * A `member` or `call` without `source` starts from the focus.
 */
export type Expression =
  /** `text` is the literal's value, unescaped: `true`, `2.50`, `2015-02`, `T14:30`; a quantity's number, with its unit in `unit`. */
  | {
      readonly kind: 'literal';
      readonly type: LiteralKind;
      readonly text: string;
      readonly unit?: Unit;
      readonly at: number;
      readonly height: number;
    }
  | { readonly kind: 'special'; readonly name: 'this' | 'index' | 'total'; readonly at: number; readonly height: number }
  | { readonly kind: 'variable'; readonly name: string; readonly at: number; readonly height: number }
  | { readonly kind: 'member'; readonly source?: Expression; readonly name: string; readonly at: number; readonly height: number }
  | {
      readonly kind: 'call';
      readonly source?: Expression;
      readonly name: string;
      readonly args: readonly Expression[];
      readonly at: number;
      readonly height: number;
    }
  | { readonly kind: 'index'; readonly source: Expression; readonly index: Expression; readonly at: number; readonly height: number }
  | { readonly kind: 'polarity'; readonly operator: '+' | '-'; readonly operand: Expression; readonly at: number; readonly height: number }
  | {
      readonly kind: 'type';
      readonly operator: 'is' | 'as';
      readonly operand: Expression;
      readonly type: TypeSpecifier;
      readonly at: number;
      readonly height: number;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
      readonly height: number;
    };

/** `calendar` is a word of the language (`day`, `days`), otherwise a UCUM code between quotes. */
export interface Unit {
  readonly text: string;
  readonly calendar: boolean;
}

/** The children of a node in the order they are written. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'special':
    case 'variable':
      return [];
    case 'member':
      return node.source ? [node.source] : [];
    case 'call':
      return node.source ? [node.source, ...node.args] : node.args;
    case 'index':
      return [node.source, node.index];
    case 'polarity':
    case 'type':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
  }
}

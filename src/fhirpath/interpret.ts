import { parseDecimal } from './decimal.js';
import { FhirPathError } from './error.js';
import type { Expression, TypeSpecifier } from './expression.js';
import { itemAt } from './functions/collections.js';
import { referenceKey, resolveForType } from './functions/fhir.js';
import { functions } from './functions.js';
import { boolean, type Collection, decimal, empty, falseItem, type Item, integer, quantity, string, temporal, trueItem } from './item.js';
import { logic } from './logic.js';
import { member } from './navigate.js';
import { type EagerOperator, operators, signed, sortOrder } from './operators.js';
import { typeArgument } from './parse.js';
import { calendarQuantity } from './quantity.js';
import { type FhirPathFunction, type Mode, onItem, type Run, single, singleSystem, spend, truth } from './scope.js';
import { parseDate, parseDateTime, parseTime, type Temporal } from './temporal.js';
import { convertsTo, isOfType, resolveType } from './type-names.js';
import type { Model } from './types.js';
import { variableValue } from './variables.js';

/** The expression as a function over typed items: the way that serves every expression. Throws FhirPathError for unknown functions, types and wrong counts of arguments. */
export function interpret(expression: Expression, model: Model, mode: Mode): Run {
  return build(expression);

  function build(node: Expression): Run {
    switch (node.kind) {
      case 'literal': {
        const value = literal(node);
        return () => value;
      }
      case 'special':
        return special(node.name, node.at);
      case 'variable':
        return (scope) => variableValue(node.name, scope, node.at);
      case 'member':
        return node.source ? step(build(node.source), node.name) : firstStep(node.name);
      case 'index': {
        const source = build(node.source);
        const index = build(node.index);
        return (scope) => itemAt(source(scope), singleSystem(index(scope), model, node.at), node.at);
      }
      case 'polarity': {
        const operand = build(node.operand);
        return (scope) => signed(node.operator, operand(scope), scope, node.at);
      }
      case 'type':
        return typeOperator(node.operator, buildForType(node.operand), node.type, node.at);
      case 'binary':
        return binary(node);
      case 'call':
        return call(node);
    }
  }

  function binary(node: Expression & { kind: 'binary' }): Run {
    const left = build(node.left);
    const right = build(node.right);
    const { operator, at } = node;
    if (operator === 'and' || operator === 'or' || operator === 'xor' || operator === 'implies') {
      const { decided, combine } = logic[operator];
      return isolated((_, branch) => {
        const a = truth(branch(left), at);
        if (decided !== undefined && a === decided.when) return boolean(decided.result);
        return boolean(combine(a, truth(branch(right), at)));
      });
    }
    const operate = operators[operator as EagerOperator];
    return isolated((scope, branch) => operate(branch(left), branch(right), scope, at));
  }

  function call(node: Expression & { kind: 'call' }): Run {
    const source = node.source;
    if (node.name === 'is' || node.name === 'as' || node.name === 'ofType') {
      const [argument] = node.args;
      const type = argument && node.args.length === 1 ? typeArgument(argument) : undefined;
      if (!type) throw new FhirPathError('semantic', `${node.name} takes the name of a type`, node.at);
      return typeOperator(node.name, source ? buildForType(source) : (scope) => scope.focus, type, node.at);
    }
    const from: Run = source ? build(source) : (scope) => scope.focus;
    if (node.name === 'sort') return sort(from, node);
    if (node.name === 'getReferenceKey') return apply(referenceKey(targetType(node)), from, { ...node, args: [] });
    const definition = Object.hasOwn(functions, node.name) ? functions[node.name] : undefined;
    if (!definition) throw new FhirPathError('semantic', `there is no function ${JSON.stringify(node.name)}`, node.at);
    return apply(definition, from, node);
  }

  function apply(definition: FhirPathFunction, from: Run, node: Expression & { kind: 'call' }): Run {
    const { name, at } = node;
    const count = node.args.length;
    if (count < definition.min || count > definition.max) {
      const wanted = definition.min === definition.max ? `${definition.min}` : `${definition.min} to ${definition.max}`;
      throw new FhirPathError('semantic', `${name} takes ${wanted} arguments, not ${count}`, at);
    }
    const args = node.args.map(build);
    return (scope) => {
      const input = from(scope);
      spend(scope, 1, at);
      return definition.run({ input, args, scope, at });
    };
  }

  /** `getReferenceKey(Patient)` or `getReferenceKey('Patient')`. */
  function targetType(node: Expression & { kind: 'call' }): string | undefined {
    const [argument, ...more] = node.args;
    if (!argument) return undefined;
    const name = argument.kind === 'literal' && argument.type === 'string' ? argument.text : typeArgument(argument)?.name;
    if (name === undefined || more.length > 0 || !model.isResource(name))
      throw new FhirPathError('semantic', 'getReferenceKey takes a resource type', node.at);
    return name;
  }

  /** The operand of a type test, where resolve() may go by the type alone. */
  function buildForType(node: Expression): Run {
    if (node.kind !== 'call' || node.name !== 'resolve') return build(node);
    return apply(resolveForType, node.source ? build(node.source) : (scope) => scope.focus, node);
  }

  function typeOperator(operator: 'is' | 'as' | 'ofType', from: Run, specifier: TypeSpecifier, at: number): Run {
    const type = resolveType(specifier, model, at);
    if (operator === 'is') {
      return (scope) => {
        const item = single(from(scope), at);
        return item ? boolean(isOfType(item, type, model, mode)) : empty;
      };
    }
    return (scope) => {
      const items = from(scope);
      if (operator === 'as' && mode === 'strict') single(items, at);
      return items.filter((item) => convertsTo(item, type, model, mode));
    };
  }

  /** `-key` sorts downward, whatever the key's type. */
  function sort(from: Run, node: Expression & { kind: 'call' }): Run {
    const criteria = node.args.map((argument) =>
      argument.kind === 'polarity' && argument.operator === '-'
        ? { run: build(argument.operand), sign: -1 }
        : { run: build(argument), sign: 1 },
    );
    const { at } = node;
    if (criteria.length === 0) criteria.push({ run: (scope) => scope.focus, sign: 1 });
    return (scope) => {
      const items = from(scope);
      const call = { input: items, args: criteria.map(({ run }) => run), scope, at };
      const keyed = items.map((item, index) => ({ item, keys: criteria.map((_, position) => onItem(call, position, item, index)) }));
      spend(scope, items.length * 16, at);
      keyed.sort((a, b) => {
        for (const [position, { sign }] of criteria.entries()) {
          const order = sortOrder(a.keys[position] ?? empty, b.keys[position] ?? empty, sign, scope, at);
          if (order !== 0) return order;
        }
        return 0;
      });
      return keyed.map(({ item }) => item);
    };
  }

  function step(source: Run, name: string): Run {
    return (scope) => {
      const items = source(scope);
      if (items.length === 0) return empty;
      const found: Item[] = [];
      for (const item of items) member(item, name, model, found);
      spend(scope, items.length + found.length);
      return found;
    };
  }

  /** A path may start with the type of its focus: `Patient.name`. */
  function firstStep(name: string): Run {
    const focus: Run = (scope) => scope.focus;
    const shape = /^[A-Z]/.test(name) ? model.shape(name) : undefined;
    if (!shape) return step(focus, name);
    return (scope) => scope.focus.filter((item) => model.isA(item.type, shape.name));
  }
}

/** What defineVariable() binds in one branch is not seen in the other, nor after both. */
function isolated(run: (scope: Parameters<Run>[0], branch: (side: Run) => Collection) => Collection): Run {
  return (scope) => {
    const saved = scope.bindings;
    return run(scope, (side) => {
      const value = side(scope);
      scope.bindings = saved;
      return value;
    });
  };
}

function special(name: 'this' | 'index' | 'total', at: number): Run {
  switch (name) {
    case 'this':
      return (scope) => scope.focus;
    case 'total':
      return (scope) => scope.total;
    case 'index':
      return (scope) => {
        if (scope.index === undefined) throw new FhirPathError('execution', '$index has no meaning outside an iteration', at);
        return [integer(scope.index)];
      };
  }
}

/** A literal as a collection; the empty one as none. */
export function literal(node: Expression & { kind: 'literal' }): Collection {
  switch (node.type) {
    case 'empty':
      return empty;
    case 'boolean':
      return [node.text === 'true' ? trueItem : falseItem];
    case 'string':
      return [string(node.text)];
    case 'integer':
      return [integer(Number(node.text))];
    case 'decimal':
      return [decimal(numberOf(node))];
    case 'quantity': {
      const unit = node.unit ?? { text: '1', calendar: false };
      return [
        quantity(unit.calendar ? calendarQuantity(numberOf(node), unit.text) : { value: numberOf(node), unit: unit.text, calendar: false }),
      ];
    }
    case 'date':
      return temporalLiteral(parseDate(node.text));
    case 'dateTime':
      return temporalLiteral(parseDateTime(node.text));
    case 'time':
      return temporalLiteral(parseTime(node.text));
  }
}

function temporalLiteral(value: Temporal | undefined): Collection {
  return value ? [temporal(value)] : empty;
}

function numberOf(node: Expression & { kind: 'literal' }): NonNullable<ReturnType<typeof parseDecimal>> {
  const value = parseDecimal(node.text);
  if (!value) throw new FhirPathError('too-costly', 'the number has too many digits', node.at);
  return value;
}

import { FhirPathError } from './error.js';
import type { TypeSpecifier } from './expression.js';
import { type Item, isSystem, systemOfPrimitive } from './item.js';
import type { Mode } from './scope.js';
import type { Model } from './types.js';

/** A type that an expression names, found: `Quantity`, or `System.Boolean`. */
export type ResolvedType =
  | { readonly kind: 'fhir'; readonly name: string }
  | { readonly kind: 'system'; readonly name: string; readonly qualified: boolean }
  | { readonly kind: 'none' };

const systemTypes = new Set(['Boolean', 'String', 'Integer', 'Long', 'Decimal', 'Date', 'DateTime', 'Time', 'Quantity', 'Any']);

/** A name without a namespace is looked for in FHIR first. An unknown one is a semantic error, save in the System namespace, where it is no item's type. */
export function resolveType(specifier: TypeSpecifier, model: Model, at: number): ResolvedType {
  const { namespace, name } = specifier;
  if (namespace === 'System') return systemTypes.has(name) ? { kind: 'system', name: `System.${name}`, qualified: true } : { kind: 'none' };
  if (namespace === undefined || namespace === 'FHIR') {
    const shape = model.shape(name);
    if (shape && !name.includes('.')) return { kind: 'fhir', name: shape.name };
    if (namespace === undefined && systemTypes.has(name)) return { kind: 'system', name: `System.${name}`, qualified: false };
  }
  throw new FhirPathError('semantic', `${JSON.stringify(namespace === undefined ? name : `${namespace}.${name}`)} is no type`, at);
}

/** `is`: the type or one that specializes it. Lenient, `is Boolean` is true of a FHIR boolean too, as R4's own invariants mean it. */
export function isOfType(item: Item, type: ResolvedType, model: Model, mode: Mode): boolean {
  if (type.kind === 'none') return false;
  if (type.kind === 'system') {
    if (type.name === 'System.Any') return isSystem(item);
    if (item.type === type.name) return true;
    return mode === 'lenient' && !type.qualified && `System.${systemOf(item)}` === type.name;
  }
  return model.isA(item.type, type.name);
}

function systemOf(item: Item): string {
  return (Object.hasOwn(systemOfPrimitive, item.type) ? systemOfPrimitive[item.type] : undefined) ?? '';
}

/** `as` and `ofType`: a primitive must be of the very type, since a code is written like a string but isn't stored as one. */
export function convertsTo(item: Item, type: ResolvedType, model: Model, mode: Mode): boolean {
  if (type.kind === 'fhir' && model.shape(type.name)?.kind === 'primitive') return item.type === type.name;
  return isOfType(item, type, model, mode);
}

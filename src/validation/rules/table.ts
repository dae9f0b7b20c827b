import type { JsonObject } from '../../fhir/resource.js';
import type { Context } from '../context.js';
import { checkCoding } from './coding.js';

/** What a type demands beyond its StructureDefinition; runs after the type's own checks. */
export type TypeRule = (value: never, path: string, context: Context) => void;

/** Rules by type. The functions of these types end by calling them. */
export const typeRules: Readonly<Record<string, TypeRule>> = Object.assign(Object.create(null), {
  Coding: checkCoding,
} satisfies Record<string, (value: JsonObject, path: string, context: Context) => void>);

import { asObject, type FhirResource, isObject } from '../fhir/resource.js';
import type { PackEntry } from './pack-file.js';

/** The index entry of a resource: what a registry must know of it before it is parsed. */
export function describeResource(resource: FhirResource): PackEntry {
  const fields = asObject(resource);
  const url = text(fields.url);
  const version = text(fields.version);
  return {
    type: resource.resourceType,
    id: resource.id ?? '',
    ...(url === undefined ? {} : { url }),
    ...(version === undefined ? {} : { version }),
    ...(details[resource.resourceType]?.(fields) ?? {}),
  };
}

const details: Readonly<Record<string, (fields: Readonly<Record<string, unknown>>) => Partial<PackEntry>>> = {
  StructureDefinition: (fields) => ({
    kind: text(fields.kind) ?? '',
    profile: fields.derivation === 'constraint',
    abstract: fields.abstract === true,
  }),
  CodeSystem: (fields) => {
    const supplements = text(fields.supplements);
    const allCodes = text(fields.valueSet);
    return { ...(supplements === undefined ? {} : { supplements }), ...(allCodes === undefined ? {} : { allCodes }) };
  },
  SearchParameter: (fields) => ({ code: text(fields.code) ?? '', base: texts(fields.base) }),
  ImplementationGuide: (fields) => ({
    global: list(fields.global).flatMap((item) => {
      const type = isObject(item) ? text(item.type) : undefined;
      const profile = isObject(item) ? text(item.profile) : undefined;
      return type === undefined || profile === undefined ? [] : [{ type, profile }];
    }),
  }),
};

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return list(value).filter((item) => typeof item === 'string');
}

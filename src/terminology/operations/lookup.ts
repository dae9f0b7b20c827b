import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import { nearestCodes } from '../../fhir/nearest.js';
import { issue, type Result } from '../../fhir/outcome.js';
import type { CodeSource, PropertyValue } from '../code-source.js';
import type { TerminologyParts } from '../create.js';
import type { Concept } from '../terminology.js';
import { text } from '../text.js';
import { displayIn } from './display.js';
import type { Inputs } from './inputs.js';

/** `CodeSystem/$lookup`: what is known of a code. Fails with `not-found` for a system or code that isn't on board. Source: R4 CodeSystem-operation-lookup. */
export function lookup(terminology: TerminologyParts, inputs: Inputs): Result<Parameters> {
  const coding = inputs.coding('coding');
  const code = inputs.text('code') ?? coding?.code;
  const system = inputs.text('system') ?? inputs.text('url') ?? coding?.system;
  if (code === undefined) return { ok: false, issues: [issue('required', 'lookup-code', text.missing('code'))] };
  if (system === undefined) return { ok: false, issues: [issue('required', 'lookup-system', text.missing('system'))] };
  const source = terminology.context.source(system, inputs.text('version') ?? coding?.version);
  if (!source) return { ok: false, issues: [issue('not-found', 'unknown-system', text.unknownSystem(system))] };
  const concept = source.find(code);
  if (!concept) {
    return { ok: false, issues: [issue('not-found', 'unknown-code', text.unknownCode(code, system, nearestCodes(code, codesOf(source))))] };
  }
  const language = inputs.text('displayLanguage');
  const parameter: ParametersParameter[] = [
    { name: 'name', valueString: source.name ?? system },
    ...(source.version === undefined ? [] : [{ name: 'version', valueString: source.version }]),
    { name: 'display', valueString: displayIn(concept, language) ?? code },
    ...designations(concept),
    ...properties(source, concept, inputs.texts('property')),
  ];
  return { ok: true, value: { resourceType: 'Parameters', parameter } };
}

function* codesOf(source: CodeSource): Generator<string> {
  for (const concept of source.all()) yield concept.code;
}

function designations(concept: Concept): readonly ParametersParameter[] {
  return (concept.designations ?? []).map(({ language, value }) => ({
    name: 'designation',
    part: [...(language === undefined ? [] : [{ name: 'language', valueCode: language }]), { name: 'value', valueString: value }],
  }));
}

/** The properties asked for; all that the system has where none is named. */
function properties(source: CodeSource, concept: Concept, asked: readonly string[]): readonly ParametersParameter[] {
  const names = new Set(asked.length === 0 ? ['definition', 'inactive', 'parent', 'child', ...(source.propertyNames ?? [])] : asked);
  return [...names].flatMap((name) => valuesOf(source, concept, name).map((value) => property(name, value)));
}

function valuesOf(source: CodeSource, concept: Concept, name: string): readonly PropertyValue[] {
  if (name === 'inactive') return concept.inactive ? [true] : [];
  if (name === 'parent') return source.parents(concept.code);
  if (name === 'child') return source.children(concept.code);
  if (name === 'definition') {
    const definition = source.definition?.(concept.code);
    return definition === undefined ? [] : [definition];
  }
  return source.property(concept.code, name) ?? [];
}

function property(name: string, value: PropertyValue): ParametersParameter {
  const typed =
    typeof value === 'boolean'
      ? { valueBoolean: value }
      : typeof value === 'number'
        ? { valueDecimal: value }
        : name === 'parent' || name === 'child'
          ? { valueCode: value }
          : { valueString: value };
  return {
    name: 'property',
    part: [
      { name: 'code', valueCode: name },
      { name: 'value', ...typed },
    ],
  };
}

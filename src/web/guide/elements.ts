import type { ElementDefinition, ElementDefinitionConstraint, StructureDefinition } from '@medplum/fhirtypes';
import type { Registry } from '../../definitions/registry.js';
import type { Text } from '../../fhir/outcome.js';
import { asObject, isObject } from '../../fhir/resource.js';
import type { PlatformRule } from '../../validation/rules/platform.js';
import { ownChain } from './profiles.js';

/** One row of a profile's table. */
export interface ElementRow {
  /** Id of the element without the type: `identifier:nik.value`; empty for the resource as a whole. */
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly mustSupport: boolean;
  /** Type names; a reference with its targets: `Reference(Patient)`. */
  readonly types: readonly string[];
  readonly binding?: { readonly strength: string; readonly valueSet: string };
  /** A value that is demanded, or the bounds of one, as short text. */
  readonly value?: string;
  /** Invariants that the guide adds. */
  readonly constraints: ReadonlyArray<{ readonly key: string; readonly severity: string; readonly text: Text }>;
  /** Numbers of the platform's rules about this element. */
  readonly ruleNumbers: readonly string[];
  readonly description: Text;
}

/**
 * What a profile says of its elements: those that the guide's profiles touch, those that must be supported, and those that can't be left out. Elements of R4
 * that nobody constrains are left to R4's own page.
 */
export function profileElements(
  registry: Pick<Registry, 'structureDefinition'>,
  profile: StructureDefinition,
  {
    platformRules = [],
    texts = new Map(),
  }: { readonly platformRules?: readonly PlatformRule[]; readonly texts?: ReadonlyMap<string, string> } = {},
): readonly ElementRow[] {
  const chain = ownChain(registry, profile);
  const touched = new Set(chain.flatMap(({ differential }) => (differential?.element ?? []).map(({ id }) => id)));
  const ownKeys = new Set(
    chain.flatMap(({ differential }) =>
      (differential?.element ?? []).flatMap(({ constraint }) => (constraint ?? []).map(({ key }) => key)),
    ),
  );
  const numbers = numbersByPath(platformRules);
  const shown = new Set<string>();
  const constraintKeys = new Map<string, ReadonlySet<string | undefined>>();
  const rows: ElementRow[] = [];
  for (const element of profile.snapshot?.element ?? []) {
    const { id = element.path ?? '', path = '' } = element;
    const parent = id.slice(0, Math.max(0, id.lastIndexOf('.')));
    const isMandatory = (element.min ?? 0) > 0 && (parent === profile.type || shown.has(parent));
    // A slice repeats what its element already says.
    const repeated = constraintKeys.get(path);
    const constraints = (element.constraint ?? []).filter(({ key }) => ownKeys.has(key) && !repeated?.has(key));
    const isRoot = !id.includes('.');
    if (isRoot ? constraints.length === 0 : !touched.has(id) && element.mustSupport !== true && !isMandatory) continue;
    shown.add(id);
    if (repeated === undefined) constraintKeys.set(path, new Set(constraints.map(({ key }) => key)));
    rows.push({
      path: isRoot ? '' : id.slice(id.indexOf('.') + 1),
      min: element.min ?? 0,
      max: element.max ?? '*',
      mustSupport: element.mustSupport === true,
      types: typesOf(element),
      ...bindingOf(element),
      ...demandedValue(element),
      constraints: constraints.map((constraint) => ({
        key: constraint.key ?? '',
        severity: constraint.severity ?? 'error',
        text: constraintText(constraint),
      })),
      ruleNumbers: numbers.get(path) ?? [],
      description: describe(element.short ?? element.definition ?? '', texts),
    });
  }
  return rows;
}

function numbersByPath(rules: readonly PlatformRule[]): ReadonlyMap<string, readonly string[]> {
  const byPath = new Map<string, string[]>();
  for (const { path, number } of rules) {
    if (path === undefined) continue;
    const numbers = byPath.get(path) ?? [];
    if (!numbers.includes(number)) numbers.push(number);
    byPath.set(path, numbers);
  }
  return byPath;
}

function typesOf({ type }: ElementDefinition): readonly string[] {
  return (type ?? []).map(({ code = '', targetProfile, profile }) => {
    const targets = (targetProfile ?? profile ?? []).map((url) => url.slice(url.lastIndexOf('/') + 1));
    const name = code.slice(code.lastIndexOf('.') + 1).replace(/^http.*\//, '');
    return targets.length === 0 ? name : `${name}(${targets.join(' | ')})`;
  });
}

function bindingOf({ binding }: ElementDefinition): Pick<ElementRow, 'binding'> {
  if (binding?.valueSet === undefined || binding.strength === undefined) return {};
  return { binding: { strength: binding.strength, valueSet: binding.valueSet } };
}

function demandedValue(element: ElementDefinition): Pick<ElementRow, 'value'> {
  const parts = Object.entries(element).flatMap(([name, value]) => {
    const kind = /^(fixed|pattern|minValue|maxValue)[A-Z]/.exec(name)?.[1];
    if (kind === undefined) return [];
    return [`${signs[kind] ?? ''}${shortValue(value)}`];
  });
  return parts.length === 0 ? {} : { value: parts.join(', ') };
}

const signs: Readonly<Record<string, string>> = { fixed: '= ', pattern: '= ', minValue: '≥ ', maxValue: '≤ ' };

/** A demanded value in one line: `system|code`, `5 kg`, or its JSON. */
function shortValue(value: unknown): string {
  if (!isObject(value)) return String(value);
  const { coding, system, code, unit } = value;
  const amount = value['value'];
  if (Array.isArray(coding)) return coding.map(shortValue).join(', ');
  if (amount !== undefined) return `${String(amount)} ${String(unit ?? code ?? '')}`.trim();
  if (code !== undefined) return system === undefined ? String(code) : `${String(system)}|${String(code)}`;
  return JSON.stringify(value);
}

/** `human` is English with the Indonesian text as its translation. */
function constraintText(constraint: ElementDefinitionConstraint): Text {
  const english = constraint.human ?? '';
  const sibling = asObject(constraint)._human;
  const extensions = isObject(sibling) && Array.isArray(sibling.extension) ? sibling.extension.filter(isObject) : [];
  for (const { extension } of extensions) {
    const parts = Array.isArray(extension) ? extension.filter(isObject) : [];
    const content = parts.find(({ url }) => url === 'content')?.valueString;
    if (parts.some(({ valueCode }) => valueCode === 'id') && typeof content === 'string') return { id: content, en: english };
  }
  return { id: english, en: english };
}

/** Texts of the guide are `Indonesia / English`; those of R4 are English alone, with the Indonesian from our own list beside it. */
function describe(text: string, texts: ReadonlyMap<string, string>): Text {
  const [id = '', en] = text.split(' / ');
  return en === undefined || texts.has(text) ? { id: texts.get(text) ?? '', en: text } : { id, en };
}

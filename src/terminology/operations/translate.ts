import type {
  Coding,
  ConceptMap,
  ConceptMapGroup,
  ConceptMapGroupElement,
  ConceptMapGroupElementTarget,
  Parameters,
  ParametersParameter,
} from '@medplum/fhirtypes';
import { issue, type Language, type Result } from '../../fhir/outcome.js';
import type { TerminologyParts } from '../create.js';
import { text } from '../text.js';
import { givenResource } from './given.js';
import type { Inputs } from './inputs.js';

interface Match {
  readonly equivalence: string;
  readonly concept?: Coding;
  readonly product?: readonly Coding[];
  readonly source: string;
}

/**
 * `ConceptMap/$translate`: the code in another system, by the map named or by every map on board that fits source and target.
 * Fails with `not-found` where no map fits. Source: R4 ConceptMap-operation-translate.
 */
export function translate(terminology: TerminologyParts, inputs: Inputs, language: Language = 'id'): Result<Parameters> {
  const codings = codingsOf(inputs);
  if (codings.length === 0) return { ok: false, issues: [issue('required', 'translate-code', text.missing('code'))] };
  const sent = givenResource<ConceptMap>(terminology, inputs, 'conceptMap', 'ConceptMap');
  if (!sent.ok) return sent;
  const maps = sent.resource ? [sent.resource] : mapsOf(terminology, inputs);
  if (maps.length === 0) {
    const what =
      inputs.text('url') ?? [inputs.text('source'), inputs.text('target') ?? inputs.text('targetsystem')].filter(Boolean).join(' → ');
    return { ok: false, issues: [issue('not-found', 'unknown-map', text.unknownMap(what))] };
  }
  const reverse = inputs.flag('reverse') === true;
  const targetSystem = inputs.text('targetsystem');
  const matches = maps.flatMap((map) =>
    codings.flatMap((coding) => (reverse ? backward(map, coding) : forward(terminology, map, coding, [])).filter(isWanted)),
  );
  const result = matches.some(({ equivalence }) => equivalence !== 'unmatched' && equivalence !== 'disjoint');
  const [first] = codings;
  const message = result ? [] : [{ name: 'message', valueString: text.unknownMap(first?.code ?? '')[language] }];
  return {
    ok: true,
    value: { resourceType: 'Parameters', parameter: [{ name: 'result', valueBoolean: result }, ...message, ...matches.map(asParameter)] },
  };

  function isWanted({ concept }: Match): boolean {
    return targetSystem === undefined || concept === undefined || concept.system === targetSystem;
  }
}

function codingsOf(inputs: Inputs): readonly Coding[] {
  const concept = inputs.concept('codeableConcept');
  if (concept) return concept.coding ?? [];
  const coding = inputs.coding('coding');
  if (coding) return [coding];
  const code = inputs.text('code');
  const system = inputs.text('system');
  return code === undefined ? [] : [{ code, ...(system === undefined ? {} : { system }) }];
}

function mapsOf(terminology: TerminologyParts, inputs: Inputs): readonly ConceptMap[] {
  const url = inputs.text('url');
  if (url !== undefined) {
    const version = inputs.text('conceptMapVersion');
    const map = terminology.registry.conceptMap(version === undefined || url.includes('|') ? url : `${url}|${version}`);
    return map ? [map] : [];
  }
  const reverse = inputs.flag('reverse') === true;
  const [from, to] = [inputs.text('source'), inputs.text('target')];
  const [source, target] = reverse ? [to, from] : [from, to];
  const system = inputs.text('system') ?? inputs.coding('coding')?.system;
  return terminology.registry
    .definitions('ConceptMap')
    .map((definition) => definition.load() as ConceptMap)
    .filter(
      (map) =>
        (source === undefined || source === (map.sourceUri ?? map.sourceCanonical)) &&
        (target === undefined || target === (map.targetUri ?? map.targetCanonical)) &&
        (system === undefined || (map.group ?? []).some((group) => (reverse ? group.target : group.source) === system)),
    );
}

function forward(terminology: TerminologyParts, map: ConceptMap, coding: Coding, above: readonly string[]): readonly Match[] {
  return (map.group ?? [])
    .filter((group) => coding.system === undefined || group.source === undefined || group.source === coding.system)
    .flatMap((group) => {
      const element = (group.element ?? []).find(({ code }) => code === coding.code);
      return element ? targetsOf(map, group, element) : unmapped(terminology, map, group, coding, above);
    });
}

function targetsOf(map: ConceptMap, group: ConceptMapGroup, element: ConceptMapGroupElement): readonly Match[] {
  if (!element.target?.length) return [{ equivalence: 'unmatched', source: map.url ?? '' }];
  return element.target.map((target) => ({
    equivalence: target.equivalence ?? 'equivalent',
    ...(target.code === undefined ? {} : { concept: codingOf(group.target, target.code, target.display) }),
    ...(target.product ? { product: target.product.map(({ system, value, display }) => codingOf(system, value ?? '', display)) } : {}),
    source: map.url ?? '',
  }));
}

/** What the group says of codes it doesn't list: the same code, a fixed one, or what another map says. */
function unmapped(
  terminology: TerminologyParts,
  map: ConceptMap,
  group: ConceptMapGroup,
  coding: Coding,
  above: readonly string[],
): readonly Match[] {
  const rule = group.unmapped;
  const source = map.url ?? '';
  if (rule?.mode === 'provided')
    return [{ equivalence: 'equal', concept: codingOf(group.target, coding.code ?? '', coding.display), source }];
  if (rule?.mode === 'fixed' && rule.code !== undefined) {
    return [{ equivalence: 'inexact', concept: codingOf(group.target, rule.code, rule.display), source }];
  }
  const other =
    rule?.mode === 'other-map' && rule.url !== undefined && !above.includes(rule.url)
      ? terminology.registry.conceptMap(rule.url)
      : undefined;
  return other ? forward(terminology, other, coding, [...above, source]) : [];
}

// R4 ConceptMapEquivalence, read from the target to the source.
const inverse: Readonly<Record<string, string>> = {
  wider: 'narrower',
  narrower: 'wider',
  subsumes: 'specializes',
  specializes: 'subsumes',
};

function backward(map: ConceptMap, coding: Coding): readonly Match[] {
  return (map.group ?? [])
    .filter((group) => coding.system === undefined || group.target === undefined || group.target === coding.system)
    .flatMap((group) =>
      (group.element ?? []).flatMap((element) =>
        (element.target ?? [])
          .filter((target: ConceptMapGroupElementTarget) => target.code === coding.code)
          .map((target) => ({
            equivalence: inverse[target.equivalence ?? ''] ?? target.equivalence ?? 'equivalent',
            concept: codingOf(group.source, element.code ?? '', element.display),
            source: map.url ?? '',
          })),
      ),
    );
}

function codingOf(system: string | undefined, code: string, display: string | undefined): Coding {
  return { ...(system === undefined ? {} : { system }), code, ...(display === undefined ? {} : { display }) };
}

function asParameter({ equivalence, concept, product, source }: Match): ParametersParameter {
  return {
    name: 'match',
    part: [
      { name: 'equivalence', valueCode: equivalence },
      ...(concept ? [{ name: 'concept', valueCoding: concept }] : []),
      ...(product ?? []).map((coding) => ({ name: 'product', part: [{ name: 'concept', valueCoding: coding }] })),
      ...(source === '' ? [] : [{ name: 'source', valueUri: source }]),
    ],
  };
}

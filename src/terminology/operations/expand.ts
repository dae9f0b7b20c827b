import type { ValueSet, ValueSetExpansion, ValueSetExpansionContains, ValueSetExpansionParameter } from '@medplum/fhirtypes';
import { type Issue, issue, type Result } from '../../fhir/outcome.js';
import type { TerminologyParts } from '../create.js';
import { expandValueSet } from '../expand-value-set.js';
import type { Concept } from '../terminology.js';
import { text } from '../text.js';
import type { ExpansionFailure } from '../value-set.js';
import { walkValueSet } from '../walk-value-set.js';
import { displayIn } from './display.js';
import { givenResource, inlineUrl } from './given.js';
import type { Inputs } from './inputs.js';

/** Codes that one answer may hold; a page of a larger value set is asked for by `count`. */
const largestExpansion = 20_000;

// Codes walked for a page of a value set too large to hold.
const mostWalked = 3_000_000;

/**
 * `ValueSet/$expand`: the codes of a value set, filtered by text, active only, paged, in a language. `timestamp` is the moment of asking.
 * Fails with `not-found` for an unknown value set, `too-costly` for an answer beyond `largestExpansion`, `not-supported` for a value set that refers to
 * what isn't on board or can't be listed. Source: R4 ValueSet-operation-expand.
 */
export function expand(terminology: TerminologyParts, inputs: Inputs, timestamp: string): Result<ValueSet> {
  const refused = refusals(inputs);
  if (refused.length > 0) return { ok: false, issues: refused };
  const sent = givenResource<ValueSet>(terminology, inputs, 'valueSet', 'ValueSet');
  if (!sent.ok) return sent;
  const given = sent.resource;
  const url = inputs.text('url');
  const version = inputs.text('valueSetVersion');
  const canonical = url === undefined || version === undefined || url.includes('|') ? url : `${url}|${version}`;
  if (!given && canonical === undefined) return failure(issue('required', 'expand-url', text.missing('url')));
  const valueSet = given ?? (canonical === undefined ? undefined : terminology.context.valueSet(canonical));
  if (!valueSet) return failure(issue('not-found', 'unknown-value-set', text.unknownValueSet(canonical ?? '')));
  const { context } = given ? terminology.with([given]) : terminology;

  const offset = inputs.count('offset') ?? 0;
  const count = inputs.count('count');
  const accepts = selection(inputs);
  const whole = expandValueSet(context, valueSet, largestExpansion);
  if (!whole.ok && whole.failure.kind !== 'too-costly') return failure(explain(whole.failure));
  const narrowed = count !== undefined || inputs.text('filter') !== undefined;
  if (!whole.ok && !narrowed) return failure(issue('too-costly', 'expansion-too-costly', text.tooCostly(largestExpansion)));

  const concepts = whole.ok ? whole.members.values() : walkValueSet(context, valueSet);
  const page = pageOf(concepts, accepts, offset, Math.min(count ?? largestExpansion, largestExpansion), whole.ok || count === 0);
  if (page === undefined) return failure(issue('too-costly', 'expansion-too-costly', text.tooCostly(largestExpansion)));
  const systems = new Set(page.concepts.map(({ system }) => system));
  const expansion: ValueSetExpansion = {
    timestamp,
    ...(page.total === undefined ? {} : { total: page.total }),
    ...(count === undefined && offset === 0 ? {} : { offset }),
    parameter: [...applied(inputs), ...versions(systems, (system) => context.source(system)?.version)],
    contains: page.concepts.map((concept) => contains(concept, inputs)),
  };
  const { compose, expansion: _stored, text: _text, url: itsUrl, ...described } = valueSet;
  return {
    ok: true,
    value: {
      ...described,
      ...(itsUrl === undefined || itsUrl === inlineUrl ? {} : { url: itsUrl }),
      ...(inputs.flag('includeDefinition') && compose ? { compose } : {}),
      expansion,
    },
  };
}

function failure(found: Issue): Result<ValueSet> {
  return { ok: false, issues: [found] };
}

function refusals(inputs: Inputs): readonly Issue[] {
  const unsupported = ['context', 'contextDirection'].filter((name) => inputs.has(name));
  const malformed = ['offset', 'count'].filter((name) => inputs.has(name) && inputs.count(name) === undefined);
  return [
    ...unsupported.map((name) => issue('not-supported', 'expand-parameter', text.notSupported(name))),
    ...malformed.map((name) => issue('value', 'expand-parameter', text.notANumber(name))),
  ];
}

function explain({ kind, what }: ExpansionFailure): Issue {
  if (kind === 'unknown-value-set') return issue('not-found', 'unknown-value-set', text.unknownValueSet(what));
  if (kind === 'unknown-system') return issue('not-supported', 'unknown-system', text.unknownSystem(what));
  return issue('not-supported', 'not-expandable', text.notExpandable(`${kind} ${what}`), { diagnostics: `${kind}: ${what}` });
}

/** Every word of `filter` in the display, a designation or the code; active and selectable ones only where asked. */
function selection(inputs: Inputs): (concept: Concept) => boolean {
  const words = (inputs.text('filter') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const excluded = new Set(inputs.texts('exclude-system').map((canonical) => canonical.split('|')[0] ?? ''));
  const activeOnly = inputs.flag('activeOnly') === true;
  const selectableOnly = inputs.flag('excludeNotForUI') === true;
  return (concept) => {
    if ((activeOnly && concept.inactive) || (selectableOnly && concept.abstract) || excluded.has(concept.system)) return false;
    if (words.length === 0) return true;
    const haystack = [concept.code, concept.display ?? '', ...(concept.designations ?? []).map(({ value }) => value)]
      .join('\n')
      .toLowerCase();
    return words.every((word) => haystack.includes(word));
  };
}

/** The page, and the total where all were counted. Undefined where too many codes had to be walked, or too many found, to answer. */
function pageOf(
  concepts: Iterable<Concept>,
  accepts: (concept: Concept) => boolean,
  offset: number,
  count: number,
  counted: boolean,
): { readonly concepts: readonly Concept[]; readonly total?: number } | undefined {
  const page: Concept[] = [];
  let walked = 0;
  let total = 0;
  for (const concept of concepts) {
    walked += 1;
    if (walked > mostWalked) return undefined;
    if (!accepts(concept)) continue;
    if (total >= offset && page.length < count) page.push(concept);
    total += 1;
    if (!counted && page.length >= count) return { concepts: page };
  }
  return { concepts: page, total };
}

function contains(concept: Concept, inputs: Inputs): ValueSetExpansionContains {
  const display = displayIn(concept, inputs.text('displayLanguage'));
  const designation = inputs.flag('includeDesignations') ? concept.designations : undefined;
  return {
    system: concept.system,
    ...(concept.abstract ? { abstract: true } : {}),
    ...(concept.inactive ? { inactive: true } : {}),
    code: concept.code,
    ...(display === undefined ? {} : { display }),
    ...(designation === undefined || designation.length === 0 ? {} : { designation: designation.map((given) => ({ ...given })) }),
  };
}

/** What shaped the answer is said in it. */
function applied(inputs: Inputs): readonly ValueSetExpansionParameter[] {
  const texts = ['filter', 'displayLanguage', 'exclude-system'].flatMap((name) =>
    inputs.texts(name).map((value) => ({ name, valueString: value })),
  );
  const flags = ['activeOnly', 'includeDesignations', 'excludeNotForUI'].flatMap((name) => {
    const value = inputs.flag(name);
    return value === undefined ? [] : [{ name, valueBoolean: value }];
  });
  const counts = ['offset', 'count'].flatMap((name) => {
    const value = inputs.count(name);
    return value === undefined ? [] : [{ name, valueInteger: value }];
  });
  return [...texts, ...flags, ...counts];
}

function versions(systems: ReadonlySet<string>, versionOf: (system: string) => string | undefined): readonly ValueSetExpansionParameter[] {
  return [...systems].flatMap((system) => {
    const version = versionOf(system);
    return version === undefined ? [] : [{ name: 'version', valueUri: `${system}|${version}` }];
  });
}

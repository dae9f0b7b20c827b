import type { ValueSet, ValueSetComposeInclude } from '@medplum/fhirtypes';
import { filtersOf } from './include.js';
import { storedExpansion } from './stored-expansion.js';
import type { Coding } from './terminology.js';
import { type Members, memberKey, type TerminologyContext } from './value-set.js';

/**
 * Is the coding in the value set, without listing it? For systems that can't be listed or are too large. Undefined where what decides it isn't on board.
 * A coding without system is matched by its code alone.
 */
export function isInValueSet(context: TerminologyContext, valueSet: ValueSet, coding: Coding): boolean | undefined {
  return inValueSet({ context, coding }, valueSet);
}

/** The same for one include or exclude alone. */
export function isInInclude(context: TerminologyContext, include: ValueSetComposeInclude, coding: Coding): boolean | undefined {
  return inInclude({ context, coding }, include, true);
}

interface Question {
  readonly context: TerminologyContext;
  readonly coding: Coding;
  /** Verdicts of value sets met on the way, undefined while one is being decided: each is decided once, however often it is imported. */
  decided?: Map<ValueSet, boolean | undefined>;
}

// Value sets that one verdict may look into.
const mostValueSets = 300;

function inValueSet(question: Question, valueSet: ValueSet): boolean | undefined {
  if (question.decided?.has(valueSet)) return question.decided.get(valueSet);
  if (hasImports(valueSet)) {
    question.decided ??= new Map();
    if (question.decided.size >= mostValueSets) return undefined;
    question.decided.set(valueSet, undefined);
  }
  const verdict = decide(question, valueSet);
  question.decided?.set(valueSet, verdict);
  return verdict;
}

function hasImports({ compose }: ValueSet): boolean {
  return [...(compose?.include ?? []), ...(compose?.exclude ?? [])].some(({ valueSet }) => valueSet !== undefined);
}

function decide(question: Question, valueSet: ValueSet): boolean | undefined {
  const expansion = storedExpansion(valueSet);
  const listed = expansion?.ok ? hasCoding(expansion.members, question.coding) : undefined;
  const { compose } = valueSet;
  if (!compose) return listed;
  const takesInactive = compose.inactive !== false;
  const included = anyOf((compose.include ?? []).map((include) => inInclude(question, include, takesInactive)));
  if (included === false) return false;
  const excluded = anyOf((compose.exclude ?? []).map((exclude) => inInclude(question, exclude, true)));
  if (excluded === true) return false;
  return included === undefined || excluded === undefined ? listed : true;
}

function inInclude(question: Question, include: ValueSetComposeInclude, takesInactive: boolean): boolean | undefined {
  const { context, coding } = question;
  const verdicts: (boolean | undefined)[] = [];
  if (include.system !== undefined) verdicts.push(inSystem(context, include, include.system, coding, takesInactive));
  for (const canonical of include.valueSet ?? []) {
    const imported = context.valueSet(canonical);
    verdicts.push(imported ? inValueSet(question, imported) : undefined);
  }
  return verdicts.length === 0 ? false : allOf(verdicts);
}

function inSystem(
  context: TerminologyContext,
  include: ValueSetComposeInclude,
  system: string,
  coding: Coding,
  takesInactive: boolean,
): boolean | undefined {
  if (coding.system !== undefined && coding.system !== system) return false;
  const code = coding.code ?? '';
  const source = context.source(system, include.version);
  const concept = source?.find(code);
  if (include.concept) {
    const listed = include.concept.some((entry) => entry.code === code || (concept !== undefined && entry.code === concept.code));
    return listed && (takesInactive || !concept?.inactive);
  }
  if (!source) return undefined;
  if (!concept) return source.complete ? false : undefined;
  if (!takesInactive && concept.inactive) return false;
  const filters = filtersOf(source, include);
  if (!Array.isArray(filters)) return undefined;
  const passes = filters.every((filter) => filter.test(concept));
  return passes || source.complete ? passes : undefined;
}

function hasCoding(members: Members, { system, code = '' }: Coding): boolean {
  if (system !== undefined) return members.has(memberKey(system, code));
  for (const concept of members.values()) if (concept.code === code) return true;
  return false;
}

/** Or of three-valued logic. */
function anyOf(verdicts: readonly (boolean | undefined)[]): boolean | undefined {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** And of three-valued logic. */
function allOf(verdicts: readonly (boolean | undefined)[]): boolean | undefined {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

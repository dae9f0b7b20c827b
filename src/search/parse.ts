import type { SearchParameter } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import { nearestNames } from '../fhir/nearest.js';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import type { Terminology } from '../terminology/terminology.js';
import { checkValue, modifiersOf } from './parameters/kinds.js';
import { splitUnescaped } from './parameters/split.js';
import { type ParameterPlan, type SearchPlans, searchPlans } from './plan.js';
import type { Clause, Include, ParsedSearch, SearchRequest } from './request.js';
import { searchText } from './text.js';

export interface ParseSearchOptions {
  readonly registry: Registry;
  readonly type: string;
  readonly query: URLSearchParams | string;
  /** `Prefer: handling=lenient`: what isn't known is left out and reported in `issues` instead of refused. */
  readonly lenient?: boolean;
  readonly terminology?: Terminology;
  readonly defaultCount?: number;
  readonly maximumCount?: number;
  /** Zone of dates that carry none, in minutes east of UTC. */
  readonly zoneMinutes?: number;
}

const chainLimit = 5;
/** Steps of chains that are looked at, over all types they may lead through: references to any type would multiply without end. */
const stepLimit = 400;
const valueLimit = 1000;
const clauseLimit = 100;

/** Parameters of the HTTP layer that search has nothing to do with. */
const elsewhere: ReadonlySet<string> = new Set(['_format', '_pretty']);

/** Answered from the resource's own row. */
export const rowParameters: Readonly<Record<string, 'id' | 'instant'>> = { _id: 'id', _lastUpdated: 'instant' };

interface Parser {
  readonly options: ParseSearchOptions;
  readonly plans: SearchPlans;
  readonly issues: Issue[];
  readonly clauses: Clause[];
  readonly includes: Include[];
  readonly self: string[];
  steps: number;
}

/**
 * Reads the query of a search against the search parameters of `type`. Everything that isn't known, or has the wrong form, is an issue that names it:
 * unknown parameters and modifiers with the nearest names. Source: R4 search §3.1.1.
 */
export function parseSearch(options: ParseSearchOptions): Result<ParsedSearch> {
  const parser: Parser = { options, plans: searchPlans(options.registry), issues: [], clauses: [], includes: [], self: [], steps: 0 };
  const controls: { -readonly [Name in keyof SearchRequest]?: SearchRequest[Name] } = {};
  const query = typeof options.query === 'string' ? new URLSearchParams(options.query) : options.query;
  const seen = new Set<string>();
  for (const [name, value] of query) {
    if (elsewhere.has(name)) continue;
    if (name.includes('\0') || value.includes('\0')) {
      parser.issues.push(
        issue('invalid', 'search-nul', searchText.nul(name.replaceAll('\0', '')), { expression: name.replaceAll('\0', '') }),
      );
      continue;
    }
    const controlName = name.split(':')[0] ?? name;
    const control = Object.hasOwn(controlReaders, controlName) ? controlReaders[controlName] : undefined;
    const before = parser.issues.length;
    if (control === undefined) readClause(parser, name, value);
    else {
      if (seen.has(name) && !repeatable.has(name.split(':')[0] ?? name))
        fail(parser, name, 'search-repeated', searchText.badValue(name, searchText.expected.single));
      control(parser, name, value, controls);
    }
    seen.add(name);
    if (parser.issues.length === before && name !== '_cursor') parser.self.push(`${encodeQuery(name)}=${encodeQuery(value)}`);
  }
  if (parser.clauses.length > clauseLimit) fail(parser, '', 'search-size', searchText.tooMany('parameter', clauseLimit));
  const errors = parser.issues.filter(({ severity }) => severity === 'error' || severity === 'fatal');
  if (errors.length > 0) return { ok: false, issues: parser.issues };
  const maximum = options.maximumCount ?? 1000;
  return {
    ok: true,
    value: {
      total: 'none',
      sort: [],
      ...controls,
      count: Math.min(controls.count ?? options.defaultCount ?? 20, maximum),
      ...(controls.count === 0 ? { summary: 'count' as const } : {}),
      type: options.type,
      clauses: parser.clauses,
      includes: parser.includes,
      self: parser.self.join('&'),
      issues: parser.issues,
    },
  };
}

// Readable in a link: `|`, `,`, `:` and `/` may stand in a query as they are.
function encodeQuery(text: string): string {
  return encodeURIComponent(text).replace(/%(?:2C|3A|2F|24)/g, (match) => decodeURIComponent(match));
}

function fail(parser: Parser, expression: string, rule: string, text: Issue['text'], code: Issue['code'] = 'value'): void {
  parser.issues.push(issue(code, rule, text, expression === '' ? {} : { expression }));
}

type ReadControl = (
  parser: Parser,
  name: string,
  value: string,
  controls: { -readonly [Name in keyof SearchRequest]?: SearchRequest[Name] },
) => void;

const repeatable: ReadonlySet<string> = new Set(['_include', '_revinclude', '_elements', '_sort']);

const controlReaders: Readonly<Record<string, ReadControl>> = {
  _count(parser, name, value, controls) {
    if (!/^\d{1,9}$/.test(value)) return fail(parser, name, 'search-value', searchText.badValue(name, searchText.expected.count));
    controls.count = Number(value);
    const limit = parser.options.maximumCount ?? 1000;
    if (controls.count > limit) {
      parser.issues.push(
        issue('informational', 'search-count-limited', searchText.countLimited(controls.count, limit), {
          severity: 'warning',
          expression: name,
        }),
      );
      parser.self.push(`_count=${limit}`);
    }
  },
  _cursor(_parser, _name, value, controls) {
    controls.cursor = value;
  },
  _total(parser, name, value, controls) {
    if (value !== 'none' && value !== 'estimate' && value !== 'accurate') {
      return fail(parser, name, 'search-value', searchText.badValue(name, searchText.expected.total));
    }
    controls.total = value;
  },
  _summary(parser, name, value, controls) {
    if (value !== 'true' && value !== 'text' && value !== 'data' && value !== 'count' && value !== 'false') {
      return fail(parser, name, 'search-value', searchText.badValue(name, searchText.expected.summary));
    }
    controls.summary = value;
  },
  _elements(parser, name, value, controls) {
    const elements = value.split(',').filter((element) => element !== '');
    if (elements.length === 0) return fail(parser, name, 'search-value', searchText.emptyValue(name));
    controls.elements = [...(controls.elements ?? []), ...elements];
  },
  _contained(parser, name, value) {
    if (value !== 'false') fail(parser, name, 'search-value', searchText.badValue(name, searchText.expected.contained), 'not-supported');
  },
  _sort(parser, name, value, controls) {
    const sort = value.split(',').flatMap((item): SearchRequest['sort'] => {
      const descending = item.startsWith('-');
      const code = descending ? item.slice(1) : item;
      if (code === '_id' || code === '_lastUpdated') return [{ parameter: code, descending }];
      const plan = parser.plans.type(parser.options.type).parameter(code);
      if (plan === undefined) {
        fail(parser, name, 'search-unknown-parameter', unknownParameter(parser, code, parser.options.type), 'not-supported');
        return [];
      }
      if (plan.paths.length === 0 || plan.paths.some(({ stored }) => stored.path.steps === undefined)) {
        fail(parser, name, 'search-sort', searchText.notSortable(code), 'not-supported');
        return [];
      }
      return [{ parameter: plan.parameter, descending }];
    });
    controls.sort = [...(controls.sort ?? []), ...sort];
  },
  _include: (parser, name, value) => readInclude(parser, name, value, false),
  _revinclude: (parser, name, value) => readInclude(parser, name, value, true),
};

function readInclude(parser: Parser, name: string, value: string, reverse: boolean): void {
  const modifier = name.split(':')[1];
  if (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse') {
    fail(parser, name, 'search-modifier', searchText.unknownModifier(modifier, name.split(':')[0] ?? name, ['iterate']), 'not-supported');
    return;
  }
  const iterate = modifier !== undefined;
  const { plans } = parser;
  const { type } = parser.options;
  const [source = '', code, target, ...more] = value.split(':');
  if (value === '*' && !reverse) {
    parser.includes.push({ reverse, iterate, sourceType: type });
    return;
  }
  if (!plans.registry.isResourceType(source)) {
    fail(
      parser,
      name,
      'search-include',
      searchText.unknownType(source, nearestNames(source, plans.registry.resourceTypes)),
      'not-supported',
    );
    return;
  }
  if (target !== undefined && (more.length > 0 || !plans.registry.isResourceType(target))) {
    fail(
      parser,
      name,
      'search-include',
      searchText.unknownType(target, nearestNames(target, plans.registry.resourceTypes)),
      'not-supported',
    );
    return;
  }
  const targetType = target === undefined ? {} : { targetType: target };
  if (code === '*') {
    parser.includes.push({ reverse, iterate, sourceType: source, ...targetType });
    return;
  }
  const plan = code === undefined ? undefined : plans.type(source).parameter(code);
  if (plan?.kind !== 'reference') {
    const references = plans.registry.searchParameters(source).filter((parameter) => parameter.type === 'reference');
    const near = nearestNames(
      code ?? '',
      references.map((parameter) => parameter.code ?? ''),
    ).map((one) => `${source}:${one}`);
    fail(parser, name, 'search-include', searchText.badInclude(value, near), 'not-supported');
    return;
  }
  parser.includes.push({ reverse, iterate, sourceType: source, parameter: plan.parameter, ...targetType });
}

function readClause(parser: Parser, name: string, value: string): void {
  const issues: Issue[] = [];
  const clause = parseClause(parser, parser.options.type, name, name, value, 0, issues);
  if (clause !== undefined && issues.length === 0) {
    parser.clauses.push(clause);
    return;
  }
  const isUnknown = issues.every(({ rule }) => rule === 'search-unknown-parameter' || rule === 'search-unsupported');
  if (parser.options.lenient === true && isUnknown) {
    parser.issues.push(issue('not-supported', 'search-ignored', searchText.ignored(name), { severity: 'warning', expression: name }));
  } else parser.issues.push(...issues);
}

/** `rest` is what is left of the parameter's name below `type`. */
function parseClause(
  parser: Parser,
  type: string,
  rest: string,
  name: string,
  value: string,
  depth: number,
  issues: Issue[],
): Clause | undefined {
  const stop = (rule: string, text: Issue['text'], code: Issue['code'] = 'not-supported'): undefined => {
    issues.push(issue(code, rule, text, { expression: name }));
    return undefined;
  };
  if (++parser.steps > stepLimit) return stop('search-chain', searchText.tooWide(name), 'too-costly');
  if (depth > chainLimit) return stop('search-chain', searchText.tooDeep(name, chainLimit), 'too-costly');
  if (rest.startsWith('_has:')) return parseHas(parser, rest, name, value, depth, issues, stop);
  const dot = rest.indexOf('.');
  const head = dot < 0 ? rest : rest.slice(0, dot);
  const [code = '', modifier, ...more] = head.split(':');
  const own = rowParameters[code];
  const { plans } = parser;
  const plan = own === undefined ? plans.type(type).parameter(code) : undefined;
  if (own === undefined && plan === undefined) {
    const known = plans.registry.searchParameter(type, code) !== undefined || unsupported.has(code);
    return known
      ? stop('search-unsupported', searchText.unsupportedParameter(code))
      : stop('search-unknown-parameter', unknownParameter(parser, code, type));
  }
  if (more.length > 0) return stop('search-modifier', searchText.unknownModifier(more.join(':'), code, []));
  if (dot >= 0) {
    if (plan?.kind !== 'reference') return stop('search-chain', searchText.notChainable(code));
    return parseChain(parser, plan, modifier, rest.slice(dot + 1), name, value, depth, issues, stop);
  }
  const parameter = plan?.parameter ?? plans.registry.searchParameter(type, code);
  if (parameter === undefined) return stop('search-unsupported', searchText.unsupportedParameter(code));
  if (modifier !== undefined) {
    const allowed = own === undefined ? modifiersOf[plan?.kind ?? 'special'] : own === 'id' ? ['not'] : [];
    const isType = plan?.kind === 'reference' && plans.registry.isResourceType(modifier);
    if (!isType && !allowed.includes(modifier)) return stop('search-modifier', searchText.unknownModifier(modifier, code, allowed));
    if (isType && !targetsOf(plan, plans).includes(modifier)) {
      return stop('search-target', searchText.notATarget(modifier, code, targetsOf(plan, plans)), 'value');
    }
  }
  // In `missing` and value sets a comma separates nothing, but it does no harm either.
  const values = splitUnescaped(value, ',');
  if (values.some((one) => one === '')) return stop('search-value', searchText.emptyValue(name), 'value');
  if (values.length > valueLimit) return stop('search-size', searchText.tooMany('nilai / values', valueLimit), 'too-costly');
  const context = {
    zoneMinutes: parser.options.zoneMinutes ?? 0,
    registry: parser.options.registry,
    ...(parser.options.terminology === undefined ? {} : { terminology: parser.options.terminology }),
  };
  const rowPlan: ParameterPlan = plan ?? { parameter, kind: own === 'id' ? 'token' : 'date', paths: [], composites: [] };
  for (const one of values) {
    const found = checkValue(rowPlan, modifier, one, name, context);
    if (found !== undefined) issues.push(found);
  }
  return { kind: 'parameter', parameter, values, ...(modifier === undefined ? {} : { modifier }) };
}

type Stop = (rule: string, text: Issue['text'], code?: Issue['code']) => undefined;

function parseChain(
  parser: Parser,
  plan: ParameterPlan,
  modifier: string | undefined,
  rest: string,
  name: string,
  value: string,
  depth: number,
  issues: Issue[],
  stop: Stop,
): Clause | undefined {
  const { plans } = parser;
  const targets = targetsOf(plan, plans);
  if (modifier !== undefined && !targets.includes(modifier)) {
    return stop('search-target', searchText.notATarget(modifier, plan.parameter.code ?? '', targets), 'value');
  }
  const candidates = modifier === undefined ? targets : [modifier];
  // Without a type the chain means every target type that knows the next parameter.
  const found = candidates.flatMap((type) => {
    const own: Issue[] = [];
    const next = parseClause(parser, type, rest, name, value, depth + 1, own);
    return [{ type, next, own }];
  });
  const good = found.filter(({ next, own }) => next !== undefined && own.length === 0);
  const first = good[0];
  if (first?.next === undefined) {
    const only = found.length === 1 ? found[0] : found.find(({ own }) => own.some(({ rule }) => rule !== 'search-unknown-parameter'));
    if (only !== undefined) issues.push(...only.own);
    else stop('search-unknown-parameter', searchText.chainedParameterUnknown(name, rest, candidates));
    return undefined;
  }
  // Types whose parameter of that name is defined alike are one clause; `next` is compiled anew for each type.
  return { kind: 'chain', parameter: plan.parameter, targetTypes: good.map(({ type }) => type), next: first.next };
}

function parseHas(
  parser: Parser,
  rest: string,
  name: string,
  value: string,
  depth: number,
  issues: Issue[],
  stop: Stop,
): Clause | undefined {
  const { plans } = parser;
  const [, type = '', code = '', ...more] = rest.split(':');
  if (!plans.registry.isResourceType(type)) {
    return stop('search-has', searchText.unknownType(type, nearestNames(type, plans.registry.resourceTypes)));
  }
  const plan = plans.type(type).parameter(code);
  if (plan === undefined) return stop('search-unknown-parameter', unknownParameter(parser, code, type));
  if (plan.kind !== 'reference') return stop('search-chain', searchText.notChainable(code));
  const next = parseClause(parser, type, more.join(':'), name, value, depth + 1, issues);
  return next === undefined ? undefined : { kind: 'has', type, parameter: plan.parameter, next };
}

/** Resource types that the parameter's references may lead to. */
function targetsOf(plan: ParameterPlan, plans: SearchPlans): readonly string[] {
  const restricted = plan.paths.every(({ targetTypes }) => targetTypes.length > 0)
    ? plan.paths.flatMap(({ targetTypes }) => targetTypes)
    : [];
  const declared = restricted.length > 0 ? restricted : (plan.parameter.target ?? []);
  return declared.length === 0 || (declared as readonly string[]).includes('Resource')
    ? plans.registry.resourceTypes
    : [...new Set(declared)];
}

const unsupported: ReadonlySet<string> = new Set(['_text', '_content', '_filter', '_query', '_list', '_type', '_containedType']);

function unknownParameter(parser: Parser, name: string, type: string): Issue['text'] {
  const known = parser.plans.registry.searchParameters(type).map((parameter: SearchParameter) => parameter.code ?? '');
  return searchText.unknownParameter(name, type, nearestNames(name, [...known, ...Object.keys(controlReaders), '_id', '_lastUpdated']));
}

import type { JsonObject } from '../fhir/resource.js';
import { FhirPathError } from '../fhirpath/error.js';
import type { CompiledFhirPath, FhirPathContext, TypedValue } from '../fhirpath/fhirpath.js';
import { FactsError } from './error.js';
import { factsText } from './text.js';
import type { ViewColumn, ViewConstant, ViewDefinition, ViewSelect } from './view-definition.js';

/** One row of a view: values by column name. A column without a value is null; one with `collection` is an array. */
export type ViewRow = Readonly<Record<string, unknown>>;

/** A ViewDefinition ready to run. */
export interface CompiledView {
  readonly resource: string;
  /** In the order of the rows. */
  readonly columns: readonly ViewColumn[];
  /** Rows of one resource; none for a resource of another type or one that `where` leaves out. Throws FactsError where a path yields what its column can't hold. */
  rows(resource: JsonObject): readonly ViewRow[];
}

type Values = Readonly<Record<string, unknown>>;

/** An element with its type: `HumanName`, or the path of an element that has no named type, `Patient.contact`. */
interface Focus {
  readonly type: string;
  readonly value: unknown;
}

type Evaluate = (focus: Focus, context: FhirPathContext) => readonly Focus[];

/** The FHIRPath compiler: for a focus of a type, or of an element by its path. */
export type CompilePath = (expression: string, type: string) => CompiledFhirPath;

/** A part of a select: what it adds to a row, for one focus. */
interface Part {
  readonly columns: readonly ViewColumn[];
  run(focus: Focus, context: FhirPathContext): readonly Values[];
}

/**
 * Compiles a ViewDefinition; `compile` is the FHIRPath compiler. Throws FactsError for a view that isn't well formed: no resource, no columns, a name used
 * twice, alternatives of a union whose columns differ, a path that doesn't parse, a constant that is unknown or has no value.
 * Source: SQL on FHIR v2, "Processing algorithm".
 */
export function compileView(view: ViewDefinition, compile: CompilePath): CompiledView {
  if (typeof view.resource !== 'string' || view.resource === '') throw new FactsError(factsText.viewWithoutResource);
  const constants = new Map((view.constant ?? []).map((constant) => [constant.name, constantValue(constant)]));
  const variables = Object.fromEntries(constants);
  const filters = (view.where ?? []).map(({ path }) => expression(path));
  const body = product((view.select ?? []).map(selectPart));
  if (body.columns.length === 0) throw new FactsError(factsText.viewWithoutColumns);
  checkNames(body.columns);
  return {
    resource: view.resource,
    columns: body.columns,
    rows(resource) {
      if (resource['resourceType'] !== view.resource) return [];
      const context: FhirPathContext = { resource, rootResource: resource, variables };
      const focus: Focus = { type: view.resource, value: resource };
      if (!filters.every((filter) => passes(filter(focus, context)))) return [];
      return body.run(focus, context);
    },
  };

  function expression(path: unknown): Evaluate {
    if (typeof path !== 'string') throw new FactsError(factsText.pathNotText(JSON.stringify(path)));
    for (const [, name = ''] of path.replace(/'(?:[^'\\]|\\.)*'/g, "''").matchAll(/%`?([A-Za-z_][\w-]*)/g)) {
      if (!constants.has(name) && !environment.has(name)) throw new FactsError(factsText.unknownConstant(name));
    }
    const expanded = expandKeys(path);
    const compiled = new Map<string, CompiledFhirPath>();
    const forType = (type: string): CompiledFhirPath => {
      const known = compiled.get(type);
      if (known) return known;
      const made = guarded(path, () => compile(expanded, type));
      compiled.set(type, made);
      return made;
    };
    forType(view.resource);
    return (focus, context) => {
      const found = guarded(path, () => forType(focus.type).evaluate(focus.value, context));
      return found.map(({ type, value }) => ({ type: unnamed.has(type) ? elementPath(focus.type, path) : type, value }));
    };
  }

  function selectPart(select: ViewSelect): Part {
    const inner = product([
      ...(select.column ? [columnsPart(select.column)] : []),
      ...(select.select ?? []).map(selectPart),
      ...(select.unionAll ? [unionPart(select.unionAll.map(selectPart))] : []),
    ]);
    if (select.forEach !== undefined) return forEachPart(inner, expression(select.forEach), false);
    if (select.forEachOrNull !== undefined) return forEachPart(inner, expression(select.forEachOrNull), true);
    if (select.repeat !== undefined) return forEachPart(inner, repeated(select.repeat.map(expression)), false);
    return inner;
  }

  function columnsPart(columns: readonly ViewColumn[]): Part {
    const cells = columns.map((column) => ({ column, evaluate: expression(column.path) }));
    return {
      columns,
      run: (focus, context) => [
        Object.fromEntries(cells.map(({ column, evaluate }) => [column.name, cell(column, evaluate(focus, context))])),
      ],
    };
  }
}

/** Types of elements that have children of their own but no name. */
const unnamed: ReadonlySet<string> = new Set(['BackboneElement', 'Element']);

/** Path of the element that a plain expression leads to: filters and positions left out. */
function elementPath(type: string, expression: string): string {
  const names = expression.replace(/\[\d+\]|\.?(?:where|first|last|single|skip|take|tail|exclude)\((?:[^()]|\([^()]*\))*\)/g, '');
  return /^\w+(?:\.\w+)*$/.test(names) ? `${type}.${names}` : type;
}

/** SQL on FHIR's two functions over FHIRPath's own: a resource's id, and the id that a literal reference (to a type) ends in. */
function expandKeys(path: string): string {
  return path
    .replace(/\bgetResourceKey\(\s*\)/g, 'id')
    .replace(/\bgetReferenceKey\(\s*(?:'?(?:FHIR\.)?([A-Za-z]+)'?)?\s*\)/g, (_, type: string | undefined) => {
      const pattern = `^(?:.*/)?${type ?? '[A-Z][A-Za-z]+'}/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?$`;
      return `reference.where($this.matches('${pattern}')).replaceMatches('${pattern}', '$1')`;
    });
}

/** FHIRPath's own errors as the view's. */
function guarded<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof FhirPathError) throw new FactsError(factsText.badPath(path, error.message));
    throw error;
  }
}

const environment: ReadonlySet<string> = new Set(['context', 'resource', 'rootResource', 'ucum', 'sct', 'loinc', 'rowIndex']);

function forEachPart(inner: Part, foci: Evaluate, orNull: boolean): Part {
  const empty: Values = Object.fromEntries(inner.columns.map(({ name, collection }) => [name, collection === true ? [] : null]));
  return {
    columns: inner.columns,
    run(focus, context) {
      const found = foci(focus, context);
      if (found.length === 0) return orNull ? [empty] : [];
      return found.flatMap((element, rowIndex) => inner.run(element, { ...context, variables: { ...context.variables, rowIndex } }));
    },
  };
}

/** Each element that the paths reach from the focus, and from what they reached, in document order. */
function repeated(paths: readonly Evaluate[]): Evaluate {
  const reach: Evaluate = (focus, context) =>
    paths.flatMap((path) => path(focus, context).flatMap((found) => [found, ...reach(found, context)]));
  return reach;
}

function unionPart(alternatives: readonly Part[]): Part {
  const columns = alternatives[0]?.columns ?? [];
  const names = (part: Part) => part.columns.map(({ name }) => name).join(' ');
  const other = alternatives.find((part) => names(part) !== columns.map(({ name }) => name).join(' '));
  if (other) throw new FactsError(factsText.unionMismatch(columns.map(({ name }) => name).join(', '), names(other)));
  return { columns, run: (focus, context) => alternatives.flatMap((part) => part.run(focus, context)) };
}

/** Rows that one resource may become: lists side by side multiply. */
const maximumRows = 100_000;

/** Every combination of the parts' rows. */
function product(parts: readonly Part[]): Part {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  return {
    columns: parts.flatMap(({ columns }) => columns),
    run: (focus, context) =>
      parts.reduce<readonly Values[]>(
        (rows, part) => {
          if (rows.length === 0) return rows;
          const added = part.run(focus, context);
          if (rows.length * added.length > maximumRows) throw new FactsError(factsText.tooManyRows(maximumRows));
          return rows.flatMap((row) => added.map((values) => ({ ...row, ...values })));
        },
        [{}],
      ),
  };
}

function cell(column: ViewColumn, found: readonly Focus[]): unknown {
  if (column.collection === true) return found.map(({ value }) => value);
  if (found.length > 1) throw new FactsError(factsText.notOneValue(column.name, found.length));
  return found[0]?.value ?? null;
}

function passes(found: readonly Focus[]): boolean {
  if (found.length === 0) return false;
  const [only] = found;
  if (found.length > 1 || typeof only?.value !== 'boolean') throw new FactsError(factsText.filterNotBoolean);
  return only.value;
}

function constantValue(constant: ViewConstant): TypedValue {
  const entry = Object.entries(constant).find(([name]) => /^value[A-Z]/.test(name));
  if (typeof constant.name !== 'string' || !entry) throw new FactsError(factsText.constantWithoutValue(String(constant.name)));
  const type = entry[0].slice('value'.length);
  const primitive = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  return { type: primitive, value: entry[1] };
}

function checkNames(columns: readonly ViewColumn[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) throw new FactsError(factsText.badColumnName(String(name)));
    if (seen.has(name)) throw new FactsError(factsText.columnTwice(name));
    seen.add(name);
  }
}

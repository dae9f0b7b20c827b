import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FactCatalogue, FactColumn, FactShape, FactSource } from '../cql/catalogue.js';
import { packageRoot } from '../root.js';
import type { ViewColumn, ViewDefinition, ViewSelect } from './view-definition.js';

/** The fact views of `profiles/views`, by file name. */
export function factViews(): readonly ViewDefinition[] {
  return guideViews().filter(({ name = '' }) => name.startsWith('fact_'));
}

/** Every view of `profiles/views`, by file name: those that fact tables are made of, and those for analysts. */
export function guideViews(): readonly ViewDefinition[] {
  const folder = join(packageRoot, 'profiles', 'views');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ViewDefinition);
}

/** A fact table with the views that fill it: one row a resource from `view`, one list column from each of `lists`. */
export interface FactTableViews extends FactSource {
  readonly view: ViewDefinition;
  readonly lists: ReadonlyArray<{ readonly column: FactColumn; readonly view: ViewDefinition }>;
}

// The element that a retrieve by code filters on, as the FHIR model info declares it (`primaryCodePath`).
const retrieveElements: Readonly<Record<string, string>> = {
  Observation: 'code',
  Encounter: 'type',
  EpisodeOfCare: 'type',
  Immunization: 'vaccineCode',
  Condition: 'code',
  Procedure: 'code',
  MedicationRequest: 'medication.ofType(CodeableConcept)',
  MedicationDispense: 'medication.ofType(CodeableConcept)',
  MedicationStatement: 'medication.ofType(CodeableConcept)',
  Coverage: 'type',
};

/** Columns of a view that the store keeps anyway. */
const keyColumns: ReadonlySet<string> = new Set(['resource_id', 'patient_id']);

/** Fact tables by resource type: a view without `forEach` is the table of its type; one with `forEach` is a list column of that table, named after the element. */
export function factTables(views: readonly ViewDefinition[]): readonly FactTableViews[] {
  return views
    .filter((view) => forEachOf(view) === undefined)
    .map((view) => {
      const lists = views
        .filter((other) => other.resource === view.resource && forEachOf(other) !== undefined)
        .map((other) => ({ column: listColumn(other), view: other }));
      const columns = [...columnsOf(view).map(factColumn), ...lists.map(({ column }) => column)];
      const retrieve = columns.find(({ path }) => path === retrieveElements[view.resource])?.name;
      return {
        resource: view.resource,
        table: view.name ?? '',
        ...(retrieve === undefined ? {} : { retrieve }),
        columns,
        view,
        lists,
      };
    });
}

export function factCatalogue(tables: readonly FactSource[]): FactCatalogue {
  const byResource = new Map(tables.map((table) => [table.resource, table]));
  return { source: (resourceType) => byResource.get(resourceType) };
}

function listColumn(view: ViewDefinition): FactColumn {
  const select = view.select.find(({ forEach }) => forEach !== undefined);
  return nestedColumn(select ?? {}, columnsOf(view));
}

/** A `forEach` with what it selects of each item: columns, and lists within the item. */
function nestedColumn(select: ViewSelect, columns: readonly ViewColumn[]): FactColumn {
  const path = select.forEach ?? '';
  const lists = (select.select ?? []).filter(({ forEach }) => forEach !== undefined);
  const elements = [...columns.map(factColumn), ...lists.map((list) => nestedColumn(list, list.column ?? []))];
  return { name: snakeCase(path.replaceAll('.', '_')), path, shape: 'list', elements };
}

function columnsOf(view: ViewDefinition): readonly ViewColumn[] {
  return view.select.flatMap((select) => select.column ?? []).filter(({ name }) => !keyColumns.has(name));
}

function forEachOf(view: ViewDefinition): string | undefined {
  return view.select.find((select: ViewSelect) => select.forEach !== undefined)?.forEach;
}

function factColumn(column: ViewColumn): FactColumn {
  const { name, path } = column;
  const shape = shapes[column.type ?? 'string'] ?? 'string';
  return column.collection === true
    ? { name, path, shape: 'list', elements: [{ name: 'item', path: '$this', shape }] }
    : { name, path, shape };
}

const shapes: Readonly<Record<string, FactShape>> = {
  boolean: 'boolean',
  integer: 'integer',
  positiveInt: 'integer',
  unsignedInt: 'integer',
  decimal: 'decimal',
  date: 'date',
  dateTime: 'dateTime',
  instant: 'dateTime',
  Quantity: 'quantity',
  Age: 'quantity',
  Coding: 'concept',
  CodeableConcept: 'concept',
  Period: 'period',
};

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

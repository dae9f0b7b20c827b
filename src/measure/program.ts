import type { Measure, MeasureGroup } from '@medplum/fhirtypes';
import type { MeasureProgram, PopulationCode } from '../cql/program.js';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import { measureText } from './text.js';

const populationCodes: ReadonlySet<string> = new Set<PopulationCode>([
  'initial-population',
  'denominator',
  'denominator-exclusion',
  'denominator-exception',
  'numerator',
  'numerator-exclusion',
]);

const cqlLanguages: ReadonlySet<string | undefined> = new Set(['text/cql-identifier', 'text/cql.identifier', 'text/cql']);

/** What a Measure asks of its CQL. Fails with an issue for everything in the Measure that Lontar can't evaluate: another scoring, an unknown population, a missing library. */
export function measureProgram(measure: Measure): Result<MeasureProgram> {
  const issues: Issue[] = [];
  const scoring = measure.scoring?.coding?.[0]?.code;
  if (scoring !== 'proportion') {
    issues.push(issue('not-supported', 'measure-scoring', measureText.scoring(scoring ?? ''), { expression: 'Measure.scoring' }));
  }
  const library = measure.library?.[0];
  if (library === undefined || measure.library?.length !== 1) {
    issues.push(issue('required', 'measure-library', measureText.library, { expression: 'Measure.library' }));
  }
  const groups = (measure.group ?? []).map((group, index) => programGroup(group, index, issues));
  if (groups.length === 0) issues.push(issue('required', 'measure-group', measureText.noGroup, { expression: 'Measure.group' }));
  if (issues.length > 0 || library === undefined) return { ok: false, issues };
  return { ok: true, value: { measure: canonicalOf(measure), library, groups } };
}

/** `url|version`, the name under which a report points to its measure. */
export function canonicalOf(measure: Measure): string {
  const url = measure.url ?? `Measure/${measure.id ?? ''}`;
  return measure.version === undefined ? url : `${url}|${measure.version}`;
}

export function groupCode(group: MeasureGroup, index: number): string {
  return group.code?.coding?.[0]?.code ?? group.id ?? `group-${index + 1}`;
}

function programGroup(group: MeasureGroup, index: number, issues: Issue[]): MeasureProgram['groups'][number] {
  const populations: Array<{ code: PopulationCode; expression: string }> = [];
  (group.population ?? []).forEach((population, position) => {
    const path = `Measure.group[${index}].population[${position}]`;
    const code = population.code?.coding?.[0]?.code ?? '';
    const { language, expression } = population.criteria ?? {};
    if (!isPopulationCode(code))
      issues.push(issue('not-supported', 'measure-population', measureText.population(code), { expression: `${path}.code` }));
    else if (populations.some((found) => found.code === code)) {
      issues.push(issue('duplicate', 'measure-population', measureText.populationTwice(code), { expression: `${path}.code` }));
    } else if (expression === undefined || !cqlLanguages.has(language)) {
      issues.push(issue('not-supported', 'measure-criteria', measureText.criteria, { expression: `${path}.criteria` }));
    } else populations.push({ code, expression: definitionName(expression) });
  });
  for (const code of ['initial-population', 'numerator'] as const) {
    if (!populations.some((found) => found.code === code)) {
      issues.push(
        issue('required', 'measure-population', measureText.populationMissing(code), { expression: `Measure.group[${index}].population` }),
      );
    }
  }
  return { code: groupCode(group, index), populations };
}

/** `text/cql` writes the name as CQL does, in double quotes. */
function definitionName(expression: string): string {
  return /^".*"$/s.test(expression) ? expression.slice(1, -1) : expression;
}

function isPopulationCode(code: string): code is PopulationCode {
  return populationCodes.has(code);
}

import type { Extension, List, MeasureReport, Parameters, Reference } from '@medplum/fhirtypes';
import { type Areas, areaSystem } from '../../definitions/areas.js';
import type { Evaluation } from '../evaluate.js';
import { supplementalObservations } from '../supplemental.js';
import { measureText } from '../text.js';
import { reportGroup } from './report-group.js';
import { villagePartSystem } from './report-strata.js';
import { shownGroups } from './shown.js';

export type ReportType = 'subject' | 'subject-list' | 'population';

/** Extensions of ours on a MeasureReport: what an auditor needs to compute it again. */
export const engineUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-engine';
export const watermarkUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-watermark';
export const definitionUrl = 'https://lontar.id/fhir/StructureDefinition/measure-report-definition';
/** Extension of the CQF Measures guide: the contained Parameters that the CQL was given. */
const inputParametersUrl = 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-inputParameters';

const fhirType = { subject: 'individual', 'subject-list': 'subject-list', population: 'summary' } as const;
const inputParametersId = 'parameters';

/**
 * The evaluation as an R4 MeasureReport. Scores are percentages (`%`) with two decimals; a score without a denominator is absent with the reason `not-applicable`.
 * Reports on many persons are stratified by area of residence. `evaluated` are the resources behind an individual report. What tells of fewer than `smallCells`
 * persons is masked, as `shownGroups` says.
 */
export function measureReport(
  evaluation: Evaluation,
  type: ReportType,
  areas: Pick<Areas, 'find'>,
  evaluated: readonly Reference[] = [],
  smallCells = 0,
): MeasureReport {
  const { measure, period, subject, watermark, parameters } = evaluation;
  const lists: List[] = [];
  const shown = shownGroups(evaluation, smallCells);
  const group = evaluation.groups.map((result, index) =>
    reportGroup(evaluation, index, result, { type, areas, lists, shown: shown[index] ?? { total: false, strata: [], tables: [] } }),
  );
  const supplemental = smallCells > 0 ? [] : supplementalObservations(evaluation);
  const given: readonly Parameters[] = parameters ? [{ ...parameters, id: inputParametersId }] : [];
  const contained = [...given, ...lists, ...supplemental];
  const behind = [...evaluated, ...supplemental.map(({ id }) => ({ reference: `#${id}` }))];
  return {
    resourceType: 'MeasureReport',
    ...(contained.length > 0 ? { contained } : {}),
    extension: [
      engineExtension(evaluation),
      { url: watermarkUrl, valueInstant: watermark },
      definitionExtension(evaluation),
      ...(parameters ? [{ url: inputParametersUrl, valueReference: { reference: `#${inputParametersId}` } }] : []),
    ],
    status: 'complete',
    type: fhirType[type],
    measure: evaluation.program.measure,
    ...subjectReference(subject),
    date: watermark,
    ...reporterOf(subject),
    period: { start: period.start, end: period.end },
    ...(measure.improvementNotation ? { improvementNotation: measure.improvementNotation } : {}),
    group,
    ...(behind.length > 0 ? { evaluatedResource: behind } : {}),
  };
}

function subjectReference(subject: Evaluation['subject']): Pick<MeasureReport, 'subject' | 'reporter'> {
  switch (subject.kind) {
    case 'person':
      return { subject: { reference: subject.reference } };
    case 'persons':
      // R4 lets no Organization be the subject of a report: it is the reporter.
      return subject.reference.startsWith('Organization/')
        ? { reporter: { reference: subject.reference } }
        : { subject: { reference: subject.reference } };
    case 'area': {
      const { area, part, reference } = subject;
      const identifier = part
        ? { system: villagePartSystem, value: [area.code, part.rw, part.rt].filter((code) => code !== undefined).join('/') }
        : { system: areaSystem, value: area.code };
      const display = [part?.rt === undefined ? '' : `RT ${part.rt}`, part === undefined ? '' : `RW ${part.rw}`, area.name];
      return {
        subject: {
          ...(reference === undefined ? {} : { reference }),
          type: 'Location',
          identifier,
          display: display.filter((text) => text !== '').join(', '),
        },
      };
    }
    case 'all':
      return subject.isNation === true
        ? { subject: { type: 'Location', identifier: { system: 'urn:iso:std:iso:3166', value: 'ID' }, display: measureText.nation.id } }
        : {};
    case 'organization':
      return subject.patients ? { subject: { reference: subject.patients.practitioner } } : {};
  }
}

/** Whose people are counted, where R4 lets it be no subject: an Organization; of the people of an area, the practitioner. */
function reporterOf(subject: Evaluation['subject']): Pick<MeasureReport, 'reporter'> {
  if (subject.kind === 'organization') return { reporter: { reference: subject.reference, display: subject.name } };
  return subject.kind === 'area' && subject.patients ? { reporter: { reference: subject.patients.practitioner } } : {};
}

function engineExtension(evaluation: Evaluation): Extension {
  const { evaluator, reasons } = evaluation.engine;
  return {
    url: engineUrl,
    extension: [{ url: 'kind', valueCode: evaluator.kind }, ...reasons.map((reason) => ({ url: 'reason', valueString: reason.text.en }))],
  };
}

function definitionExtension({ definition }: Evaluation): Extension {
  return {
    url: definitionUrl,
    extension: [
      ...definition.libraries.map(({ library }) => ({ url: 'library', valueCanonical: library })),
      { url: 'measureHash', valueString: `sha256:${definition.measureHash}` },
      ...definition.libraries.flatMap(({ hash }) => (hash === undefined ? [] : [{ url: 'libraryHash', valueString: `sha256:${hash}` }])),
    ],
  };
}

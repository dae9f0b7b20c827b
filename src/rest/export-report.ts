import type { MeasureReport } from '@medplum/fhirtypes';
import { type ReportFormatName, reportFileName, reportFormats } from '../measure/export/formats.js';
import { reportTable } from '../measure/export/report-table.js';
import { findMeasure } from '../measure/find-measure.js';
import { evaluateMeasureOperation } from '../measure/operations/operation.js';
import { runOf } from './evaluate-measure.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { ownForm } from './own-form.js';
import { operationParameters } from './parameters.js';
import { readStored } from './read.js';
import type { Services } from './services.js';

/** `MeasureReport/[id]/$export`: a stored report as a file. */
export async function exportReport(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const format = ownForm(request, reportFormats, 'csv');
  const report = (await readStored(request, services)) as unknown as MeasureReport;
  return file(report, format, request, services);
}

/** `Measure/$export` and `Measure/[id]/$export`: evaluates as `$evaluate-measure` does, with its parameters, and answers with a file. */
export async function exportMeasure(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const format = ownForm(request, reportFormats, 'csv');
  const report = await evaluateMeasureOperation(
    services.measures,
    request.context.scope,
    operationParameters(request).filter(({ name }) => name !== '_format'),
    request.id,
    runOf(request),
  );
  return file(report, format, request, services);
}

async function file(report: MeasureReport, format: ReportFormatName, request: FhirRequest, services: Services): Promise<FhirResponse> {
  const measure = await findMeasure(services.measures, request.context.scope, report.measure ?? '');
  const table = reportTable(report, measure);
  const { mediaType, write } = reportFormats[format];
  return {
    status: 200,
    headers: { 'content-disposition': `attachment; filename="${reportFileName(table, format)}"` },
    contentType: mediaType,
    content: Buffer.from(await write(table, services.registry)),
  };
}

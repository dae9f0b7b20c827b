import type { Operation } from './operations.js';
import { viewRun } from './view-run.js';

const run = {
  definition: 'http://sql-on-fhir.org/OperationDefinition/$viewdefinition-run',
  // No type of R4: its routes are there all the same, as clients of later releases know them.
  resourceTypes: ['ViewDefinition'],
  methods: ['GET', 'POST'],
  takesBundles: true,
  ownForms: true,
  handler: viewRun,
} as const;

/** Running views. R4 knows no ViewDefinition, so the guide has its servers answer at the root; the addresses at the type are those of its later releases. */
export const viewOperations: readonly Operation[] = [
  { ...run, name: 'viewdefinition-run', levels: ['system', 'type', 'instance'] },
  { ...run, name: 'run', levels: ['type', 'instance'] },
];

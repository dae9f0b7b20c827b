import type { Parameters } from '@medplum/fhirtypes';
import { type Issue, issue, type Result } from '../../fhir/outcome.js';
import { isBelow } from '../code-source.js';
import type { TerminologyParts } from '../create.js';
import { text } from '../text.js';
import type { Inputs } from './inputs.js';

type Outcome = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed';

/** `CodeSystem/$subsumes`: how code A stands to code B. Fails for a system or code that isn't on board. Source: R4 CodeSystem-operation-subsumes. */
export function subsumes(terminology: TerminologyParts, inputs: Inputs): Result<Parameters> {
  const codingA = inputs.coding('codingA');
  const codingB = inputs.coding('codingB');
  const codeA = inputs.text('codeA') ?? codingA?.code;
  const codeB = inputs.text('codeB') ?? codingB?.code;
  const system = inputs.text('system') ?? inputs.text('url') ?? codingA?.system ?? codingB?.system;
  if (codeA === undefined || codeB === undefined || system === undefined) {
    const missing = codeA === undefined ? 'codeA' : codeB === undefined ? 'codeB' : 'system';
    return failure(issue('required', 'subsumes-input', text.missing(missing)));
  }
  if ([codingA?.system, codingB?.system].some((other) => other !== undefined && other !== system)) {
    return failure(issue('invalid', 'subsumes-systems', text.differentSystems));
  }
  const source = terminology.context.source(system, inputs.text('version'));
  if (!source) return failure(issue('not-found', 'unknown-system', text.unknownSystem(system)));
  const a = source.find(codeA)?.code;
  const b = source.find(codeB)?.code;
  if (a === undefined || b === undefined) {
    return failure(issue('not-found', 'unknown-code', text.unknownCode(a === undefined ? codeA : codeB, system)));
  }
  const outcome: Outcome =
    a === b ? 'equivalent' : isBelow(source, b, a) ? 'subsumes' : isBelow(source, a, b) ? 'subsumed-by' : 'not-subsumed';
  return { ok: true, value: { resourceType: 'Parameters', parameter: [{ name: 'outcome', valueCode: outcome }] } };
}

function failure(found: Issue): Result<Parameters> {
  return { ok: false, issues: [found] };
}

import { type Issue, isFailure, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { type FhirResource, isResource } from '../fhir/resource.js';
import type { ValidateOptions } from '../validation/validator.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/**
 * Every finding about a resource that is to be written. With VALIDATION=enforce errors among them are thrown with 422;
 * with `warn` they are returned, to be reported beside the stored resource, but for those that the address always refuses.
 */
export function judge(resource: FhirResource, services: Services, options: ValidateOptions = {}): readonly Issue[] {
  const issues = findings(resource, services, options);
  if (refuses(issues, services)) throw new OperationOutcomeError(422, issues);
  return issues;
}

/** Whether findings keep a resource from being stored: errors, unless VALIDATION=warn lets them pass; what the address always refuses, at any rate. */
export function refuses(issues: readonly Issue[], { config, convention }: Pick<Services, 'config' | 'convention'>): boolean {
  return issues.some((found) => isFailure(found) && (config.validation === 'enforce' || convention.alwaysRefuses(found)));
}

/** What validation says of a resource that is to be written, counted. */
export function findings(resource: FhirResource, services: Services, options: ValidateOptions = {}): readonly Issue[] {
  const asked = { now: services.clock(), ...services.convention.validation, ...options };
  const issues = services.convention.judged(resource, services.validator.validate(resource, asked));
  for (const { severity } of issues) services.metrics.findings.inc({ severity });
  return issues;
}

/** The body as a resource of `type`; refused with 400 where it is none. */
export function resourceOf(body: unknown, type: string): FhirResource {
  if (!isResource(body)) throw new OperationOutcomeError(400, [issue('structure', 'http-not-a-resource', restText.notResource)]);
  if (body.resourceType !== type) {
    const text = restText.typeMismatch(type);
    throw new OperationOutcomeError(400, [issue('invalid', 'http-type-mismatch', text, { expression: 'resourceType' })]);
  }
  return body;
}

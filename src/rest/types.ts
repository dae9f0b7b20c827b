import { nearestNames } from '../fhir/nearest.js';
import { type Issue, issue } from '../fhir/outcome.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** A resource type that R4 lacks, with the nearest that it has. */
export function unknownTypeIssue(type: string, services: Services): Issue {
  return issue('not-supported', 'http-unknown-type', restText.unknownType(nearestNames(type, services.registry.resourceTypes)[0]));
}

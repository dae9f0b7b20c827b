import { type Issue, issue } from '../fhir/outcome.js';
import { nearest } from './nearest.js';
import type { Services } from './services.js';
import { restText } from './text.js';

/** A resource type that R4 lacks, with the nearest that it has. */
export function unknownTypeIssue(type: string, services: Services): Issue {
  return issue('not-supported', 'http-unknown-type', restText.unknownType(nearest(type, services.registry.resourceTypes)));
}

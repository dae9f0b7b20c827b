import type { Config } from '../config.js';
import type { Issue } from '../fhir/outcome.js';
import { isPlatformIssue } from '../validation/rules/platform.js';
import type { ValidateOptions } from '../validation/validator.js';
import type { Failure } from './failure.js';
import type { Interaction } from './interactions.js';
import type { FhirRequest, FhirResponse } from './message.js';
import type { Services } from './services.js';

/** What an answer is about, as far as the address says. */
export interface Target {
  readonly type?: string;
  readonly id?: string;
}

/**
 * What differs between the addresses that FHIR is served at: R4's own way, and the way that clients of the national platform know. Chosen once, as
 * the routes are mounted.
 */
export interface Convention {
  readonly kind: 'fhir' | 'satusehat';
  /** How validation is to judge here. */
  readonly validation?: ValidateOptions;
  /** What validation found of a resource, weighed and worded for this address. */
  judged(resource: unknown, issues: readonly Issue[]): readonly Issue[];
  /** Whether a finding refuses the resource even where VALIDATION=warn lets what is invalid pass. */
  alwaysRefuses(found: Issue): boolean;
  /** What is wrong with the entries of a transaction beyond R4's rules. */
  transactionIssues(entries: readonly unknown[]): readonly Issue[];
  /** What a refused transaction is told about the entries that aren't at fault themselves; `issues` come first. */
  refusedTransaction(entries: readonly unknown[], issues: readonly Issue[]): readonly Issue[];
  /** What is wrong with a patch beyond R4's rules. */
  patchIssues(type: string, patch: unknown): readonly Issue[];
  /** Whether a resource that was never here is kept by another server, as its id tells. */
  readonly livesElsewhere?: (type: string, id: string) => boolean;
  /** A failure as it is told here. */
  failure(failure: Failure, target: Target): Failure;
  /** Carries out a request of its own or an entry of a batch. */
  answer(interaction: Interaction, request: FhirRequest, services: Services): Promise<FhirResponse>;
  /** Carries out a request of its own, whose reply may have a form that no entry of a Bundle can have. */
  direct(interaction: Interaction, request: FhirRequest, services: Services): Promise<FhirResponse>;
}

/** R4 as it stands. The platform's numbered rules weigh what the setting PLATFORM_RULES says: they warn, refuse or are silent. */
export function fhirConvention(platformRules: Config['platformRules']): Convention {
  const weigh: Readonly<Record<Config['platformRules'], Convention['judged']>> = {
    warn: (_resource, issues) => issues,
    enforce: (_resource, issues) => issues.map((found) => (isPlatformIssue(found) ? { ...found, severity: 'error' } : found)),
    off: (_resource, issues) => issues.filter((found) => !isPlatformIssue(found)),
  };
  return {
    kind: 'fhir',
    judged: weigh[platformRules],
    alwaysRefuses: () => false,
    transactionIssues: () => [],
    refusedTransaction: (_entries, issues) => issues,
    patchIssues: () => [],
    failure: (failure) => failure,
    answer: (interaction, request, services) => interaction.handler(request, services),
    direct: (interaction, request, services) => interaction.handler(request, services),
  };
}

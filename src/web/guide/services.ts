import type { Libraries } from '../../cql/libraries.js';
import type { Registry } from '../../definitions/registry.js';
import type { Terminology } from '../../terminology/terminology.js';
import type { BusinessRule } from '../../validation/rules/business.js';
import type { PlatformRule } from '../../validation/rules/platform.js';

/** What the guide is rendered from: the same definitions, terminology, libraries and rules that the server enforces and computes with. */
export interface GuideServices {
  readonly registry: Registry;
  readonly terminology: Pick<Terminology, 'lookup' | 'members'>;
  readonly libraries: Libraries;
  readonly platformRules: readonly PlatformRule[];
  readonly businessRules: readonly BusinessRule[];
  /** Folder that holds `profiles/`: examples, CQL and cases are shown as their files. */
  readonly root: string;
}

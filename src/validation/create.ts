import type { Registry } from '../definitions/registry.js';
import { type Issue, issue } from '../fhir/outcome.js';
import { isObject } from '../fhir/resource.js';
import { compileFhirPath } from '../fhirpath/compile.js';
import type { CompiledFhirPath } from '../fhirpath/fhirpath.js';
import type { Terminology } from '../terminology/terminology.js';
import { type BindingCheck, bindingCheck, codingCheck } from './binding.js';
import { compileDefinition } from './compile.js';
import { meetsQuietly } from './conformance.js';
import { type Context, enterScope, report, type Scope } from './context.js';
import { correctedExpressions } from './corrections.js';
import type { Engine, Profile, Slot } from './engine.js';
import { invariantOf } from './invariant.js';
import { generateProfile } from './profile.js';
import { checkResource } from './resource.js';
import { type BusinessRule, businessRules } from './rules/business.js';
import { text } from './text.js';
import type { ValidateOptions, Validator } from './validator.js';

export interface ValidatorParts {
  readonly registry: Registry;
  readonly terminology: Terminology;
  /** Rules of the national platform; none by default. */
  readonly rules?: readonly BusinessRule[];
  /** What an extension that isn't on board is worth; `warning` by default, for R4 asks receivers to bear them. Modifier extensions are always errors. */
  readonly unknownExtensions?: 'error' | 'warning';
}

/**
 * A validator over what is on board. Cheap to make: types and profiles are compiled when they are first met, and kept, as long as the registry's
 * generation lasts.
 */
export function createValidator(parts: ValidatorParts): Validator {
  let made = { generation: parts.registry.generation, engine: createEngine(parts) };
  return {
    validate(resource, options = {}) {
      if (made.generation !== parts.registry.generation) made = { generation: parts.registry.generation, engine: createEngine(parts) };
      const { engine } = made;
      const context = newContext(engine, options);
      if (!isObject(resource)) {
        report(context, 'error', 'structure', 'resource-type', text.notResource, '');
        return context.issues;
      }
      const type = resource['resourceType'];
      const path = typeof type === 'string' && engine.registry.isResourceType(type) ? type : '';
      enterScope(context, resource, path, 'root', undefined);
      try {
        checkResource(resource, path, context);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        report(context, 'error', 'too-costly', 'too-deep', text.tooDeep, path);
      }
      if (context.dropped > 0)
        context.issues.push(
          issue('informational', 'more-issues', text.moreIssues(context.dropped), { severity: 'information', expression: path }),
        );
      return distinct(context.issues);
    },
  };
}

/** Where a run stands before it enters its resource. */
const outside: Scope = { resource: {}, path: '', container: undefined, kind: 'root', fullUrl: undefined, fhirPath: {} };

function newContext(engine: Engine, options: ValidateOptions): Context {
  return {
    issues: [],
    depth: 0,
    tooDeep: false,
    dropped: 0,
    scope: outside,
    engine,
    options,
    scopes: new Map(),
    verdicts: new Map(),
    bundles: new Map(),
    positions: new Map(),
    anchors: new Map(),
  };
}

/** Base and profiles may find the same fault; it is told once. */
function distinct(issues: readonly Issue[]): readonly Issue[] {
  if (issues.length < 2) return issues;
  const seen = new Set<string>();
  return issues.filter((found) => {
    const key = `${found.severity}|${found.rule}|${found.expression}|${found.text.en}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function createEngine({ registry, terminology, rules = [], unknownExtensions = 'warning' }: ValidatorParts): Engine {
  const slots = new Map<string, Slot>();
  const profiles = new Map<string, Profile | undefined>();
  const bindings = new Map<string, BindingCheck>();
  const expressions = new Map<string, CompiledFhirPath | undefined>();
  const required = new Map<string, readonly string[]>();
  const engine: Engine = {
    registry,
    terminology,
    unknownExtensions,
    type,
    profile,
    requiredProfiles,
    binding,
    invariant: (constraint, focus) =>
      invariantOf(
        constraint,
        (type) => expression(correctedExpressions[constraint.expression ?? ''] ?? constraint.expression ?? '', type),
        focus,
      ),
    expression,
    checkCoding: codingCheck(terminology),
    checkBusinessRules: businessRules(rules, expression),
    memberOf,
    conformsTo: (value, canonical, context) => meetsQuietly(value, canonical, { path: undefined }, context, true),
  };
  return engine;

  function type(name: string): Slot {
    const known = slots.get(name);
    if (known) return known;
    const slot: Slot = {
      run(value, sibling, path, context) {
        slot.run = compileType(name);
        slot.run(value, sibling, path, context);
      },
    };
    slots.set(name, slot);
    return slot;
  }

  function compileType(name: string): Slot['run'] {
    const definition = registry.structureDefinition(name);
    const made = definition ? compileDefinition(definition, engine) : undefined;
    return made?.get(name) ?? doNothing;
  }

  function profile(canonical: string): Profile | undefined {
    if (profiles.has(canonical)) return profiles.get(canonical);
    const [url = '', part] = canonical.split('#');
    const definition = registry.structureDefinition(url);
    if (!definition || definition.type === undefined) {
      if (profiles.size < 10_000) profiles.set(canonical, undefined);
      return undefined;
    }
    const isBase = definition.derivation !== 'constraint';
    const made: Profile = {
      url: definition.url ?? canonical,
      version: definition.version,
      type: definition.type,
      definition,
      run(value, sibling, path, context) {
        // the base of a type is checked wherever it stands, so its own definition adds nothing
        const check =
          part !== undefined
            ? generateProfile(definition, engine, part)
            : isBase
              ? doNothing
              : compileDefinition(definition, engine).get(definition.url ?? '');
        made.run = check ?? unusable;
        made.run(value, sibling, path, context);
      },
    };
    profiles.set(canonical, made);
    return made;

    function unusable(_value: unknown, _sibling: unknown, path: string, context: Context): void {
      report(context, 'error', 'processing', 'unusable-profile', text.unusableProfile(canonical), path);
    }
  }

  function requiredProfiles(name: string): readonly string[] {
    const known = required.get(name);
    if (known) return known;
    const found = registry.requiredProfiles(name);
    required.set(name, found);
    return found;
  }

  function binding(valueSet: string, strength: string): BindingCheck {
    const key = `${strength} ${valueSet}`;
    const known = bindings.get(key);
    if (known) return known;
    const made = bindingCheck(valueSet, strength, terminology);
    bindings.set(key, made);
    return made;
  }

  function expression(source: string, focus?: string): CompiledFhirPath | undefined {
    const key = `${focus ?? ''}\n${source}`;
    if (expressions.has(key)) return expressions.get(key);
    const made = tryCompile(source, focus);
    expressions.set(key, made);
    return made;
  }

  function tryCompile(source: string, focus: string | undefined): CompiledFhirPath | undefined {
    try {
      return compileFhirPath(source, { registry, ...(focus === undefined ? {} : { type: focus }) });
    } catch {
      return undefined;
    }
  }

  function memberOf(value: unknown, valueSet: string): boolean | undefined {
    if (typeof value === 'string') return terminology.validateInValueSet(valueSet, { code: value }).valid;
    if (!isObject(value)) return undefined;
    const codings = Array.isArray(value['coding']) ? value['coding'] : value['code'] === undefined ? [] : [value];
    let open = false;
    for (const coding of codings) {
      if (!isObject(coding) || typeof coding['code'] !== 'string') continue;
      const system = typeof coding['system'] === 'string' ? coding['system'] : '';
      const { valid } = terminology.validateInValueSet(valueSet, { system, code: coding['code'] });
      if (valid === true) return true;
      if (valid === undefined) open = true;
    }
    return open ? undefined : false;
  }
}

function doNothing(): void {}

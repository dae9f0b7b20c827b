import { isObject, type JsonObject } from '../fhir/resource.js';
import type { CodeVerdict, Terminology } from '../terminology/terminology.js';
import { type Context, report } from './context.js';
import { text } from './text.js';

/** Judges the coded elements that are bound to one value set with one strength. */
export interface BindingCheck {
  readonly valueSet: string;
  readonly strength: string;
  /** For `code`, `uri` and `string` elements. */
  code(value: unknown, path: string, context: Context): void;
  coding(value: JsonObject, path: string, context: Context): void;
  concept(value: JsonObject, path: string, context: Context): void;
  /** Its unit, as a coding. */
  quantity(value: JsonObject, path: string, context: Context): void;
}

/** Source: R4 terminologies §4.1.5. `strength` is a binding strength, or `maximum` for a max value set. */
export function bindingCheck(valueSet: string, strength: string, terminology: Terminology): BindingCheck {
  const must = strength === 'required' || strength === 'maximum';
  const severity = must ? 'error' : strength === 'extensible' ? 'warning' : 'information';
  const membership = lazyMembership(valueSet, terminology);
  const name = valueSet.replace(/\|.*$/, '');
  const diagnostics = `${strength} binding to ${valueSet}`;
  return { valueSet, strength, code, coding, concept, quantity };

  function code(value: unknown, path: string, context: Context): void {
    if (typeof value !== 'string' || membership().codes?.has(value)) return;
    const verdict = terminology.validateInValueSet(valueSet, { code: value });
    if (verdict.valid !== false || (name === mimeTypes && mimeType.test(value))) return;
    report(context, severity, 'code-invalid', 'binding', text.codeNotInValueSet(value, name, verdict.suggestions), path, diagnostics);
  }

  function coding(value: JsonObject, path: string, context: Context): void {
    const verdict = verdictOf(value);
    if (verdict === true || verdict === undefined) return;
    if (typeof value['code'] !== 'string') {
      if (strength !== 'preferred') report(context, severity, 'code-invalid', 'binding', text.noCode(name), path, diagnostics);
    } else
      report(
        context,
        severity,
        'code-invalid',
        'binding',
        text.codeNotInValueSet(value['code'], name, verdict.suggestions),
        path,
        diagnostics,
      );
  }

  function concept(value: JsonObject, path: string, context: Context): void {
    const codings = value['coding'];
    if (!Array.isArray(codings) || codings.length === 0) {
      if (must) report(context, 'error', 'code-invalid', 'binding', text.noCode(name), path, diagnostics);
      return;
    }
    let suggestions: readonly string[] | undefined;
    for (const item of codings) {
      if (!isObject(item)) return;
      const verdict = verdictOf(item);
      if (verdict === true || verdict === undefined) return;
      suggestions ??= verdict.suggestions;
    }
    const only = codings.length === 1 && isObject(codings[0]) ? codings[0]['code'] : undefined;
    const said = typeof only === 'string' ? text.codeNotInValueSet(only, name, suggestions) : text.noCodeInValueSet(name, must);
    report(context, severity, 'code-invalid', 'binding', said, path, diagnostics);
  }

  function quantity(value: JsonObject, path: string, context: Context): void {
    if (value['code'] === undefined && !must) return;
    coding({ system: value['system'], code: value['code'] }, path, context);
  }

  /** True in the set; undefined where that can't be known here; else why not. */
  function verdictOf(value: JsonObject): true | undefined | CodeVerdict {
    const system = value['system'];
    const found = value['code'];
    const systems = membership().systems;
    if (typeof found !== 'string') return { valid: false };
    if (systems && typeof system === 'string' && systems.get(system)?.has(found)) return true;
    if (systems === undefined && system === undefined) return undefined;
    const verdict = terminology.validateInValueSet(valueSet, {
      ...(typeof system === 'string' ? { system } : { system: '' }),
      code: found,
    });
    return verdict.valid === undefined ? undefined : verdict.valid ? true : verdict;
  }
}

// R4 lets its own formats go by short names, and has parameters with blanks in its examples
const mimeTypes = 'http://hl7.org/fhir/ValueSet/mimetypes';
const mimeType = /^(?:xml|json|ttl|[\w.+-]+\/[\w.+-]+(?:\s*;.*)?)$/;

interface Membership {
  readonly codes: ReadonlySet<string> | undefined;
  readonly systems: ReadonlyMap<string, ReadonlySet<string>> | undefined;
}

function lazyMembership(valueSet: string, terminology: Terminology): () => Membership {
  let made: Membership | undefined;
  return () => {
    made ??= membershipOf(valueSet, terminology);
    return made;
  };
}

function membershipOf(valueSet: string, terminology: Terminology): Membership {
  const members = terminology.members(valueSet);
  if (!members) return { codes: undefined, systems: undefined };
  const codes = new Set<string>();
  const systems = new Map<string, Set<string>>();
  for (const concept of members.values()) {
    codes.add(concept.code);
    const known = systems.get(concept.system);
    if (known) known.add(concept.code);
    else systems.set(concept.system, new Set([concept.code]));
  }
  return { codes, systems };
}

/** Is each coding's code one of its system? Verdicts are kept, for the same few thousand codes come again and again. */
export type CodingCheck = (coding: JsonObject, path: string, context: Context) => void;

// A verdict is small; this many of them per system bounds what hostile input can make us keep.
const maxKept = 20_000;

export function codingCheck(terminology: Terminology): CodingCheck {
  const kept = new Map<string, Map<string, KnownCode>>();
  return (coding, path, context) => {
    const { system, code, display, version } = coding;
    if (typeof code !== 'string') return;
    if (typeof system !== 'string') {
      if (system === undefined) report(context, 'warning', 'code-invalid', 'coding-system', text.codingWithoutSystem, path);
      return;
    }
    const known = knownCode(system, code);
    const verdict =
      typeof version === 'string'
        ? terminology.validateInCodeSystem({ system, code, version, ...(typeof display === 'string' ? { display } : {}) })
        : typeof display === 'string'
          ? verdictOnDisplay(known, system, code, display)
          : known.verdict;
    if (verdict.valid === true && verdict.reason === undefined) return;
    complain(verdict, system, code, path, context);
  };

  function knownCode(system: string, code: string): KnownCode {
    let codes = kept.get(system);
    if (!codes) {
      if (kept.size > 2000) kept.clear();
      codes = new Map();
      kept.set(system, codes);
    }
    const known = codes.get(code);
    if (known) return known;
    if (codes.size > maxKept) codes.clear();
    const made: KnownCode = { verdict: terminology.validateInCodeSystem({ system, code }), displays: new Map() };
    codes.set(code, made);
    return made;
  }

  function verdictOnDisplay(known: KnownCode, system: string, code: string, display: string): CodeVerdict {
    // a code that isn't known has no display that could be wrong
    if (known.verdict.valid !== true || known.verdict.display === display) return known.verdict;
    const kept = known.displays.get(display);
    if (kept) return kept;
    const verdict = terminology.validateInCodeSystem({ system, code, display });
    if (known.displays.size < 50 && display.length < 500) known.displays.set(display, verdict);
    return verdict;
  }
}

interface KnownCode {
  readonly verdict: CodeVerdict;
  readonly displays: Map<string, CodeVerdict>;
}

// Systems that need a licence, or that no one lists, and the names set aside for examples: nothing is wrong with naming them.
const knownElsewhere: ReadonlySet<string> = new Set([
  'http://loinc.org',
  'http://snomed.info/sct',
  'http://www.nlm.nih.gov/research/umls/rxnorm',
  'http://hl7.org/fhir/sid/icd-10',
  'http://hl7.org/fhir/sid/icd-9-cm',
  'http://hl7.org/fhir/sid/cvx',
  'http://hl7.org/fhir/sid/ndc',
  'http://www.ama-assn.org/go/cpt',
  'http://www.whocc.no/atc',
  'urn:ietf:rfc:3986',
]);

function isKnownElsewhere(system: string): boolean {
  return (
    knownElsewhere.has(system) ||
    system.startsWith('urn:oid:') ||
    /^https?:\/\/(?:[\w-]+\.)*(?:example\.(?:org|com)|acme\.(?:com|org))(?:\/|$)/.test(system)
  );
}

/** National person identifiers go by NN and a country: https://terminology.hl7.org/CodeSystem-v2-0203 lists a few and means all. */
const nationalNumber = /^NN[A-Z]{3}$/;

function complain(verdict: CodeVerdict, system: string, code: string, path: string, context: Context): void {
  const registry = context.engine.registry;
  if (verdict.valid !== true && registry.codeSystem(system)?.content === 'supplement') {
    report(context, 'error', 'code-invalid', 'coding-system', text.supplementAsSystem(system), `${path}.system`);
    return;
  }
  switch (verdict.reason) {
    case 'unknown-code':
      if (system === 'http://terminology.hl7.org/CodeSystem/v2-0203' && nationalNumber.test(code)) return;
      if (verdict.valid === false)
        report(
          context,
          'error',
          'code-invalid',
          'unknown-code',
          text.unknownCode(code, system, verdict.suggestions),
          `${path}.code`,
          `system ${system}`,
        );
      return;
    case 'wrong-display':
      report(
        context,
        'warning',
        'code-invalid',
        'coding-display',
        text.wrongDisplay(code, verdict.display),
        `${path}.display`,
        `system ${system}`,
      );
      return;
    case 'inactive':
      report(context, 'warning', 'business-rule', 'inactive-code', text.inactiveCode(code, system), `${path}.code`, `system ${system}`);
      return;
    case 'unknown-system':
      if (registry.valueSet(system))
        report(context, 'error', 'code-invalid', 'coding-system', text.valueSetAsSystem(system), `${path}.system`);
      else if (!isKnownElsewhere(system))
        report(context, 'warning', 'not-found', 'unknown-system', text.unknownSystem(system.slice(0, 300)), `${path}.system`);
      return;
    default:
  }
}

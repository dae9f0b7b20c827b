import type { JsonObject } from '../fhir/resource.js';
import type { TypedValue } from '../fhirpath/fhirpath.js';
import { repeatedHash, tokenHash } from './hash.js';
import { normalizeText } from './normalize.js';
import type { CompositePath, SimpleKind, StoredPath, TypePlan } from './plan.js';
import { tokenKeys } from './token-keys.js';
import {
  type Bounds,
  dateValues,
  type QuantityValue,
  quantityValues,
  type ReferenceValue,
  referenceIdentifiers,
  referenceValues,
  stringValues,
  tokenTexts,
  tokenValues,
  uriValues,
} from './values.js';

/** What searches see of one resource: the content of its row and of the narrow tables. `parameter` is `StoredPath.hash`. */
export interface SearchValues {
  /** 64-bit hashes, distinct, as decimal text. */
  readonly tokens: readonly string[];
  /** Parameters that have any value, for `:missing`. */
  readonly present: readonly number[];
  readonly mainDate?: Bounds;
  /** Id of the first patient in whose compartment the resource lies; a Patient's own. */
  readonly patient?: string;
  readonly strings: ReadonlyArray<{ readonly parameter: number; readonly value: string; readonly exact: string }>;
  readonly dates: ReadonlyArray<{ readonly parameter: number } & Bounds>;
  readonly quantities: ReadonlyArray<{ readonly parameter: number } & QuantityValue>;
  readonly references: ReadonlyArray<{ readonly parameter: number } & ReferenceValue>;
  readonly composites: ReadonlyArray<{
    readonly parameter: number;
    readonly tokens: readonly string[];
    readonly parts: readonly CompositePart[];
  }>;
  /** Texts and URIs behind tokens. */
  readonly dictionary: ReadonlyArray<{
    readonly parameter: number;
    readonly kind: 'text' | 'uri';
    readonly value: string;
    readonly token: string;
  }>;
}

/** Ranges of one component of a composite element: dates, or quantities as written and in the canonical unit. */
export type CompositePart = ReadonlyArray<Bounds & { readonly unit?: string; readonly unit_low?: number; readonly unit_high?: number }>;

export interface ExtractOptions {
  /** Addresses of this server, without a slash at the end. */
  readonly ownBases: readonly string[];
  /** Zone of dates that carry none, in minutes east of UTC. */
  readonly zoneMinutes: number;
}

interface Collector {
  readonly options: ExtractOptions;
  readonly tokens: Set<string>;
  readonly present: number[];
  readonly strings: Array<{ parameter: number; value: string; exact: string }>;
  readonly dates: Array<{ parameter: number } & Bounds>;
  readonly quantities: Array<{ parameter: number } & QuantityValue>;
  readonly references: Array<{ parameter: number } & ReferenceValue>;
  readonly composites: Array<{ parameter: number; tokens: readonly string[]; parts: readonly CompositePart[] }>;
  readonly dictionary: Array<{ parameter: number; kind: 'text' | 'uri'; value: string; token: string }>;
  mainDate?: Bounds;
}

/** Search values of a resource, references in which are final. Values that a malformed resource holds in the wrong shape are left out. */
export function extractSearchValues(plan: TypePlan, resource: JsonObject, id: string, options: ExtractOptions): SearchValues {
  const into: Collector = {
    options,
    tokens: new Set(),
    present: [],
    strings: [],
    dates: [],
    quantities: [],
    references: [],
    composites: [],
    dictionary: [],
  };
  for (const stored of plan.stored) {
    if (!mayFind(stored.path.rootKeys, resource)) continue;
    const found = stored.path.evaluate(resource);
    if (found.length > 0 && collect[stored.kind](stored, found, into)) into.present.push(stored.hash);
  }
  for (const composite of plan.composites) {
    if (mayFind(composite.focus.rootKeys, resource)) collectComposite(composite, resource, into);
  }
  const patient = plan.type === 'Patient' ? id : patientOf(plan, resource, options);
  const { tokens, mainDate, present, strings, dates, quantities, references, composites, dictionary } = into;
  return {
    tokens: [...tokens],
    present,
    strings,
    dates,
    quantities,
    references,
    composites,
    dictionary,
    ...(mainDate === undefined ? {} : { mainDate }),
    ...(patient === undefined ? {} : { patient }),
  };
}

function mayFind(rootKeys: readonly string[] | undefined, resource: JsonObject): boolean {
  return rootKeys === undefined || rootKeys.some((key) => resource[key] !== undefined);
}

/** The patient in whose compartment a resource lies, if any: also without the rest of its values. */
export function patientOf(plan: TypePlan, resource: JsonObject, options: ExtractOptions): string | undefined {
  for (const path of plan.patientPaths) {
    if (!mayFind(path.rootKeys, resource)) continue;
    for (const found of path.evaluate(resource)) {
      const target = referenceValues(found, options.ownBases)[0];
      if (target?.isLocal === true && target.type === 'Patient') return target.target.slice('Patient/'.length);
    }
  }
  return undefined;
}

type Collect = (stored: StoredPath, found: readonly TypedValue[], into: Collector) => boolean;

const collect: Readonly<Record<SimpleKind, Collect>> = {
  token(stored, found, into) {
    const before = into.tokens.size;
    for (const value of found) {
      const hashKey = value.type === 'Identifier' || value.type === 'ContactPoint' ? tokenHash : repeatedHash;
      for (const token of tokenValues(value)) {
        for (const key of tokenKeys.stored(stored.hash, token)) into.tokens.add(hashKey(key));
      }
      for (const text of tokenTexts(value)) {
        const normal = normalizeText(text);
        if (normal === '') continue;
        const token = repeatedHash(tokenKeys.text(stored.hash, normal));
        into.tokens.add(token);
        into.dictionary.push({ parameter: stored.hash, kind: 'text', value: normal, token });
      }
    }
    return into.tokens.size > before;
  },
  uri(stored, found, into) {
    const before = into.tokens.size;
    for (const uri of found.flatMap(uriValues)) {
      const token = repeatedHash(tokenKeys.uri(stored.hash, uri));
      into.tokens.add(token);
      into.dictionary.push({ parameter: stored.hash, kind: 'uri', value: uri, token });
    }
    return into.tokens.size > before;
  },
  string(stored, found, into) {
    const values = new Set(found.flatMap(stringValues));
    for (const exact of values) into.strings.push({ parameter: stored.hash, value: normalizeText(exact) || exact, exact });
    return values.size > 0;
  },
  date(stored, found, into) {
    const ranges = found.flatMap((value) => dateValues(value, into.options.zoneMinutes));
    if (stored.isMainDate) {
      if (ranges[0] !== undefined) into.mainDate = ranges[0];
    } else for (const range of ranges) into.dates.push({ parameter: stored.hash, ...range });
    return ranges.length > 0;
  },
  number: collectQuantities,
  quantity: collectQuantities,
  reference(stored, found, into) {
    const targets = new Map<string, ReferenceValue>();
    let any = false;
    for (const value of found) {
      for (const target of referenceValues(value, into.options.ownBases)) targets.set(target.target, target);
      for (const identifier of referenceIdentifiers(value)) {
        any = true;
        for (const key of tokenKeys.identifier(stored.hash, identifier)) into.tokens.add(tokenHash(key));
      }
    }
    for (const target of targets.values()) {
      into.tokens.add(tokenHash(tokenKeys.reference(stored.hash, target.target)));
      into.references.push({ parameter: stored.hash, ...target });
    }
    for (const [type, hash] of stored.presentByType) {
      if ([...targets.values()].some((target) => target.type === type)) into.present.push(hash);
    }
    return any || targets.size > 0;
  },
};

function collectQuantities(stored: StoredPath, found: readonly TypedValue[], into: Collector): boolean {
  const quantities = found.flatMap(quantityValues);
  for (const quantity of quantities) into.quantities.push({ parameter: stored.hash, ...quantity });
  return quantities.length > 0;
}

function collectComposite(composite: CompositePath, resource: JsonObject, into: Collector): void {
  let any = false;
  for (const { value } of composite.focus.evaluate(resource)) {
    const element = value as JsonObject;
    const tokens = new Set<string>();
    const parts = composite.components.map(({ kind, paths }, index): CompositePart => {
      const found = paths.flatMap((path) => path.evaluate(path.text.startsWith('%resource') ? resource : element));
      const hash = tokenKeys.component(composite.hash, index);
      if (kind === 'token') {
        for (const token of found.flatMap(tokenValues)) for (const key of tokenKeys.stored(hash, token)) tokens.add(tokenHash(key));
      } else if (kind === 'reference') {
        for (const { target } of found.flatMap((one) => referenceValues(one, into.options.ownBases))) {
          tokens.add(tokenHash(tokenKeys.reference(hash, target)));
        }
      } else if (kind === 'uri') {
        for (const uri of found.flatMap(uriValues)) tokens.add(tokenHash(tokenKeys.uri(hash, uri)));
      } else if (kind === 'string') {
        for (const text of found.flatMap(stringValues)) tokens.add(tokenHash(tokenKeys.text(hash, normalizeText(text))));
      } else if (kind === 'date') {
        return found.flatMap((one) => dateValues(one, into.options.zoneMinutes));
      } else {
        return found.flatMap(quantityValues).map(({ low, high, canonical, system, code }) => ({
          low,
          high,
          ...(canonical === undefined
            ? { unit: `${system ?? ''}|${code ?? ''}` }
            : { unit: canonical.unit, unit_low: canonical.low, unit_high: canonical.high }),
        }));
      }
      return [];
    });
    if (tokens.size === 0) continue;
    any = true;
    into.composites.push({ parameter: composite.hash, tokens: [...tokens], parts });
  }
  if (any) into.present.push(composite.hash);
}

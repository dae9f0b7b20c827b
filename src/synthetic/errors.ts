import { addMonths, dateOf, dayOf } from './calendar.js';
import { systems } from './codes.js';
import type { Life } from './life.js';
import type { Random } from './random.js';
import type { Made } from './resource.js';
import type { World } from './world.js';

/**
 * A kind of mistake that clinics and their software make.
 * `validator`: the resource is refused, for an error of that rule. `warning`: it is taken, with a warning of that rule. `reference`: it is refused, for what it
 * points at isn't there. `duplicate`: it is taken, and says once more what another resource says. `history`: its own later version mends it. `dates`: it was issued long after it happened.
 */
export interface Mistake {
  readonly foundBy: 'validator' | 'warning' | 'reference' | 'duplicate' | 'history' | 'dates';
  /** Rule id of the issue that tells it, for the first two. */
  readonly rule?: string;
  readonly types: readonly string[];
  /** What arrives because of it; undefined where this resource can't carry the mistake. */
  make(resource: Made, random: Random, world: World): Spoilt | undefined;
}

interface Spoilt {
  /** Instead of the resource, in every version of it. */
  readonly instead?: (version: Made) => Made;
  /** Beside it: a wrong attempt, or the same once more. */
  readonly beside?: Made;
  /** A later version of what arrives beside it, or of the resource itself. */
  readonly later?: Made;
}

export const mistakes = {
  'missing-status': {
    foundBy: 'validator',
    rule: 'min-cardinality',
    types: ['Observation'],
    make: (resource, random) => ({ beside: without(again(resource, random), 'status') }),
  },
  'wrong-unit': {
    foundBy: 'validator',
    rule: 'pattern',
    types: ['Observation'],
    make(resource, random) {
      const quantity = quantityOf(resource);
      if (quantity?.code !== 'g/dL') return undefined;
      return {
        beside: { ...again(resource, random), valueQuantity: { ...quantity, value: quantity.value * 10, unit: 'g/L', code: 'g/L' } },
      };
    },
  },
  'unknown-label': {
    foundBy: 'validator',
    rule: 'enc-1',
    types: ['Encounter'],
    make(resource, random) {
      const identifiers = resource['identifier'] as readonly { readonly system: string; readonly value: string }[];
      if (!identifiers.some(({ system }) => system === systems.antenatalVisit)) return undefined;
      const copy = again(resource, random);
      const label = { system: systems.antenatalVisit, value: 'K9' };
      return { beside: { ...copy, identifier: [...own(identifiers, copy.id), label] } };
    },
  },
  'end-before-start': {
    foundBy: 'validator',
    rule: 'enc-4',
    types: ['Encounter'],
    make(resource, random) {
      const { start, end } = resource['period'] as { readonly start: string; readonly end: string };
      const copy = again(resource, random);
      const identifiers = resource['identifier'] as readonly { readonly system: string; readonly value: string }[];
      return { beside: { ...copy, identifier: own(identifiers, copy.id).slice(0, 1), period: { start: end, end: start } } };
    },
  },
  'future-date': {
    foundBy: 'validator',
    rule: 'immunization-future',
    types: ['Immunization'],
    make(resource, random, { until }) {
      if (resource['status'] !== 'completed') return undefined;
      const occurrenceDateTime = `${dateOf(addMonths(until, 120))}T02:00:00+00:00`;
      return { beside: { ...without(again(resource, random), 'expirationDate'), occurrenceDateTime } };
    },
  },
  'no-batch-number': {
    foundBy: 'validator',
    rule: 'imm-1',
    types: ['Immunization'],
    make: (resource, random) =>
      resource['status'] === 'completed' ? { beside: without(again(resource, random), 'lotNumber') } : undefined,
  },
  'unknown-person': {
    foundBy: 'reference',
    types: ['Observation'],
    make: (resource, random) => ({ beside: { ...again(resource, random), subject: { reference: `Patient/${random.uuid()}` } } }),
  },
  'birth-date-swapped': {
    foundBy: 'warning',
    rule: 'nik-birth-date',
    types: ['Patient'],
    make(resource) {
      const [year = '', month = '', day = ''] = String(resource['birthDate']).split('-');
      // Of adults only: a child of another age would be due for other care than it got.
      if (Number(day) > 12 || month === day || Number(year) > 2000) return undefined;
      return { instead: (version) => ({ ...version, birthDate: `${year}-${day}-${month}` }) };
    },
  },
  'wrong-sex': {
    foundBy: 'warning',
    rule: 'nik-gender',
    types: ['Patient'],
    make: (resource) =>
      Number(String(resource['birthDate']).slice(0, 4)) > 1960
        ? undefined
        : { instead: (version) => ({ ...version, gender: version['gender'] === 'male' ? 'female' : 'male' }) },
  },
  'person-twice': {
    foundBy: 'duplicate',
    types: ['Patient'],
    make: (resource, random) => ({
      beside: { ...without(again(resource, random), 'identifier'), meta: {} },
    }),
  },
  'recorded-twice': { foundBy: 'duplicate', types: ['Observation'], make: (resource, random) => ({ beside: again(resource, random) }) },
  'recorded-late': {
    foundBy: 'dates',
    types: ['Observation'],
    make(resource, random, { until }) {
      const issued = dayOf(String(resource['issued'] ?? '').slice(0, 10)) + random.integer(20, 60);
      if (!(issued <= until)) return undefined;
      return { instead: (version) => ({ ...version, issued: `${dateOf(issued)}T03:00:00+00:00` }) };
    },
  },
  corrected: {
    foundBy: 'history',
    types: ['Observation'],
    make(resource) {
      const quantity = quantityOf(resource);
      const digits = String(quantity?.value ?? '');
      // Two digits changed places.
      const swapped = Number(`${digits[1]}${digits[0]}${digits.slice(2)}`);
      if (quantity?.code !== 'kg' || !/^[1-9]{2}/.test(digits) || swapped === quantity.value) return undefined;
      return {
        instead: (version) => ({ ...version, valueQuantity: { ...quantity, value: swapped } }),
        later: { ...resource, status: 'corrected' },
      };
    },
  },
  'entered-in-error': {
    foundBy: 'history',
    types: ['Observation'],
    make(resource, random) {
      const beside = again(resource, random);
      return { beside, later: { ...beside, status: 'entered-in-error' } };
    },
  },
} as const satisfies Readonly<Record<string, Mistake>>;

export type MistakeName = keyof typeof mistakes;

/** Whether the server takes what carries the mistake. */
export function isTaken(name: MistakeName): boolean {
  const { foundBy } = mistakes[name];
  return foundBy !== 'validator' && foundBy !== 'reference';
}

/** The mistake that a resource is labelled with. */
export function mistakeOf(resource: Made): MistakeName | undefined {
  const tags = (resource.meta as { readonly tag?: readonly { readonly system: string; readonly code: string }[] } | undefined)?.tag ?? [];
  const code = tags.find(({ system }) => system === systems.label)?.code;
  return code !== undefined && Object.hasOwn(mistakes, code) ? (code as MistakeName) : undefined;
}

const namesByType = byType();

/** Makes the share of mistakes that the world asks for in a household's records, each labelled in `meta.tag`. */
export function spoil(life: Life): void {
  const { world, random, records, revisions } = life;
  const count = records.length;
  for (let at = 0; at < count; at++) {
    const resource = records[at];
    if (resource === undefined || !random.chance(world.errors)) continue;
    const names = namesByType.get(resource.resourceType);
    if (names === undefined) continue;
    const name = random.pick(names);
    const mistake: Mistake = mistakes[name];
    const spoilt = mistake.make(resource, random, world);
    if (spoilt === undefined) continue;
    if (spoilt.instead !== undefined) {
      const { instead } = spoilt;
      records[at] = labelled(instead(resource), name);
      const later = revisions.findIndex(({ id, resourceType }) => id === resource.id && resourceType === resource.resourceType);
      const revision = revisions[later];
      if (revision !== undefined) revisions[later] = labelled(instead(revision), name);
    }
    if (spoilt.beside !== undefined) records.push(labelled(spoilt.beside, name));
    if (spoilt.later !== undefined) revisions.push(labelled(spoilt.later, name));
  }
}

function byType(): ReadonlyMap<string, readonly MistakeName[]> {
  const found = new Map<string, MistakeName[]>();
  for (const [name, { types }] of Object.entries(mistakes))
    for (const type of types) found.set(type, [...(found.get(type) ?? []), name as MistakeName]);
  return found;
}

function labelled(resource: Made, code: MistakeName): Made {
  return { ...resource, meta: { ...resource.meta, tag: [{ system: systems.label, code }] } as object };
}

/** The same under another id. */
function again(resource: Made, random: Random): Made {
  return { ...resource, id: random.uuid() };
}

function without(resource: Made, element: string): Made {
  const { [element]: _, ...rest } = resource;
  return rest as Made;
}

function own<Identifier extends { readonly value: string }>(identifiers: readonly Identifier[], value: string): Identifier[] {
  return identifiers.slice(0, 1).map((identifier) => ({ ...identifier, value }));
}

function quantityOf(resource: Made): { readonly value: number; readonly code: string } | undefined {
  return resource['valueQuantity'] as { readonly value: number; readonly code: string } | undefined;
}

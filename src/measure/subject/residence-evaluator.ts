import {
  type AreaCount,
  areaCounts,
  type EvaluationRun,
  type MeasureEvaluator,
  type MeasurementPeriod,
  type MeasureProgram,
  type PersonResult,
  type Subjects,
} from '../../cql/program.js';
import type { Mover } from './load-past.js';

/**
 * The evaluator with each of `movers` in the village where they lived then: those who have left an area since are evaluated with it, those who have come since
 * are not. They are few, so whole populations are counted as they live now, and put right by the movers one by one.
 */
export function residenceEvaluator(inner: MeasureEvaluator, movers: readonly Mover[]): MeasureEvaluator {
  if (movers.length === 0) return inner;
  const byId = new Map(movers.map((mover) => [mover.id, mover]));
  return {
    kind: inner.kind,
    async persons(program, period, subjects, run) {
      const here = await inner.persons(program, period, subjects, run);
      const back = subjects.kind === 'areas' ? movers.filter(({ now, then }) => lies(then, subjects) && !lies(now, subjects)) : [];
      const found = [...here, ...(await evaluated(program, period, back, run))].map((person) => atHome(person, byId.get(person.person)));
      return found.filter(({ area }) => subjects.kind !== 'areas' || lies(area, subjects)).sort((a, b) => (a.person < b.person ? -1 : 1));
    },
    async areas(program, period, subjects, run) {
      const counted = await inner.areas(program, period, subjects, run);
      const chosen = movers.filter((mover) => isCounted(mover, subjects));
      const persons = await evaluated(program, period, chosen, run);
      const left = persons.filter(({ area }) => subjects.kind !== 'areas' || lies(area, subjects));
      const lived = persons.map((person) => atHome(person, byId.get(person.person)));
      const came = lived.filter(({ area }) => subjects.kind !== 'areas' || lies(area, subjects));
      return sum([...counted, ...areaCounts(came), ...areaCounts(left).map((count) => ({ ...count, persons: -count.persons }))]);
    },
  };

  async function evaluated(
    program: MeasureProgram,
    period: MeasurementPeriod,
    chosen: readonly Mover[],
    run: EvaluationRun | undefined,
  ): Promise<readonly PersonResult[]> {
    return chosen.length === 0 ? [] : inner.persons(program, period, { kind: 'persons', ids: chosen.map(({ id }) => id) }, run);
  }
}

function isCounted({ id, now, then }: Mover, subjects: Subjects): boolean {
  if (subjects.kind === 'all') return true;
  return subjects.kind === 'persons' ? subjects.ids.includes(id) : lies(now, subjects) || lies(then, subjects);
}

function lies(area: string | undefined, { prefixes }: Extract<Subjects, { readonly kind: 'areas' }>): boolean {
  return area !== undefined && prefixes.some((prefix) => area.startsWith(prefix));
}

function atHome(person: PersonResult, mover: Mover | undefined): PersonResult {
  if (!mover) return person;
  const { area: _, ...rest } = person;
  return mover.then === undefined ? rest : { ...rest, area: mover.then };
}

/** Counts of the same area and criteria as one; none is left out where it comes to nobody. */
function sum(counts: readonly AreaCount[]): readonly AreaCount[] {
  const found = new Map<string, AreaCount>();
  for (const count of counts) {
    const key = `${count.area ?? '~'} ${count.bits}`;
    const before = found.get(key);
    found.set(key, before ? { ...before, persons: before.persons + count.persons } : count);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, count]) => (count.persons === 0 ? [] : [count]));
}

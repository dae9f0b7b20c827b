import type { Text } from '../fhir/outcome.js';
import type { Indicator } from './indicators.js';
import { formatCount, formatPercent, formatTarget } from './number.js';

/** What an indicator says in one sentence: reached or not, of how many, and how many persons are missing to the target. */
export function finding(indicator: Indicator): Text {
  const { short, percent, target, met, lowerIsBetter } = indicator;
  if (percent === undefined) {
    return {
      id: `${short.id}: belum ada yang dapat dinilai`,
      en: `${short.en}: nobody to judge yet`,
    };
  }
  const share = {
    id: `${formatCount(indicator.numerator).id} dari ${formatCount(indicator.denominator).id} (${formatPercent(percent).id})`,
    en: `${formatCount(indicator.numerator).en} of ${formatCount(indicator.denominator).en} (${formatPercent(percent).en})`,
  };
  if (!target) return { id: `${short.id}: ${share.id}`, en: `${short.en}: ${share.en}` };
  const aim = formatTarget(target.percent);
  const persons = missing(indicator);
  if (lowerIsBetter) {
    return met
      ? {
          id: `${short.id} masih dalam batas: ${share.id}, batas ${aim.id}`,
          en: `${short.en} within the limit: ${share.en}, limit ${aim.en}`,
        }
      : {
          id: `${short.id} melewati batas: ${share.id}, batas ${aim.id}; ${formatCount(persons).id} orang terlalu banyak`,
          en: `${short.en} above the limit: ${share.en}, limit ${aim.en}; ${formatCount(persons).en} too many`,
        };
  }
  return met
    ? {
        id: `${short.id} mencapai target: ${share.id}, target ${aim.id}`,
        en: `${short.en} meets the target: ${share.en}, target ${aim.en}`,
      }
    : {
        id: `${short.id} belum mencapai target: ${share.id}, target ${aim.id}; kurang ${formatCount(persons).id} orang`,
        en: `${short.en} below the target: ${share.en}, target ${aim.en}; ${formatCount(persons).en} short`,
      };
}

/** How many persons more (or fewer, where lower is better) the numerator would need to meet the target. */
export function missing({ numerator, denominator, target, lowerIsBetter }: Indicator): number {
  if (!target) return 0;
  const wanted = (target.percent * denominator) / 100;
  // Whole persons: 82 % of 17 is 13.94, so 14 are needed; a limit of 25 % of 17 lets 4 pass. A hair's breadth of binary fractions isn't a person.
  return lowerIsBetter ? Math.max(0, numerator - Math.floor(wanted + 1e-9)) : Math.max(0, Math.ceil(wanted - 1e-9) - numerator);
}

/** What a list of places says about one indicator: how many of those that can be judged meet the target. */
export function areaFinding(indicators: readonly Indicator[], place: Text): Text {
  const first = indicators[0];
  if (!first) return { id: '', en: '' };
  const judged = indicators.filter(({ met }) => met !== undefined);
  const reached = judged.filter(({ met }) => met);
  const { short, target, lowerIsBetter } = first;
  if (judged.length === 0 || !target) return { id: `${short.id}: belum ada yang dapat dinilai`, en: `${short.en}: nothing to judge yet` };
  const aim = formatTarget(target.percent);
  const [count, total] = [formatCount(reached.length), formatCount(judged.length)];
  return lowerIsBetter
    ? {
        id: `${short.id}: ${count.id} dari ${total.id} ${place.id} masih dalam batas ${aim.id}`,
        en: `${short.en}: ${count.en} of ${total.en} ${place.en} within the limit of ${aim.en}`,
      }
    : {
        id: `${short.id}: ${count.id} dari ${total.id} ${place.id} mencapai target ${aim.id}`,
        en: `${short.en}: ${count.en} of ${total.en} ${place.en} meet the target of ${aim.en}`,
      };
}

import { type Issue, isFailure, issue } from '../../fhir/outcome.js';
import { isObject } from '../../fhir/resource.js';
import type { Convention } from '../convention.js';
import type { RuleTexts } from './text.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The platform's rules about the entries of a transaction: no Bundle among them, and each resource under a UUID of its own. */
export function transactionIssues(texts: RuleTexts): Convention['transactionIssues'] {
  return (entries) => {
    const fullUrls = new Set<string>();
    return entries.flatMap((entry, index): readonly Issue[] => {
      const type = typeOf(entry);
      if (!isObject(entry) || type === undefined) return [];
      const at = `Bundle.entry[${index}]`;
      if (type === 'Bundle') return [told('20011', `${at}.resource`)];
      const { fullUrl } = entry;
      const number = fullUrlFault(fullUrl, fullUrls);
      if (number === undefined) return [];
      return [told(number, number === '20021' ? at : `${at}.fullUrl`, [type, ...(number === '20020' ? [String(fullUrl)] : [])])];
    });
  };

  function told(number: string, expression: string, values: readonly string[] = []): Issue {
    return issue(number === '20020' ? 'duplicate' : 'value', `satusehat-${number}`, texts(number, values), { expression });
  }
}

function fullUrlFault(fullUrl: unknown, seen: Set<string>): string | undefined {
  if (typeof fullUrl !== 'string' || fullUrl === '') return '20021';
  if (!fullUrl.startsWith('urn:uuid')) return '20018';
  if (!fullUrl.startsWith('urn:uuid:')) return '20017';
  if (!uuid.test(fullUrl.slice('urn:uuid:'.length))) return '20019';
  if (seen.has(fullUrl)) return '20020';
  seen.add(fullUrl);
  return undefined;
}

/**
 * Tells of each entry that isn't at fault itself why it isn't stored either: 20013 where it refers, by whatever way, to one that is; 20012, for
 * information, where it only stands in the same Bundle. `diagnostics` names the entry at fault.
 */
export function refusedTransaction(texts: RuleTexts): Convention['refusedTransaction'] {
  return (entries, issues) => {
    const faulty = new Set(issues.filter(isFailure).flatMap(({ expression }) => entryIndex(expression) ?? []));
    const [first] = [...faulty].sort((a, b) => a - b);
    if (first === undefined) return issues;
    const causes = causesOf(entries, faulty);
    const cascades = entries.flatMap((entry, index): readonly Issue[] => {
      const type = typeOf(entry);
      if (type === undefined || faulty.has(index)) return [];
      const cause = causes.get(index);
      const number = cause === undefined ? '20012' : '20013';
      return [
        issue('processing', `satusehat-${number}`, texts(number, [type]), {
          severity: cause === undefined ? 'information' : 'error',
          expression: `Bundle.entry[${index}].resource`,
          diagnostics: `caused by Bundle.entry[${cause ?? first}]`,
        }),
      ];
    });
    return [...issues, ...cascades];
  };
}

/** By index of each entry that leads to a faulty one over references: that faulty one. */
function causesOf(entries: readonly unknown[], faulty: ReadonlySet<number>): ReadonlyMap<number, number> {
  const indexByUrl = new Map<string, number>();
  entries.forEach((entry, index) => {
    if (isObject(entry) && typeof entry['fullUrl'] === 'string') indexByUrl.set(entry['fullUrl'], index);
  });
  const referrers = new Map<number, number[]>();
  entries.forEach((entry, index) => {
    const targets = new Set<number>();
    if (isObject(entry)) collectTargets(entry['resource'], indexByUrl, targets);
    for (const target of targets) referrers.set(target, [...(referrers.get(target) ?? []), index]);
  });
  const causes = new Map<number, number>();
  for (const cause of faulty) {
    const waiting = [cause];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const referrer of referrers.get(at) ?? []) {
        if (faulty.has(referrer) || causes.has(referrer)) continue;
        causes.set(referrer, cause);
        waiting.push(referrer);
      }
    }
  }
  return causes;
}

function collectTargets(value: unknown, indexByUrl: ReadonlyMap<string, number>, targets: Set<number>): void {
  const waiting: unknown[] = [value];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (typeof at !== 'object' || at === null) continue;
    for (const child of Object.values(at)) {
      if (typeof child !== 'string') waiting.push(child);
      else {
        const target = indexByUrl.get(child);
        if (target !== undefined) targets.add(target);
      }
    }
  }
}

function typeOf(entry: unknown): string | undefined {
  const resource = isObject(entry) ? entry['resource'] : undefined;
  const type = isObject(resource) ? resource['resourceType'] : undefined;
  return typeof type === 'string' && /^[A-Za-z]{1,64}$/.test(type) ? type : undefined;
}

function entryIndex(expression: string | undefined): number | undefined {
  const index = /^Bundle\.entry\[(\d+)\]/.exec(expression ?? '')?.[1];
  return index === undefined ? undefined : Number(index);
}

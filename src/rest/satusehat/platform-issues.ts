import type { Issue } from '../../fhir/outcome.js';
import { isPlatformIssue, type PlatformRule } from '../../validation/rules/platform.js';
import type { Convention } from '../convention.js';
import { otherOrganizations } from './other-organizations.js';
import { numbered } from './text.js';
import { wrongTimes } from './times.js';

/**
 * Validation's findings as the platform tells them: its rules refuse, expressions are spelled as it does, and each rule that it numbers is named.
 * `earliest`, in milliseconds since the epoch, is the earliest time of a service that is taken.
 */
export function judgedByPlatform(rules: readonly PlatformRule[], earliest: number | undefined): Convention['judged'] {
  const requiredPaths = new Set(rules.flatMap((rule) => (rule.mechanism === 'required' ? [`${rule.number} ${rule.path}`] : [])));
  const elementByNumber = new Map(rules.flatMap((rule) => (rule.mechanism === 'required' ? [[rule.number, rule.element] as const] : [])));
  const structure = new Map(
    rules.flatMap((rule) => (rule.mechanism === 'structure' && rule.path !== undefined ? [[rule.path, rule.number] as const] : [])),
  );
  const strangers = otherOrganizations(rules);
  return (resource, issues) => {
    const told = [...issues.map(tell), ...strangers(resource)];
    const known = new Set(told.map(({ expression }) => expression));
    return [...told, ...wrongTimes(resource, earliest).filter(({ expression }) => !known.has(expression))];
  };

  function tell(found: Issue): Issue {
    const expression = found.expression?.replace(
      /([a-z])\.ofType\(([A-Za-z])(\w*)\)/g,
      (_all, end, first, rest) => end + first.toUpperCase() + rest,
    );
    const spelled = expression === undefined ? found : { ...found, expression };
    if (isPlatformIssue(found)) return { ...atElement(spelled), severity: 'error', code: 'value' };
    const number = numberOf(spelled);
    return number === undefined ? spelled : { ...spelled, text: numbered(found.text, number) };
  }

  // What is missing is reported at its parent by R4, at its own place by the platform.
  function atElement(found: Issue): Issue {
    const number = found.rule.slice(found.rule.indexOf('-') + 1);
    const element = elementByNumber.get(number);
    if (element === undefined || !requiredPaths.has(`${number} ${bare(found.expression ?? '')}.${element}`)) return found;
    return { ...found, expression: `${found.expression}.${element}` };
  }

  /** The platform's number for what R4 itself or a rule of ours says. */
  function numberOf(found: Issue): string | undefined {
    if (found.severity !== 'error' && found.severity !== 'fatal') return undefined;
    const own = /^rule (\d+):/.exec(found.diagnostics ?? '')?.[1];
    if (own !== undefined) return own;
    for (let path = bare(found.expression ?? ''); path.includes('.'); path = path.slice(0, path.lastIndexOf('.'))) {
      const number = structure.get(path);
      if (number !== undefined) return number;
      // Only the parts of a coded value stand for the whole.
      if (!/\.(coding|code|system|reference)$/.test(path)) break;
    }
    return found.code === 'structure' ? '20008' : undefined;
  }
}

function bare(expression: string): string {
  return expression.replace(/\[\d+\]/g, '');
}

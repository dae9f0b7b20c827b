import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Issue, Text } from '../../fhir/outcome.js';
import { isObject } from '../../fhir/resource.js';
import { packageRoot } from '../../root.js';
import type { BusinessRule } from './business.js';

interface Named {
  /** Where the list says otherwise than the platform's own dictionary, and why. */
  readonly note?: Text;
  /** The platform's own number, as its clients parse it: `(RuleNumber: 10118)`. */
  readonly number: string;
  /** The element as the platform names it. */
  readonly path?: string;
}

/** FHIRPath `context` leads from the resource to what is judged; `element` is the child at fault. */
interface Placed extends Named {
  readonly path: string;
  readonly context?: string;
  readonly element: string;
}

/**
 * One check of a numbered rule of the national platform, as `terminology/platform-rules.json` has it; a number may have several.
 * What R4 itself already says (`structure`), what only the exchange can know (`exchange`: duplicates, scopes, fullUrl) and what isn't clear enough
 * to be judged (`open`) stands there too, so that the list is whole.
 */
export type PlatformRule =
  | (Placed & { readonly mechanism: 'required' })
  | (Placed & { readonly mechanism: 'code-system' | 'identifier-system'; readonly context: string; readonly allowed: readonly string[] })
  | (Placed & { readonly mechanism: 'reference'; readonly context: string; readonly targets: readonly string[] })
  | (Placed & { readonly mechanism: 'utc-instant'; readonly future?: boolean })
  | (Placed & { readonly mechanism: 'condition'; readonly condition: string; readonly text: Text })
  | (Named & { readonly mechanism: 'structure'; readonly by: 'binding' | 'type' })
  | (Named & { readonly mechanism: 'exchange'; readonly message: string; readonly text: Text })
  | (Named & { readonly mechanism: 'open'; readonly note: Text });

/** The list of `terminology/platform-rules.json`; throws where it isn't one. */
export function loadPlatformRules(file: string = join(packageRoot, 'terminology', 'platform-rules.json')): readonly PlatformRule[] {
  if (!existsSync(file)) return [];
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(parsed) || !parsed.every(isPlatformRule)) throw new Error(`${file} is not a list of platform rules`);
  return parsed;
}

const rulePrefix = 'satusehat-';

/**
 * Code systems of the ministry's own pass wherever a rule lists code systems: the platform's samples use them (the codes TK000001 and on in
 * Observation.code, its classes of encounters) where its list, which is older, doesn't have them.
 */
const kemenkes = 'http://terminology.kemkes.go.id';

/** Whether a finding is of a numbered rule of the platform. */
export function isPlatformIssue({ rule }: Issue): boolean {
  return rule.startsWith(rulePrefix);
}

/**
 * The rules that a resource alone decides, as business rules with the id `satusehat-<number>` and the number at the end of each text.
 * `severity` is `error` where the platform's own face is served, else `warning`.
 */
export function platformRules(rules: readonly PlatformRule[], severity: BusinessRule['severity']): readonly BusinessRule[] {
  return rules.flatMap((rule): readonly BusinessRule[] => {
    const said = judgement(rule);
    if (!said || !('element' in rule)) return [];
    const { number, element, context } = rule;
    const suffix = ` (RuleNumber: ${number})`;
    const resourceType = rule.path.split('.', 1).join();
    return [
      {
        id: rulePrefix + number,
        number,
        resourceType,
        ...placed(context, said.condition),
        ...(rule.mechanism === 'required' ? {} : { element }),
        severity,
        text: { id: said.text.id + suffix, en: said.text.en + suffix },
      },
    ];
  });
}

/** What a rule asks, in words; of those that the resource alone doesn't decide too. */
export function platformRuleText(rule: PlatformRule): Text {
  switch (rule.mechanism) {
    case 'structure':
      return structureText[rule.by];
    case 'exchange':
      return rule.text;
    case 'open':
      return rule.note;
    default:
      return judgement(rule)?.text ?? structureText.type;
  }
}

const structureText: Readonly<Record<'binding' | 'type', Text>> = {
  binding: {
    id: 'Kodenya harus salah satu yang ditetapkan R4 untuk elemen ini.',
    en: 'The code must be one of those that R4 sets for this element.',
  },
  type: {
    id: 'Nilainya harus bertipe seperti yang ditetapkan R4 untuk elemen ini.',
    en: 'The value must have the type that R4 sets for this element.',
  },
};

// Inside the context the condition is judged by the path that leads there, so that children of a backbone element are known by type.
function placed(context: string | undefined, condition: string): Pick<BusinessRule, 'context' | 'condition'> {
  return context === undefined ? { condition } : { context: `${context}.where((${condition}).not())`, condition: 'false' };
}

function judgement(rule: PlatformRule): { readonly condition: string; readonly text: Text } | undefined {
  switch (rule.mechanism) {
    case 'required':
      return {
        condition: `${rule.element}.exists()`,
        text: { id: `${rule.path} wajib diisi: tambahkan.`, en: `${rule.path} is mandatory: add it.` },
      };
    case 'code-system': {
      const systems = rule.allowed.join(', ');
      return {
        condition: `(${oneOf('system', rule.allowed)}) or system.startsWith('${kemenkes}')`,
        text: {
          id: `Sistem kode pada ${rule.path} tidak diterima: gunakan ${systems}.`,
          en: `The code system of ${rule.path} isn't accepted: use ${systems}.`,
        },
      };
    }
    case 'identifier-system': {
      const systems = rule.allowed.join(', ');
      return {
        condition: `system.empty() or system.matches(${literal(`^(${rule.allowed.map(pattern).join('|')})$`)})`,
        text: {
          id: `Sistem ${rule.path} tidak diterima: gunakan ${systems}, dengan {org} ID organisasi Anda.`,
          en: `The system of ${rule.path} isn't accepted: use ${systems}, with {org} your organization's id.`,
        },
      };
    }
    case 'reference': {
      const targets = rule.targets.join(' | ');
      return {
        condition: `reference.empty() or reference.startsWith('#') or reference.startsWith('urn:') or reference.matches(${literal(`(^|/)(${rule.targets.join('|')})([/?]|$)`)})`,
        text: {
          id: `${rule.path} harus merujuk ke ${targets}: tulis ${rule.targets[0]}/{id}.`,
          en: `${rule.path} must refer to ${targets}: write ${rule.targets[0]}/{id}.`,
        },
      };
    }
    case 'utc-instant':
      return {
        // toString() writes the offset +00:00 as Z.
        condition: `${rule.element}.empty() or (${rule.element}.toString().matches('T.*Z$')${rule.future ? '' : ` and (${rule.element} > now()) != true`})`,
        text: {
          id: `${rule.path} ditulis dalam UTC sebagai TTTT-BB-HHThh:mm:ss+00:00${rule.future ? '' : ' dan tidak boleh di masa depan'}: ubah bentuk atau nilainya.`,
          en: `${rule.path} is written in UTC as YYYY-MM-DDThh:mm:ss+00:00${rule.future ? '' : ' and may not lie in the future'}: change its form or value.`,
        },
      };
    case 'condition':
      return { condition: rule.condition, text: rule.text };
    case 'structure':
    case 'exchange':
    case 'open':
      return undefined;
  }
}

function oneOf(element: string, values: readonly string[]): string {
  return `${element}.empty() or ${element} in (${values.map(literal).join(' | ')})`;
}

// `{org}` stands for one segment, the id of the organization that sends.
function pattern(template: string): string {
  return template.replaceAll('.', '[.]').replaceAll('{org}', '[^/]+');
}

function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function isPlatformRule(value: unknown): value is PlatformRule {
  return isObject(value) && typeof value.number === 'string' && typeof value.mechanism === 'string';
}

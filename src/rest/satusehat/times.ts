import type { Issue, Text } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { numbered, satusehatText } from './text.js';

/** Where times stand in a text that a person wrote. */
const prose: ReadonlySet<string> = new Set(['text', 'display', 'div', 'value', 'valueString', 'title', 'description', 'comment', 'note']);

/** Elements that tell of what may lie far back: when an illness began or ended, births, deaths, what was found out. */
const history = /(^|\.)(onset|abatement|birth|deceased|value)\w*/;

/** Every time of a resource that isn't in UTC, and every time of a service before `earliest` (milliseconds since the epoch). */
export function wrongTimes(resource: unknown, earliest: number | undefined): readonly Issue[] {
  const found: Issue[] = [];
  if (isObject(resource)) visit(resource, String(resource['resourceType']));
  return found;

  function visit(holder: JsonObject, path: string): void {
    for (const key in holder) {
      const value = holder[key];
      if (typeof value === 'string') {
        if (!prose.has(key)) check(value, `${path}.${key}`);
      } else if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          const item: unknown = value[index];
          if (isObject(item)) visit(item, `${path}.${key}[${index}]`);
          else if (typeof item === 'string' && !prose.has(key)) check(item, `${path}.${key}[${index}]`);
        }
      } else if (isObject(value)) visit(value, `${path}.${key}`);
    }
  }

  function check(value: string, expression: string): void {
    if (value.length < 20 || value.length > 40) return;
    const offset = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value)?.[1];
    if (offset === undefined) return;
    if (!/^(Z|[+-]00:00)$/.test(offset)) tell(satusehatText.notUtc(value), expression);
    else if (earliest !== undefined && Date.parse(value) < earliest && !history.test(expression)) {
      tell(satusehatText.tooEarly(value, new Date(earliest).toISOString().slice(0, 10)), expression);
    }
  }

  function tell(text: Text, expression: string): void {
    found.push({ severity: 'error', code: 'value', rule: 'satusehat-10132', text: numbered(text, '10132'), expression });
  }
}

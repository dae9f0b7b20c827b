import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, containedPositions, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { scanXhtml } from './xhtml.js';

const text = rulesText.narrative;

/** The XHTML of a Narrative: well formed, only what R4 allows, not empty, links that lead somewhere. Source: R4 narrative §2.4.0. */
export function checkNarrative(value: JsonObject, path: string, context: Context): void {
  const div = value['div'];
  if (typeof div !== 'string') return;
  const at = `${path}.div`;
  const found = scanXhtml(div);
  for (const fault of found.faults) {
    switch (fault.kind) {
      case 'syntax':
        report(context, 'error', 'invalid', 'narrative-xml', text.notXml(fault.detail), at);
        break;
      case 'root':
        report(context, 'error', 'invalid', 'narrative-div', text.notDiv, at);
        break;
      case 'element':
        report(context, 'error', 'invalid', 'txt-1', text.element(fault.detail), at);
        break;
      case 'attribute':
        report(context, 'error', 'invalid', 'txt-1', text.attribute(fault.detail, fault.element), at);
        break;
      case 'entity':
        report(context, 'error', 'invalid', 'narrative-entity', text.entity(fault.detail), at);
        break;
    }
  }
  if (found.faults.length === 0 && !found.hasContent) report(context, 'error', 'invariant', 'txt-2', text.empty, at);
  const open = found.fragments.filter((fragment) => !found.ids.has(fragment) && !isContained(fragment, context));
  if (open.length === 0) return;
  const elsewhere = idsElsewhere(context.scope.resource, context);
  for (const fragment of open) {
    if (!elsewhere.has(fragment))
      report(context, 'error', 'invalid', 'narrative-link', text.unresolvedLink(`#${fragment.slice(0, 200)}`), at);
  }
}

function isContained(fragment: string, context: Context): boolean {
  if (fragment === '') return true;
  const holder = context.scope.kind === 'contained' ? context.scope.container : context.scope;
  return holder !== undefined && containedPositions(holder.resource, context).has(fragment);
}

/** Ids of elements, and anchors in other narratives, of the resource. */
function idsElsewhere(resource: JsonObject, context: Context): ReadonlySet<string> {
  const known = context.anchors.get(resource);
  if (known) return known;
  const ids = new Set<string>();
  context.anchors.set(resource, ids);
  const visit = (value: unknown, depth: number): void => {
    if (depth > 100) return;
    if (Array.isArray(value)) for (const item of value) visit(item, depth + 1);
    else if (isObject(value)) {
      if (typeof value['id'] === 'string') ids.add(value['id']);
      if (typeof value['div'] === 'string') for (const id of scanXhtml(value['div']).ids) ids.add(id);
      for (const key in value) visit(value[key], depth + 1);
    }
  };
  visit(resource, 0);
  return ids;
}

/** Codes of the narrative-language-control extension: no sections by language, any, that of the resource, or a language of their own. */
export function checkNarrativeLanguages(value: unknown, control: string, path: string, context: Context): void {
  if (!isObject(value) || typeof value['div'] !== 'string') return;
  const found = scanXhtml(value['div']).languages;
  if (control === '_no') {
    if (found.length > 0) report(context, 'error', 'business-rule', 'narrative-language', text.languageProhibited(found), path);
    return;
  }
  const own = context.scope.resource['language'];
  const wanted = control === '_resource' ? (typeof own === 'string' ? own : undefined) : control.startsWith('_') ? undefined : control;
  if (wanted !== undefined && !found.includes(wanted))
    report(context, 'error', 'business-rule', 'narrative-language', text.languageRequired(wanted, found), path);
}

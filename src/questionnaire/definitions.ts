import { v5 } from 'uuid';
import { type IssueCode, issue, OperationOutcomeError, type Text } from '../fhir/outcome.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { convert } from './convert.js';
import { capital, elementsOf, fixedValue, type Step, stepsTo } from './element-path.js';
import { evaluate, withVariables } from './evaluate.js';
import type { Extraction } from './extract.js';
import { extensionsOf, extensionValue, fhirPathOf, objectsOf, sdcUrl, valueIn, valueKey } from './sdc.js';
import { questionnaireText } from './text.js';

const namespace = '3f0de2a9-93a7-55a6-8ac1-0f3c0d4a6b58';
const definitionPrefix = 'http://hl7.org/fhir/StructureDefinition/';

type Draft = Record<string, unknown>;

/** A resource that is being filled by the items under the one that opened it. */
interface Target {
  readonly definition: string;
  readonly type: string;
  readonly resource: Draft;
  readonly path: string;
  readonly opener: JsonObject;
  /** Elements that a group of the form has opened, innermost last. */
  readonly frames: ReadonlyArray<{ readonly id: string; readonly element: Draft }>;
  readonly filled: { answers: number };
}

/** Bundle entries of the resources whose elements the form's items name. Source: SDC, form data extraction, definition-based. */
export function extractDefinitions(extraction: Extraction): readonly JsonObject[] {
  const { questionnaire, response, registry, now } = extraction;
  const scope = withVariables(questionnaire, response, { registry, now, resource: response, variables: { questionnaire } });
  const entries: JsonObject[] = [];
  const problems: ReturnType<typeof issue>[] = [];
  // One entry of an array serves all items that say no more than its path.
  const shared = new WeakMap<object, Map<string, Draft>>();

  open(questionnaire, response, [], '', (targets) => walk(objectsOf(questionnaire.item), objectsOf(response.item), targets, ''));
  if (problems.length > 0) throw new OperationOutcomeError(422, problems);
  return entries;

  /** Runs `inner` with the targets that `element` opens, and makes entries of them. */
  function open(
    element: JsonObject,
    item: JsonObject,
    targets: readonly Target[],
    path: string,
    inner: (targets: readonly Target[]) => void,
  ): void {
    const opened = contextsOf(element).flatMap((definition) => {
      const type = registry.structureDefinition(definition)?.type;
      if (type !== undefined && registry.isResourceType(type)) {
        return [{ definition, type, resource: { resourceType: type }, path, opener: element, frames: [], filled: { answers: 0 } }];
      }
      fail('not-supported', 'extract-context', questionnaireText.unknownContext(nameOf(element)));
      return [];
    });
    const all = [...targets, ...opened];
    for (const extension of extensionsOf(element, sdcUrl.definitionExtractValue)) setValue(extension, element, item, all);
    inner(all);
    for (const target of opened) if (target.filled.answers > 0) entries.push(entryOf(target, item));
  }

  function walk(questions: readonly JsonObject[], items: readonly JsonObject[], targets: readonly Target[], path: string): void {
    for (const question of questions) {
      items
        .filter(({ linkId }) => linkId === question.linkId)
        .forEach((item, at) => {
          const here = `${path}/${String(question.linkId)}:${at}`;
          open(question, item, targets, here, (all) => {
            const { definition } = question;
            if (question.type === 'group') {
              walk(
                objectsOf(question.item),
                objectsOf(item.item),
                typeof definition === 'string' ? framed(all, definition, question) : all,
                here,
              );
              return;
            }
            for (const answer of objectsOf(item.answer)) {
              if (typeof definition === 'string') assign(definition, valueIn(answer), valueKey(answer) ?? '', question, all, true);
              walk(objectsOf(question.item), objectsOf(answer.item), all, here);
            }
          });
        });
    }
  }

  function setValue(extension: JsonObject, element: JsonObject, item: JsonObject, targets: readonly Target[]): void {
    const part = (name: string) => objectsOf(extension.extension).find(({ url }) => url === name);
    const definition = valueIn(part('definition') ?? {});
    if (typeof definition !== 'string') return;
    const fixed = part('fixed-value');
    if (fixed !== undefined) assign(definition, valueIn(fixed), valueKey(fixed) ?? '', element, targets, false);
    const expression = fhirPathOf(valueIn(part('expression') ?? {}));
    if (expression === undefined) return;
    for (const { type, value } of evaluate(expression, item, scope, nameOf(element)))
      assign(definition, value, `value${capital(type.replace('System.', ''))}`, element, targets, true);
  }

  /** The targets with a new element for each of them that the group's definition belongs to. */
  function framed(targets: readonly Target[], definition: string, question: JsonObject): readonly Target[] {
    const [target, id] = targetOf(definition, targets);
    if (target === undefined || id === target.type) return targets;
    const steps = stepsTo(id, target.definition, registry);
    const last = steps?.at(-1);
    if (steps === undefined || last === undefined) {
      fail('not-found', 'extract-definition', questionnaireText.unknownElement(nameOf(question)));
      return targets;
    }
    const [base, depth] = baseOf(target, id);
    const holder = descend(base, steps.slice(depth, -1));
    const element = add(holder, last);
    return targets.map((one) => (one === target ? { ...one, frames: [...one.frames, { id, element }] } : one));
  }

  function assign(
    definition: string,
    value: unknown,
    key: string,
    question: JsonObject,
    targets: readonly Target[],
    isAnswer: boolean,
  ): void {
    const [target, id] = targetOf(definition, targets);
    // Definitions are also written to say what an item means, where nothing is to be extracted.
    if (target === undefined || value === undefined) return;
    const steps = stepsTo(id, target.definition, registry);
    const last = steps?.at(-1);
    if (steps === undefined || last === undefined) {
      fail('not-found', 'extract-definition', questionnaireText.unknownElement(nameOf(question)));
      return;
    }
    const converted = convert(value, key, last.types, question);
    if (converted === undefined) {
      fail('value', 'extract-answer', questionnaireText.unfitAnswer(nameOf(question), last.types.join(' / ')));
      return;
    }
    const [base, depth] = baseOf(target, id);
    const holder = descend(base, steps.slice(depth, -1));
    const name = last.isChoice ? `${last.name.slice(0, -3)}${capital(converted.type)}` : last.name;
    if (last.isArray) holder[name] = [...listOf(holder[name]), converted.value];
    else holder[name] = converted.value;
    if (isAnswer) target.filled.answers += 1;
  }

  function descend(base: Draft, steps: readonly Step[]): Draft {
    return steps.reduce<Draft>((holder, step) => {
      const known = shared.get(holder) ?? new Map<string, Draft>();
      shared.set(holder, known);
      const key = `${nameIn(step)}:${step.slice ?? ''}`;
      const element = known.get(key) ?? add(holder, step);
      known.set(key, element);
      return element;
    }, base);
  }

  function fail(code: IssueCode, rule: string, text: Text): void {
    problems.push(issue(code, rule, text));
  }

  function entryOf({ definition, type, resource, path, opener }: Target, item: JsonObject): JsonObject {
    fillFixed(resource, definition, extraction);
    Object.assign(resource, { ...sources[type]?.(extraction.responseReference), ...resource });
    const { id } = resource;
    const conditions = objectsOf(extensionsOf(opener, sdcUrl.definitionExtract)[0]?.extension).flatMap((part) => {
      const expression = fhirPathOf(valueIn(part)) ?? (typeof part.valueString === 'string' ? part.valueString : undefined);
      if (expression === undefined || !requestConditions.has(String(part.url))) return [];
      const value = evaluate(expression, item, scope, nameOf(opener))[0]?.value;
      return value === undefined ? [] : [[String(part.url), String(value)]];
    });
    const request = typeof id === 'string' ? { method: 'PUT', url: `${type}/${id}` } : { method: 'POST', url: type };
    return {
      fullUrl: `urn:uuid:${v5(`${extraction.key} ${path} ${definition}`, namespace)}`,
      resource,
      request: { ...request, ...Object.fromEntries(conditions) },
    };
  }
}

/** Where a type of resource says what it was made from, where it has an element for that. */
const sources: Readonly<Record<string, (response: JsonObject) => JsonObject>> = {
  Observation: (response) => ({ derivedFrom: [response] }),
  Condition: (response) => ({ evidence: [{ detail: [response] }] }),
  Task: (response) => ({ reasonReference: response }),
};

const requestConditions: ReadonlySet<string> = new Set(['ifNoneMatch', 'ifModifiedSince', 'ifMatch', 'ifNoneExist']);

/** The definitions of the resources that an item, or the whole form, opens. */
function contextsOf(element: JsonObject): readonly string[] {
  const current = extensionsOf(element, sdcUrl.definitionExtract).flatMap((extension) => {
    const definition = objectsOf(extension.extension).find(({ url }) => url === 'definition');
    const value = definition === undefined ? undefined : valueIn(definition);
    return typeof value === 'string' ? [value] : [];
  });
  if (current.length > 0) return current;
  const legacy = extensionValue(element, sdcUrl.itemExtractionContext) ?? extensionValue(element, sdcUrl.itemContext);
  if (typeof legacy === 'string') return [legacy];
  // `Patient?_id={{%patient.id}}` says which resource to change; without asking the server, it names the type.
  const query = isObject(legacy) && typeof legacy.expression === 'string' ? /^\/?([A-Z][A-Za-z]+)/.exec(legacy.expression)?.[1] : undefined;
  return query === undefined ? [] : [query];
}

/** Whose element a definition names: the innermost target of that profile, else of that type. */
function targetOf(definition: string, targets: readonly Target[]): readonly [Target | undefined, string] {
  const [url = '', id = ''] = definition.split('#');
  const inner = targets.toReversed();
  const plain = url.startsWith(definitionPrefix) ? url.slice(definitionPrefix.length) : url;
  const target =
    inner.find((one) => one.definition.split('|')[0] === url) ?? inner.find((one) => one.type === plain || one.type === id.split('.')[0]);
  return [target, id];
}

/** Where to start writing `id`: in the innermost open element above it, else in the resource; and how many steps are behind. */
function baseOf({ frames, resource }: Target, id: string): readonly [Draft, number] {
  const frame = frames.findLast((one) => id.startsWith(`${one.id}.`));
  return frame === undefined ? [resource, 0] : [frame.element, frame.id.split('.').length - 1];
}

function add(holder: Draft, step: Step): Draft {
  const element: Draft = {};
  for (const [path, value] of step.fixed) if (path.length === 1) element[path[0] ?? ''] = value;
  const name = nameIn(step);
  if (step.isArray) holder[name] = [...listOf(holder[name]), element];
  else holder[name] = element;
  return element;
}

function nameIn({ name, isChoice, types }: Step): string {
  return isChoice ? `${name.slice(0, -3)}${capital(types[0] ?? '')}` : name;
}

/** What the profile demands and fixes at the top of the resource, and the profile's name. */
function fillFixed(resource: Draft, definition: string, { registry }: Extraction): void {
  const structure = registry.structureDefinition(definition);
  if (structure?.derivation !== 'constraint') return;
  for (const element of elementsOf(definition, registry)) {
    const name = /^[A-Za-z]+\.(\w+)$/.exec(element.id ?? '')?.[1];
    const value = fixedValue(element);
    if (name === undefined || value === undefined || (element.min ?? 0) === 0 || resource[name] !== undefined) continue;
    resource[name] = (element.base?.max ?? element.max) === '1' ? value : [value];
  }
  resource.meta = { profile: [structure.url] };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function nameOf({ linkId }: JsonObject): string {
  return typeof linkId === 'string' ? linkId : 'Questionnaire';
}

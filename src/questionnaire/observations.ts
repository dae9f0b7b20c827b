import { v5 } from 'uuid';
import { parseReference } from '../fhir/reference.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { inUnit } from './answer.js';
import type { Extraction } from './extract.js';
import { observationProfile } from './profiles.js';
import { extensionValue, objectsOf, sdcUrl, valueIn, valueKey } from './sdc.js';

const namespace = '0d7b8a52-5c53-5a51-9a8e-6cb1c8a0e4f7';

/** How an item becomes an Observation of its own or a piece of the group's; `none` where it doesn't. */
type Relation = 'independent' | 'component' | 'member' | 'derived' | 'none';

/** What an ancestor's Observation takes in from the items under it. */
interface Parent {
  readonly components: JsonObject[];
  readonly members: JsonObject[];
  readonly sources: JsonObject[];
}

/** The Observations of a response: one for each answer of an item with a code that is marked for it. Source: SDC, form data extraction, observation-based. */
export function extractObservations(extraction: Extraction): readonly JsonObject[] {
  const { questionnaire, response } = extraction;
  const found: JsonObject[] = [];
  walk(
    objectsOf(questionnaire.item),
    objectsOf(response.item),
    relationOf(questionnaire, 'none'),
    categoriesOf(questionnaire, []),
    undefined,
    '',
  );
  return found;

  function walk(
    questions: readonly JsonObject[],
    items: readonly JsonObject[],
    inherited: Relation,
    outerCategories: readonly unknown[],
    parent: Parent | undefined,
    path: string,
  ): void {
    for (const question of questions) {
      const relation = relationOf(question, inherited);
      const categories = categoriesOf(question, outerCategories);
      const codes = codesOf(question, relation);
      const isExtracted = relation !== 'none' && codes.length > 0;
      items
        .filter(({ linkId }) => linkId === question.linkId)
        .forEach((item, at) => {
          const here = `${path}/${String(question.linkId)}:${at}`;
          if (question.type === 'group') {
            const own: Parent | undefined = isExtracted ? { components: [], members: [], sources: [] } : parent;
            walk(objectsOf(question.item), objectsOf(item.item), relation, categories, own, here);
            if (!isExtracted || own === undefined || Object.values(own).every((list: readonly unknown[]) => list.length === 0)) return;
            const { components, members, sources } = own;
            place(relation, parent, here, codes, categories, {
              ...(components.length === 0 ? {} : { component: components }),
              ...(members.length === 0 ? {} : { hasMember: members }),
              ...(sources.length === 0 ? {} : { derivedFrom: sources }),
            });
            return;
          }
          objectsOf(item.answer).forEach((answer, index) => {
            const value = isExtracted ? observationValue(answer, question) : undefined;
            if (value !== undefined) place(relation, parent, `${here}:${index}`, codes, categories, value);
            walk(objectsOf(question.item), objectsOf(answer.item), relation, categories, parent, `${here}:${index}`);
          });
        });
    }
  }

  function place(
    relation: Relation,
    parent: Parent | undefined,
    path: string,
    codes: readonly JsonObject[],
    categories: readonly unknown[],
    content: JsonObject,
  ): void {
    if (relation === 'component' && parent !== undefined && content.component === undefined) {
      parent.components.push({ code: { coding: codes }, ...content });
      return;
    }
    const observation = observationOf(path, codes, categories, content);
    found.push(observation);
    const reference = { reference: `urn:uuid:${String(observation.id)}` };
    if (relation === 'member') parent?.members.push(reference);
    if (relation === 'derived') parent?.sources.push(reference);
  }

  function observationOf(path: string, codes: readonly JsonObject[], categories: readonly unknown[], content: JsonObject): JsonObject {
    const { subject, encounter, author, authored } = response;
    const derived = [extraction.responseReference, ...objectsOf(content.derivedFrom)];
    const observation: JsonObject = {
      resourceType: 'Observation',
      // The same answer makes the same Observation again, so that extracting twice doubles nothing.
      id: v5(`${extraction.key} ${path}`, namespace),
      status: statuses[String(response.status)] ?? 'preliminary',
      category: categories.length > 0 ? categories : [isVitalSign(codes, extraction) ? vitalSign : survey],
      code: { coding: codes },
      ...(subject === undefined ? {} : { subject }),
      ...(encounter === undefined ? {} : { encounter }),
      ...(authored === undefined ? {} : { effectiveDateTime: authored }),
      ...(isPerformer(author) ? { performer: [author] } : {}),
      ...content,
      derivedFrom: derived,
    };
    const profile = observationProfile(observation, extraction.registry, extraction.terminology);
    return profile === undefined ? observation : { ...observation, meta: { profile: [profile] } };
  }
}

// What is still being filled in may yet change.
const statuses: Readonly<Record<string, string>> = { completed: 'final', amended: 'amended' };

// Source: R4 Observation profile for vital signs, which holds for everyone who uses one of its codes.
const vitalSigns = 'http://hl7.org/fhir/ValueSet/observation-vitalsignresult';
const vitalSign = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs', display: 'Vital Signs' }],
};

function isVitalSign(codes: readonly JsonObject[], { terminology }: Extraction): boolean {
  return codes.some(({ system, code }) => {
    if (typeof system !== 'string' || typeof code !== 'string') return false;
    return terminology.validateInValueSet(vitalSigns, { system, code }).valid === true;
  });
}

const survey = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'survey', display: 'Survey' }],
};

const relations: Readonly<Record<string, Relation>> = {
  independent: 'independent',
  component: 'component',
  member: 'member',
  derived: 'derived',
};

function relationOf(element: JsonObject, inherited: Relation): Relation {
  const marks = [
    extensionValue(element, sdcUrl.observationExtract),
    ...objectsOf(element.code).map((code) => extensionValue(code, sdcUrl.observationExtract)),
  ];
  const mark = marks.find((value) => value !== undefined && value !== false) ?? marks[0];
  if (mark === true) return 'independent';
  if (mark === false) return 'none';
  return typeof mark === 'string' ? (relations[mark] ?? 'none') : inherited;
}

/** The item's codes as Codings; where single ones are marked, those alone. */
function codesOf(question: JsonObject, relation: Relation): readonly JsonObject[] {
  if (relation === 'none') return [];
  const codes = objectsOf(question.code);
  const isMarked = (code: JsonObject) => extensionValue(code, sdcUrl.observationExtract) !== undefined;
  const chosen = codes.some(isMarked)
    ? codes.filter((code) => ![undefined, false].includes(extensionValue(code, sdcUrl.observationExtract) as undefined))
    : codes;
  return chosen.map(({ extension: _, id: __, ...code }) => code);
}

function categoriesOf(element: JsonObject, inherited: readonly unknown[]): readonly unknown[] {
  const own = objectsOf(element.extension).filter(({ url }) => url === sdcUrl.observationExtractCategory);
  return own.length === 0 ? inherited : own.map(valueIn);
}

// Source: SDC, form data extraction: how an answer's type becomes the Observation's.
function observationValue(answer: JsonObject, question: JsonObject): JsonObject | undefined {
  const value = valueIn(answer);
  switch (valueKey(answer)) {
    case 'valueBoolean':
    case 'valueDateTime':
    case 'valueTime':
    case 'valueString':
    case 'valueQuantity':
      return { [valueKey(answer) ?? '']: value };
    case 'valueUri':
      return { valueString: value };
    case 'valueDate':
      return { valueDateTime: value };
    case 'valueCoding':
      return { valueCodeableConcept: { coding: [value] } };
    case 'valueInteger':
    case 'valueDecimal': {
      if (typeof value !== 'number') return undefined;
      const hasUnit = extensionValue(question, sdcUrl.unit) !== undefined;
      return !hasUnit && valueKey(answer) === 'valueInteger' ? { valueInteger: value } : { valueQuantity: inUnit(value, question) };
    }
    default:
      // Attachments and references have no room in an Observation's value.
      return undefined;
  }
}

/** R4 lets fewer kinds perform an Observation than author a response. */
function isPerformer(author: unknown): author is JsonObject {
  if (!isObject(author)) return false;
  if (typeof author.reference !== 'string') return author.identifier !== undefined || author.display !== undefined;
  const reference = parseReference(author.reference);
  return !('type' in reference) || reference.type !== 'Device';
}

import type { Coding, Questionnaire, QuestionnaireItem, QuestionnaireItemEnableWhen } from '@medplum/fhirtypes';
import { html } from 'ghtml';
import type { Text } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { splitLanguages, translated } from '../../fhir/translation.js';
import { extensionsOf, extensionValue, fhirPathOf, objectsOf, sdcUrl, valueIn } from '../../questionnaire/sdc.js';
import type { Concept } from '../../terminology/terminology.js';
import { both } from '../layout.js';
import type { Example } from './examples.js';
import { guidePage, section, table } from './layout.js';
import { guideText } from './text.js';
import { extractOnce } from './try-it.js';

/** What a questionnaire's page shows. */
export interface QuestionnairePage {
  readonly questionnaire: Questionnaire;
  readonly valid: readonly Example[];
  readonly origin: string;
  /** The codes of a value set of answers; undefined where they can't be told. */
  members(valueSet: string): readonly Concept[] | undefined;
}

/** One questionnaire: its questions with answers, conditions and calculations, and what `$extract` makes of the answers. */
export function questionnairePage({ questionnaire, valid, origin, members }: QuestionnairePage): string {
  const { url = '', version = '', id = '', title = id } = questionnaire;
  const items = flat(questionnaire.item ?? []);
  const variables = extensionsOf(asJson(questionnaire), sdcUrl.variable).flatMap((extension) => {
    const value = valueIn(extension);
    return isObject(value) ? [[html`<code>%${String(value.name)}</code>`, html`<code>${String(value.expression)}</code>`]] : [];
  });
  const extracted = items.flatMap(({ item }) => extractions(item));
  const [first] = valid;
  return guidePage({
    title: translated(questionnaire, title, 'title'),
    lead: splitLanguages(questionnaire.description ?? ''),
    path: [{ label: guideText.questionnaires.id, href: '/guide#questionnaires' }],
    sections: [
      html`<section><p><code>${url}|${version}</code> · <a href="/fhir/Questionnaire/${id}">Questionnaire</a></p>
<p>!${both(guideText.answeredFor)}: ${(questionnaire.subjectType ?? []).join(', ')}</p></section>`,
      section(
        guideText.questions,
        table(
          [guideText.question, guideText.type, guideText.answers, guideText.conditions],
          items.map((one) => questionRow(one, members)),
        ),
      ),
      ...(variables.length === 0 ? [] : [section(guideText.parameters, table([guideText.name, guideText.value], variables))]),
      ...(extracted.length === 0 ? [] : [section(guideText.extracts, table([guideText.question, guideText.becomes], extracted))]),
      ...(first ? [section(guideText.tryIt, html`!${extractOnce(origin)}<pre>${first.text}</pre>`)] : []),
    ],
  });
}

interface Placed {
  readonly item: QuestionnaireItem;
  readonly depth: number;
}

function flat(items: readonly QuestionnaireItem[], depth = 0): readonly Placed[] {
  return items.flatMap((item) => [{ item, depth }, ...flat(item.item ?? [], depth + 1)]);
}

function questionRow({ item, depth }: Placed, members: QuestionnairePage['members']): readonly string[] {
  const { linkId, type, required, readOnly } = item;
  const marks = [...(required === true ? [guideText.required] : []), ...(readOnly === true ? [guideText.computed] : [])];
  const tags = marks.map((mark) => html` <span class="tag strong">!${both(mark)}</span>`);
  const unit = extensionValue(asJson(item), sdcUrl.unit);
  const measured = isObject(unit) ? html` <code>${String(unit.code)}</code>` : '';
  return [
    html`<span class="nest">${'– '.repeat(depth)}</span><code>${linkId ?? ''}</code> !${textOf(item)}!${tags.join('')}`,
    html`<code>${type ?? ''}</code>!${measured}`,
    answers(item, members),
    [...(item.enableWhen ?? []).map(condition), ...calculation(item)].join('<br>'),
  ];
}

function answers({ answerOption = [], answerValueSet }: QuestionnaireItem, members: QuestionnairePage['members']): string {
  const concepts = answerValueSet === undefined ? [] : (members(answerValueSet) ?? []);
  const lines = [
    ...answerOption.flatMap(({ valueCoding, valueString, valueInteger }) =>
      valueCoding === undefined ? [html`${String(valueString ?? valueInteger ?? '')}`] : [option(valueCoding)],
    ),
    ...concepts.map(({ code, display = '', designations }) => {
      const english = designations?.find(({ language }) => language?.startsWith('en'))?.value ?? display;
      return html`<code>${code}</code> !${both({ id: display, en: english })}`;
    }),
  ];
  return lines.length === 0 ? '' : html`<ul>!${lines.map((line) => html`<li>!${line}</li>`).join('')}</ul>`;
}

function option(coding: Coding): string {
  const weight = extensionValue(asJson(coding), sdcUrl.ordinalValue);
  return html`<code>${coding.code ?? ''}</code> ${coding.display ?? ''}!${typeof weight === 'number' ? html` <b>= ${weight}</b>` : ''}`;
}

function condition(when: QuestionnaireItemEnableWhen): string {
  const answer = Object.entries(when).find(([name]) => name.startsWith('answer'))?.[1];
  const shown = isObject(answer) ? String(answer.code ?? answer.value ?? '') : String(answer);
  return html`!${both(guideText.askedIf)} <code>${when.question ?? ''} ${when.operator ?? ''} ${shown}</code>`;
}

function calculation(item: QuestionnaireItem): readonly string[] {
  const expression = fhirPathOf(extensionValue(asJson(item), sdcUrl.calculatedExpression));
  return expression === undefined ? [] : [html`<code>${expression}</code>`];
}

/** What an item becomes: an Observation of its codes, or resources of the profiles that it opens. */
function extractions(item: QuestionnaireItem): ReadonlyArray<readonly string[]> {
  const place = html`<code>${item.linkId ?? ''}</code> !${textOf(item)}`;
  const json = asJson(item);
  const isObserved = ![undefined, false].includes(extensionValue(json, sdcUrl.observationExtract) as undefined);
  const observed = isObserved
    ? (item.code ?? []).map(({ system, code, display }) => [
        place,
        html`Observation <code>${system ?? ''}|${code ?? ''}</code> ${display ?? ''}`,
      ])
    : [];
  const opened = extensionsOf(json, sdcUrl.definitionExtract).flatMap((extension) => {
    const definition = objectsOf(extension.extension).find(({ url }) => url === 'definition');
    const profile = String(definition === undefined ? '' : valueIn(definition));
    const id = profile.slice(profile.lastIndexOf('/') + 1);
    const codes = extensionsOf(json, sdcUrl.definitionExtractValue).flatMap((value) => {
      const parts = objectsOf(value.extension);
      const fixed = parts.find(({ url }) => url === 'fixed-value')?.valueCoding;
      const names = String(parts.find(({ url }) => url === 'definition')?.valueUri ?? '');
      return isObject(fixed) && names.endsWith('.code') ? [String(fixed.code)] : [];
    });
    return [[place, html`<a href="/guide/profiles/${id}">${id}</a> <code>${codes.join(', ')}</code>`]];
  });
  return [...observed, ...opened];
}

function textOf(item: QuestionnaireItem): string {
  const text: Text = translated(item, item.text ?? '');
  return both(text);
}

/** The generated types know nothing of extensions on Codings, which our readers take as plain JSON. */
function asJson(value: object): JsonObject {
  return value as JsonObject;
}

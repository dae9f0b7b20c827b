import type { Measure, Questionnaire, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import { html } from 'ghtml';
import type { Text } from '../../fhir/outcome.js';
import { splitLanguages, translated } from '../../fhir/translation.js';
import { both } from '../layout.js';
import { guidePage, links, section } from './layout.js';
import { measureTitle } from './measure-title.js';
import { exampleHref } from './profile-page.js';
import { searchForm } from './rules-page.js';
import { guideText } from './text.js';
import { sendExample } from './try-it.js';

/** Everything that has a page, and the example to begin with. */
export interface FrontPage {
  readonly profiles: readonly StructureDefinition[];
  readonly extensions: readonly StructureDefinition[];
  /** By stage of life, in their order. */
  readonly stages: ReadonlyArray<{ readonly stage: Text; readonly measures: readonly Measure[] }>;
  readonly questionnaires: readonly Questionnaire[];
  readonly valueSets: readonly ValueSet[];
  readonly first?: { readonly profile: StructureDefinition; readonly example: string };
  readonly origin: string;
}

/** The guide's front page: how to begin, and the way to every profile, indicator, rule and code. */
export function frontPage(page: FrontPage): string {
  const { profiles, extensions, stages, questionnaires, valueSets, first, origin } = page;
  return guidePage({
    title: guideText.guide,
    lead: guideText.lead,
    sections: [
      section(
        guideText.start,
        html`<p>!${both(guideText.startSteps)}</p>!${first ? sendExample(origin, exampleHref(first.profile.name ?? '', 'valid', first.example), first.profile.type ?? '', first.profile.url ?? '') : ''}`,
      ),
      section(guideText.rules, searchForm(''), 'rules'),
      section(guideText.profiles, byType(profiles), 'profiles'),
      section(guideText.indicators, stages.map(stageBlock).join(''), 'indicators'),
      section(
        guideText.questionnaires,
        links(questionnaires.map((one) => ({ href: `/guide/questionnaires/${one.id ?? ''}`, text: titleOf(one) }))),
        'questionnaires',
      ),
      section(
        guideText.valueSets,
        links(valueSets.map((one) => ({ href: `/guide/value-sets/${one.id ?? ''}`, text: titleOf(one) }))),
        'value-sets',
      ),
      section(
        guideText.extensions,
        links(extensions.map((one) => ({ href: `/guide/profiles/${one.id ?? ''}`, text: splitLanguages(one.title ?? one.name ?? '') }))),
        'extensions',
      ),
      section(guideText.package, html`<p>!${both(guideText.packageHint)}</p><p><a href="/package.tgz">package.tgz</a></p>`, 'package'),
    ],
  });
}

function byType(profiles: readonly StructureDefinition[]): string {
  const types = [...new Set(profiles.map(({ type }) => type ?? ''))];
  return types
    .map((type) => {
      const items = profiles.filter((profile) => profile.type === type);
      return html`<h3>${type}</h3>!${links(items.map(({ id, title, name }) => ({ href: `/guide/profiles/${id ?? ''}`, text: splitLanguages(title ?? name ?? '') })))}`;
    })
    .join('');
}

function stageBlock({ stage, measures }: FrontPage['stages'][number]): string {
  const items = measures.map((measure) => ({ href: `/guide/indicators/${measure.id ?? ''}`, text: measureTitle(measure) }));
  return html`<h3>!${both(stage)}</h3>!${links(items)}`;
}

/** Titles carry their English beside a slash, or as a translation. */
function titleOf(resource: { readonly title?: string; readonly name?: string }): Text {
  const title = resource.title ?? resource.name ?? '';
  return title.includes(' / ') ? splitLanguages(title) : translated(resource, title, 'title');
}

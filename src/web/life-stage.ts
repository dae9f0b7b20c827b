import type { Measure } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import type { Text } from '../fhir/outcome.js';

const lifeStages = 'https://lontar.id/fhir/CodeSystem/life-stage';
const otherStages: Text = { id: 'Lainnya', en: 'Others' };

/** Things of measures by stage of life, in the order of the code system; those without a stage last, stages without any left out. */
export function byLifeStage<Item>(
  registry: Pick<Registry, 'codeSystem'>,
  items: readonly Item[],
  measureOf: (item: Item) => Measure,
): ReadonlyArray<{ readonly stage: Text; readonly items: readonly Item[] }> {
  const concepts = registry.codeSystem(lifeStages)?.concept ?? [];
  const known = concepts.map(({ code, display = '', designation }) => ({
    stage: { id: display, en: designation?.find(({ language }) => language === 'en')?.value ?? display },
    items: items.filter((item) => stageOf(measureOf(item)) === code),
  }));
  const others = items.filter((item) => !concepts.some(({ code }) => code === stageOf(measureOf(item))));
  return [...known, { stage: otherStages, items: others }].filter((group) => group.items.length > 0);
}

function stageOf({ topic }: Measure): string | undefined {
  return topic?.flatMap(({ coding }) => coding ?? []).find(({ system }) => system === lifeStages)?.code;
}

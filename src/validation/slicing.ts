import type { Check, Context } from './context.js';
import { report } from './context.js';
import { type Criterion, criterionOf } from './discriminator.js';
import type { Engine } from './engine.js';
import { text } from './text.js';
import { type ElementNode, typeCode } from './tree.js';

/** One value of a sliced element. `type` is known for choices. */
export interface SlicedItem {
  readonly value: unknown;
  readonly sibling: unknown;
  readonly type: string | undefined;
  readonly path: string;
}

export interface SlicePlan {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** All must hold; undefined where the slice can't be told from the others. */
  readonly criteria: readonly Criterion[] | undefined;
  /** What the slice demands of its items. */
  run: Check | undefined;
  nested: SlicingPlan | undefined;
}

export interface SlicingPlan {
  /** Path of the sliced element. */
  readonly path: string;
  readonly rules: 'open' | 'closed' | 'openAtEnd';
  readonly ordered: boolean;
  /** The discriminators, for messages. */
  readonly discriminators: string;
  readonly slices: readonly SlicePlan[];
  readonly origin: string;
}

/** Source: R4 profiling §5.1.0.15. */
export function slicingPlan(node: ElementNode, engine: Engine, origin: string): SlicingPlan {
  const slicing = node.definition.slicing;
  const stated = slicing?.discriminator ?? [];
  const isChoice = node.name.endsWith('[x]');
  const discriminators =
    stated.length > 0
      ? stated
      : isChoice
        ? [{ type: 'type' as const, path: '$this' }]
        : node.name === 'extension' || node.name === 'modifierExtension'
          ? [{ type: 'value' as const, path: 'url' }]
          : [];
  const defaultRules = isChoice && slicing === undefined ? 'open' : (slicing?.rules ?? 'open');
  return {
    path: node.path,
    rules: defaultRules,
    ordered: slicing?.ordered === true,
    discriminators: discriminators.map((item) => `${item.type}:${item.path}`).join(', ') || 'none',
    origin,
    slices: node.slices.map((slice) => {
      // a slice need not speak to every discriminator; what it leaves out doesn't tell it apart
      const criteria = discriminators.flatMap((item) => criterionOf(slice, item.type ?? 'value', item.path ?? '$this', engine) ?? []);
      return {
        name: slice.definition.sliceName ?? typeCode(slice.definition.type?.[0]?.code),
        min: slice.definition.min ?? 0,
        max: slice.definition.max === undefined || slice.definition.max === '*' ? Number.POSITIVE_INFINITY : Number(slice.definition.max),
        criteria: criteria.length > 0 ? criteria : undefined,
        run: undefined,
        nested: undefined,
      };
    }),
  };
}

/** Sorts the items into slices, counts them, and runs what each slice demands. `parent` is where missing slices are reported. */
export function runSlicing(plan: SlicingPlan, items: readonly SlicedItem[], parent: string, context: Context): void {
  const counts = plan.slices.map(() => 0);
  const groups: SlicedItem[][] = plan.slices.map(() => []);
  let lastSlice = -1;
  let unmatchedSeen = false;
  for (const item of items) {
    const index = sliceOf(plan, item, context);
    if (index < 0) {
      unmatchedSeen = true;
      if (plan.rules === 'closed') {
        const names = plan.slices.map((slice) => slice.name);
        report(
          context,
          'error',
          'structure',
          'slice-closed',
          text.sliceClosed(names, plan.discriminators),
          item.path,
          `${plan.path} is closed in ${plan.origin}`,
        );
      }
      continue;
    }
    if (plan.rules === 'openAtEnd' && unmatchedSeen)
      report(context, 'error', 'structure', 'slice-order', text.sliceAtEnd, item.path, plan.origin);
    const slice = plan.slices[index];
    if (!slice) continue;
    if (plan.ordered && index < lastSlice)
      report(context, 'error', 'structure', 'slice-order', text.sliceOrder(slice.name), item.path, plan.origin);
    lastSlice = Math.max(lastSlice, index);
    counts[index] = (counts[index] ?? 0) + 1;
    if (slice.nested) groups[index]?.push(item);
    slice.run?.(item.value, item.sibling, item.path, context);
  }
  plan.slices.forEach((slice, index) => {
    const found = counts[index] ?? 0;
    const label = `${plan.path}:${slice.name}`;
    if (found < slice.min && (slice.criteria !== undefined || items.length < slice.min)) {
      report(
        context,
        'error',
        'required',
        'slice-min',
        text.sliceMissing(label, slice.min, found, describe(slice, plan)),
        parent,
        plan.origin,
      );
    }
    if (found > slice.max)
      report(context, 'error', 'structure', 'slice-max', text.sliceTooMany(label, slice.max, found), parent, plan.origin);
    const group = groups[index];
    if (slice.nested && group && (group.length > 0 || slice.min > 0)) runSlicing(slice.nested, group, parent, context);
  });
}

function sliceOf(plan: SlicingPlan, item: SlicedItem, context: Context): number {
  for (let index = 0; index < plan.slices.length; index++) {
    const criteria = plan.slices[index]?.criteria;
    if (criteria?.every((criterion) => criterion.holds(item, context))) return index;
  }
  return -1;
}

function describe(slice: SlicePlan, plan: SlicingPlan): string {
  return slice.criteria?.map((criterion) => criterion.description).join(', ') ?? plan.discriminators;
}

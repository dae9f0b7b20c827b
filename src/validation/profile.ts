import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { isPrimitiveType } from '../fhir/primitives.js';
import type { Check } from './context.js';
import { choiceNames, delta } from './delta.js';
import type { Engine } from './engine.js';
import { bindingsOf } from './generate.js';
import { referenceTargets } from './reference.js';
import { type SlicingPlan, slicingPlan } from './slicing.js';
import { Source } from './source.js';
import { choiceValue, type ElementNode, elementTree, jsonNames, nodeById, typeCode, typeProfiles } from './tree.js';

/**
 * The function of one profile: what it demands beyond the base of its type, and nothing that the base checks already.
 * Undefined where the definition has no usable snapshot. `part` narrows it to one element, by id.
 */
export function generateProfile(definition: StructureDefinition, engine: Engine, part?: string): Check | undefined {
  const whole = elementTree(definition);
  const root = whole && part !== undefined ? nodeById(whole, part) : whole;
  if (!root) return undefined;
  const source = new Source();
  const d = source.constant(delta);
  const origin = definition.version === undefined ? (definition.url ?? '') : `${definition.url}|${definition.version}`;
  const plans: Array<{ readonly plan: SlicingPlan; readonly runs: ReadonlyArray<string | undefined> }> = [];
  let count = 0;

  const base = root.path
    .split('.')
    .slice(1)
    .reduce<ElementNode | undefined>(
      (node, step) => node && baseChild(node, typeCode(node.definition.type?.[0]?.code), step),
      typeTree(definition.type ?? ''),
    );
  const name = emitNode(root, base, root === whole ? (definition.type ?? '') : typeCode(root.definition.type?.[0]?.code));
  if (name === undefined) return doNothing;
  const runs = [...new Set(plans.flatMap(({ runs }) => runs).filter((run) => run !== undefined))];
  const made = source.build(`{root:${name},${runs.map((run) => `${run}:${run}`).join(',')}}`) as Record<string, Check>;
  for (const { plan, runs } of plans) for (const [index, slice] of plan.slices.entries()) bindRun(slice, runs[index], made);
  return made['root'];

  function typeTree(type: string): ElementNode | undefined {
    const found = type === '' || type === 'Resource' ? undefined : engine.registry.structureDefinition(type);
    return found && found !== definition ? elementTree(found) : undefined;
  }

  /** Emits the function of a node; undefined where it would have nothing to do. */
  function emitNode(node: ElementNode, base: ElementNode | undefined, type: string): string | undefined {
    const body = source.aside(() => {
      emitOwn(node, base, type);
      const children = source.aside(() => {
        for (const child of node.children) emitChild(child, baseChild(base, type, child.name));
      });
      if (children !== '') source.line(`if(typeof v==='object'&&v!==null){\n${children}\n}`);
    });
    if (body === '') return undefined;
    const made = `g${count++}`;
    source.top(`function ${made}(v,s,p,c){\n${body}\n}`);
    return made;
  }

  function baseChild(base: ElementNode | undefined, type: string, childName: string): ElementNode | undefined {
    const pools = [base?.children ?? [], referenced(base)?.children ?? [], typeTree(type)?.children ?? []];
    for (const pool of pools) {
      const found = pool.find((child) => child.name === childName) ?? pool.find((child) => isChoiceOf(child.name, childName));
      if (found) return found;
    }
    return undefined;
  }

  function referenced(base: ElementNode | undefined): ElementNode | undefined {
    const reference = base?.definition.contentReference;
    if (reference === undefined) return undefined;
    const [first = '', ...rest] = reference.slice(reference.indexOf('#') + 1).split('.');
    let node = typeTree(first);
    for (const step of rest) node = node?.children.find((child) => child.name === step);
    return node;
  }

  /** What the node itself demands of a value, its children aside. */
  function emitOwn(node: ElementNode, base: ElementNode | undefined, type: string): void {
    const own = node.definition;
    const below = base?.definition;
    emitValueRules(own, below);
    if (own.maxLength !== undefined && own.maxLength !== below?.maxLength)
      source.line(`${d}.maxLength(v,${own.maxLength},p,c,${source.constant(origin)});`);
    const minLength = (own.extension ?? []).find((extension) => extension.url === minLengthUrl)?.valueInteger;
    if (minLength !== undefined) source.line(`${d}.minLength(v,${minLength},p,c,${source.constant(origin)});`);
    if ((own.extension ?? []).some((extension) => extension.url === mustHaveValueUrl && extension.valueBoolean === true))
      source.line(`${d}.mustHaveValue(v,s,p,c,${source.constant(origin)});`);
    const units = (own.extension ?? []).find((extension) => extension.url === allowedUnitsUrl);
    if (units?.valueCanonical !== undefined)
      source.line(`${d}.units(v,${source.constant(engine.binding(units.valueCanonical, 'required'))},p,c);`);
    const languages = (own.extension ?? []).find((extension) => extension.url === languageControlUrl)?.valueCode;
    if (languages !== undefined) source.line(`${d}.narrativeLanguages(v,${JSON.stringify(languages)},p,c);`);
    emitBinding(node, base, type);
    emitTypes(node, base, type);
    const inherited = new Set(
      [...(below?.constraint ?? []), ...(typeTree(type)?.definition.constraint ?? [])].map((constraint) => constraint.key),
    );
    for (const constraint of own.constraint ?? []) {
      if (inherited.has(constraint.key)) continue;
      const invariant = engine.invariant(constraint, focusType(node, base, type));
      if (invariant) source.line(`if(v!==undefined)${source.constant(invariant)}.check(v,p,c);`);
    }
  }

  /** The type that invariants are compiled for: elements with children of their own go by their path in the base. */
  function focusType(node: ElementNode, base: ElementNode | undefined, type: string): string | undefined {
    if (type === '') return undefined;
    if (type !== 'BackboneElement' && type !== 'Element') return type;
    return base?.path ?? node.path;
  }

  function emitValueRules(own: ElementDefinition, below: ElementDefinition | undefined): void {
    for (const rule of ['fixed', 'pattern', 'minValue', 'maxValue'] as const) {
      const wanted = choiceValue(own, rule);
      if (wanted === undefined || (below && JSON.stringify(choiceValue(below, rule)) === JSON.stringify(wanted))) continue;
      source.line(`${d}.${rule}(v,s,${source.constant(wanted)},p,c,${source.constant(origin)});`);
    }
  }

  function emitBinding(node: ElementNode, base: ElementNode | undefined, type: string): void {
    const own = node.definition.binding;
    const below = base?.definition.binding;
    if (
      !own ||
      (own.valueSet === below?.valueSet &&
        own.strength === below?.strength &&
        (own.extension?.length ?? 0) === (below?.extension?.length ?? 0))
    )
      return;
    const single = (node.definition.type?.length ?? 0) < 2;
    for (const binding of bindingsOf(node, engine))
      source.line(`${d}.binding(v,${JSON.stringify(type)},${single},${source.constant(binding)},p,c);`);
  }

  function emitTypes(node: ElementNode, base: ElementNode | undefined, type: string): void {
    const types = node.definition.type ?? [];
    const below = base?.definition.type ?? [];
    if (below.some((item) => item.code === 'Resource') && types.length > 0 && !types.some((item) => item.code === 'Resource')) {
      const allowed = types.map((item) => (item.code === undefined ? '' : typeCode(item.code)));
      if (!allowed.includes('DomainResource'))
        source.line(`if(!${d}.resourceType(v,${source.constant(allowed)},p,c,${source.constant(origin)}))return;`);
    }
    for (const item of types) {
      const code = typeCode(item.code);
      const same = below.find((other) => other.code === item.code);
      const profiles = typeProfiles(item).filter((profile) => !isOwnDefinition(profile, code));
      const inherited =
        profiles.length > 0 && same !== undefined && JSON.stringify(typeProfiles(same)) === JSON.stringify(typeProfiles(item));
      if (profiles.length > 0 && !inherited && !(code === 'Extension' && isKnownExtension(profiles))) {
        const guard = types.length > 1 || code !== type ? `if(${d}.isOf(v,${JSON.stringify(code)},c,p))` : '';
        source.line(`if(v!==undefined){${guard}${d}.meets(v,p,c,${source.constant(profiles)});}`);
      }
      if (code !== 'Reference' && code !== 'canonical') continue;
      const narrowed = JSON.stringify(same?.targetProfile ?? []) !== JSON.stringify(item.targetProfile ?? []);
      const targets = code === 'Reference' && narrowed ? referenceTargets(item.targetProfile ?? [], engine) : undefined;
      const aggregation = item.aggregation ?? [];
      if (targets || (code === 'Reference' && aggregation.length > 0)) {
        source.line(`${d}.reference(v,p,c,${source.constant(targets ?? anyTarget)},${source.constant(aggregation)});`);
      }
    }
  }

  /** An extension that is on board is checked by its url wherever it stands. */
  function isKnownExtension(profiles: readonly string[]): boolean {
    return profiles.every((profile) => engine.registry.structureDefinition(profile)?.type === 'Extension');
  }

  function emitChild(child: ElementNode, base: ElementNode | undefined): void {
    const type = typeCode(child.definition.type?.[0]?.code);
    const single = (child.definition.type?.length ?? 0) === 1 || child.definition.contentReference !== undefined;
    const run = emitNode(child, base, single ? type : '');
    const plan = child.slices.length > 0 ? planSlices(child, base) : undefined;
    const min = child.definition.min ?? 0;
    const needed = min > (base?.definition.min ?? 0) ? min : 0;
    const max = maximum(child.definition.max);
    const limited = max < maximum(base?.definition.max);
    const isChoice = child.name.endsWith('[x]') || base?.name.endsWith('[x]') === true;
    const narrowed =
      isChoice && base !== undefined && (child.definition.type?.length ?? 0) < (base.definition.type?.length ?? 0) && !limited;
    if (run === undefined && plan === undefined && needed === 0 && !limited && !narrowed) return;
    const named = source.constant({ name: child.name, min: needed, max: limited ? max : Number.POSITIVE_INFINITY, origin });
    const planName = plan ? source.constant(plan) : 'undefined';
    const runName = run ?? 'undefined';
    if (isChoice) {
      const names = jsonNames(base ?? child).map((item) => ({
        ...item,
        sibling: `_${item.key}`,
        step: `.${(base ?? child).name.replace('[x]', '')}.ofType(${item.type})`,
      }));
      const types = (child.definition.type ?? []).map((item) => typeCode(item.code));
      const allowed = narrowed ? source.constant(types) : 'undefined';
      source.line(`${d}.choice(v,p,c,${source.constant(choiceNames(names, types))},${named},${allowed},${runName},${planName});`);
      return;
    }
    const key = JSON.stringify(child.name);
    const sibling = isPrimitiveType(type) ? `v[${JSON.stringify(`_${child.name}`)}]` : 'undefined';
    const isArray = (base?.definition.max ?? child.definition.base?.max ?? child.definition.max) !== '1';
    if (isArray || plan) {
      source.line(`${d}.list(v[${key}],${sibling},${JSON.stringify(`.${child.name}`)},${isArray},p,c,${named},${runName},${planName});`);
      return;
    }
    source.line(`{const x=v[${key}],y=${sibling};if(x!==undefined||y!==undefined){`);
    if (limited && max === 0) source.line(`${d}.tooMany(${named},1,p,c);`);
    if (run) source.line(`${run}(x,y,p+${JSON.stringify(`.${child.name}`)},c);`);
    source.line(needed > 0 ? `}else ${d}.tooFew(${named},0,p,c);}` : '}}');
  }

  function planSlices(node: ElementNode, base: ElementNode | undefined): SlicingPlan {
    const plan = slicingPlan(node, engine, origin);
    const runs = node.slices.map((slice, index) => {
      const type = typeCode(slice.definition.type?.[0]?.code ?? node.definition.type?.[0]?.code);
      const inner = slice.slices.length > 0 ? planSlices(slice, base) : undefined;
      const planned = plan.slices[index];
      if (planned && inner) planned.nested = inner;
      return emitNode(slice, sliceBase(node, base, type), type);
    });
    plans.push({ plan, runs });
    return plan;
  }

  /** A slice is compared with the element that it slices, whose demands have been checked for every item. */
  function sliceBase(node: ElementNode, base: ElementNode | undefined, type: string): ElementNode {
    const inherited = base && base.children.length > 0 ? base.children : (referenced(base)?.children ?? typeTree(type)?.children ?? []);
    const own = new Set(node.children.map((child) => child.name));
    return { ...node, children: [...node.children, ...inherited.filter((child) => !own.has(child.name))], slices: [] };
  }
}

const minLengthUrl = 'http://hl7.org/fhir/StructureDefinition/minLength';

const mustHaveValueUrl = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue';
const allowedUnitsUrl = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-allowedUnits';
const languageControlUrl = 'http://hl7.org/fhir/StructureDefinition/narrative-language-control';

const anyTarget = { types: new Set<string>(), profiles: new Map<string, readonly string[]>([['', []]]) };

function doNothing(): void {}

function bindRun(slice: SlicingPlan['slices'][number], run: string | undefined, made: Record<string, Check>): void {
  const found = run === undefined ? undefined : made[run];
  if (found) slice.run = found;
}

function isOwnDefinition(profile: string, code: string): boolean {
  return profile === `http://hl7.org/fhir/StructureDefinition/${code}`;
}

function isChoiceOf(choice: string, name: string): boolean {
  return choice.endsWith('[x]') && name.startsWith(choice.slice(0, -3)) && /^[A-Z]/.test(name.slice(choice.length - 3));
}

function maximum(max: string | undefined): number {
  return max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max);
}

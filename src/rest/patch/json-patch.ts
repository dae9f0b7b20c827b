import { cloneJson } from '../../fhir/json.js';
import { type Issue, issue, type Result, type Text } from '../../fhir/outcome.js';
import { isObject } from '../../fhir/resource.js';
import { patchText } from './text.js';

/**
 * `document` with the operations of an RFC 6902 patch applied; the document given stays as it is. The first operation that can't be applied
 * fails the whole patch, with an issue that names it. Unknown members of an operation are ignored (appendix A.11).
 */
export function applyJsonPatch(document: unknown, patch: unknown): Result<unknown> {
  if (!Array.isArray(patch)) return { ok: false, issues: [issue('structure', 'patch-not-a-list', patchText.notAList)] };
  let root = cloneJson(document);
  for (const [index, item] of patch.entries()) {
    const applied = applyOne(root, item);
    if (!applied.ok) return { ok: false, issues: [{ ...applied.issue, expression: `[${index}]` }] };
    root = applied.root;
  }
  return { ok: true, value: root };
}

type Applied = { readonly ok: true; readonly root: unknown } | { readonly ok: false; readonly issue: Issue };

function applyOne(root: unknown, operation: unknown): Applied {
  if (!isObject(operation)) return failed('structure', 'patch-operation', patchText.operation);
  const { op, path, from } = operation;
  const target = typeof path === 'string' ? tokensOf(path) : undefined;
  if (target === undefined) return failed('value', 'patch-path', patchText.path('path'));
  const source = typeof from === 'string' ? tokensOf(from) : undefined;
  if ((op === 'move' || op === 'copy') && source === undefined) return failed('value', 'patch-path', patchText.path('from'));
  if ((op === 'add' || op === 'replace' || op === 'test') && !Object.hasOwn(operation, 'value')) {
    return failed('required', 'patch-value', patchText.value);
  }
  switch (op) {
    case 'add':
      return add(root, target, cloneJson(operation.value));
    case 'remove':
      return remove(root, target);
    case 'replace': {
      const there = valueAt(root, target);
      if (!there.ok) return there;
      return put(root, target, cloneJson(operation.value));
    }
    case 'move': {
      const found = valueAt(root, source ?? []);
      if (!found.ok) return found;
      // RFC 6902 §4.4: what is moved can't be put into itself.
      if (target.length > (source ?? []).length && (source ?? []).every((token, index) => token === target[index])) {
        return failed('value', 'patch-path', patchText.moveIntoItself);
      }
      const removed = remove(root, source ?? []);
      return removed.ok ? add(removed.root, target, found.value) : removed;
    }
    case 'copy': {
      const found = valueAt(root, source ?? []);
      return found.ok ? add(root, target, cloneJson(found.value)) : found;
    }
    case 'test': {
      const found = valueAt(root, target);
      if (!found.ok) return found;
      return sameJson(found.value, operation.value) ? { ok: true, root } : failed('processing', 'patch-test', patchText.test);
    }
    default:
      return failed('value', 'patch-operation', patchText.operation);
  }
}

/** RFC 6901: reference tokens of a JSON Pointer; undefined where it is none. */
function tokensOf(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

type Found = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issue: Issue };

function valueAt(root: unknown, tokens: readonly string[]): Found {
  let value = root;
  for (const token of tokens) {
    if (Array.isArray(value)) {
      const index = indexOf(token, value.length - 1);
      if (index === undefined) return failed('not-found', 'patch-target', patchText.target);
      value = value[index];
    } else if (isObject(value) && Object.hasOwn(value, token)) value = value[token];
    else return failed('not-found', 'patch-target', patchText.target);
  }
  return { ok: true, value };
}

function add(root: unknown, tokens: readonly string[], value: unknown): Applied {
  const last = tokens.at(-1);
  if (last === undefined) return { ok: true, root: value };
  const parent = valueAt(root, tokens.slice(0, -1));
  if (!parent.ok) return parent;
  if (Array.isArray(parent.value)) {
    const index = last === '-' ? parent.value.length : indexOf(last, parent.value.length);
    if (index === undefined) return failed('not-found', 'patch-target', patchText.target);
    parent.value.splice(index, 0, value);
    return { ok: true, root };
  }
  if (!isObject(parent.value)) return failed('not-found', 'patch-target', patchText.target);
  if (forbidden.has(last)) return failed('security', 'patch-name', patchText.name);
  (parent.value as Record<string, unknown>)[last] = value;
  return { ok: true, root };
}

/** Sets what is there already, where it stands. */
function put(root: unknown, tokens: readonly string[], value: unknown): Applied {
  const last = tokens.at(-1);
  if (last === undefined) return { ok: true, root: value };
  const parent = valueAt(root, tokens.slice(0, -1));
  if (!parent.ok) return parent;
  (parent.value as Record<string, unknown>)[last] = value;
  return { ok: true, root };
}

function remove(root: unknown, tokens: readonly string[]): Applied {
  const last = tokens.at(-1);
  if (last === undefined) return failed('value', 'patch-path', patchText.wholeDocument);
  const parent = valueAt(root, tokens.slice(0, -1));
  if (!parent.ok) return parent;
  if (Array.isArray(parent.value)) {
    const index = indexOf(last, parent.value.length - 1);
    if (index === undefined) return failed('not-found', 'patch-target', patchText.target);
    parent.value.splice(index, 1);
    return { ok: true, root };
  }
  if (!isObject(parent.value) || !Object.hasOwn(parent.value, last)) return failed('not-found', 'patch-target', patchText.target);
  delete (parent.value as Record<string, unknown>)[last];
  return { ok: true, root };
}

const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** RFC 6901 §4: no leading zeros, within the array. */
function indexOf(token: string, maximum: number): number | undefined {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(token)) return undefined;
  const index = Number(token);
  return index <= maximum ? index : undefined;
}

/** RFC 6902 §4.6: equal JSON, whatever the order of names. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isObject(a)) return a === b;
  if (!isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]));
}

function failed(code: Issue['code'], rule: string, text: Text): { readonly ok: false; readonly issue: Issue } {
  return { ok: false, issue: issue(code, rule, text) };
}

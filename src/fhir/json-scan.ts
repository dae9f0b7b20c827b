/** Objects and arrays within each other that `parseJson` accepts. The deepest published R4 example has 15. */
export const maximumDepth = 200;

/** Names and indexes from the root to a value. */
export type Path = readonly (string | number)[];

/** A number that JSON.stringify would print otherwise than it was written. */
export interface FoundNumber {
  readonly path: Path;
  readonly source: string;
}

/** What JSON.parse would let through. `offset` in bytes. */
export type Fault = { readonly kind: 'duplicate' | 'forbidden' | 'nul' | 'surrogate'; readonly offset: number; readonly path: Path };

export interface Scan {
  readonly tooDeep: boolean;
  readonly numbers: readonly FoundNumber[];
  readonly faults: readonly Fault[];
}

const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Objects up to this many names are compared name by name; larger ones through a Set, so that a hostile object costs no more than its size. */
const linearNames = 32;
const maximumFaults = 10;

// One scan runs at a time and never waits, so its stacks are shared between calls.
const isArrayAt = new Uint8Array(maximumDepth + 2);
const indexAt = new Int32Array(maximumDepth + 2);
const nameStartAt = new Int32Array(maximumDepth + 2);
const nameEndAt = new Int32Array(maximumDepth + 2);
const firstNameAt = new Int32Array(maximumDepth + 2);
const nameHashes = new Int32Array((maximumDepth + 2) * linearNames);
const nameStarts = new Int32Array((maximumDepth + 2) * linearNames);
const nameEnds = new Int32Array((maximumDepth + 2) * linearNames);

/**
 * One pass over the bytes that finds what JSON.parse lets through or loses. It trusts no syntax (JSON.parse judges that afterwards), only
 * that every byte belongs to UTF-8, in which no byte of a longer character equals an ASCII one.
 */
export function scan(bytes: Buffer, start: number): Scan {
  const numbers: FoundNumber[] = [];
  const faults: Fault[] = [];
  const length = bytes.length;
  const manyNames = new Map<number, Set<string>>();
  let depth = 0;
  let namesTop = 0;
  let expectName = false;
  isArrayAt[0] = 1;
  indexAt[0] = 0;

  const path = (): Path => {
    const steps: (string | number)[] = [];
    for (let level = 1; level <= depth; level++) {
      steps.push(isArrayAt[level] === 1 ? (indexAt[level] ?? 0) : decode(bytes, nameStartAt[level] ?? 0, nameEndAt[level] ?? 0));
    }
    return steps;
  };
  const fault = (kind: Fault['kind'], offset: number) => {
    if (faults.length < maximumFaults) faults.push({ kind, offset, path: path() });
  };

  let at = start;
  while (at < length) {
    switch (bytes[at]) {
      case 0x22: {
        const from = ++at;
        let hash = 0;
        let escaped = false;
        let byte = bytes[at];
        while (byte !== 0x22 && at < length) {
          if (byte === 0x5c) {
            escaped = true;
            if (bytes[at + 1] === 0x75) at = unicodeEscape(bytes, at, fault);
            at += 2;
          } else {
            hash = (Math.imul(hash, 31) + (byte ?? 0)) | 0;
            at++;
          }
          byte = bytes[at];
        }
        if (expectName) {
          expectName = false;
          nameStartAt[depth] = from;
          nameEndAt[depth] = at;
          if (escaped) hash = hashOf(Buffer.from(decode(bytes, from, at)));
          if (hash === protoHash || hash === constructorHash || hash === prototypeHash) {
            if (forbidden.has(decode(bytes, from, at))) fault('forbidden', from);
          }
          const first = firstNameAt[depth] ?? 0;
          if (namesTop - first < linearNames) {
            for (let index = first; index < namesTop; index++) {
              if (nameHashes[index] === hash) {
                const other = decode(bytes, nameStarts[index] ?? 0, nameEnds[index] ?? 0);
                if (other === decode(bytes, from, at)) fault('duplicate', from);
              }
            }
            nameHashes[namesTop] = hash;
            nameStarts[namesTop] = from;
            nameEnds[namesTop] = at;
            namesTop++;
          } else {
            let names = manyNames.get(depth);
            if (names === undefined) {
              names = new Set();
              for (let index = first; index < namesTop; index++) names.add(decode(bytes, nameStarts[index] ?? 0, nameEnds[index] ?? 0));
              manyNames.set(depth, names);
            }
            const name = decode(bytes, from, at);
            if (names.has(name)) fault('duplicate', from);
            names.add(name);
          }
        }
        at++;
        break;
      }
      case 0x7b:
      case 0x5b:
        depth++;
        if (depth > maximumDepth) return { tooDeep: true, numbers, faults };
        if (bytes[at] === 0x5b) {
          isArrayAt[depth] = 1;
          indexAt[depth] = 0;
        } else {
          isArrayAt[depth] = 0;
          firstNameAt[depth] = namesTop;
          nameStartAt[depth] = 0;
          nameEndAt[depth] = 0;
          expectName = true;
        }
        at++;
        break;
      case 0x7d:
      case 0x5d:
        if (depth > 0) {
          if (isArrayAt[depth] === 0) {
            namesTop = firstNameAt[depth] ?? 0;
            if (manyNames.size > 0) manyNames.delete(depth);
          }
          depth--;
        }
        expectName = false;
        at++;
        break;
      case 0x2c:
        if (isArrayAt[depth] === 1) indexAt[depth] = (indexAt[depth] ?? 0) + 1;
        else expectName = true;
        at++;
        break;
      case 0x2d:
      case 0x30:
      case 0x31:
      case 0x32:
      case 0x33:
      case 0x34:
      case 0x35:
      case 0x36:
      case 0x37:
      case 0x38:
      case 0x39: {
        const from = at;
        let plain = true;
        let last = 0;
        for (; at < length; at++) {
          const byte = bytes[at] ?? 0;
          if (byte === 0x2e) plain = false;
          else if (byte === 0x65 || byte === 0x45 || byte === 0x2b) plain = false;
          else if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) break;
          last = byte;
        }
        // An integer of up to fifteen digits prints as written, save -0; so does a decimal that ends in no zero and isn't tiny: the exact look is for the rest.
        const mayDiffer = plain
          ? at - from > 15 || (bytes[from] === 0x2d && bytes[from + 1] === 0x30)
          : last === 0x30 || at - from > 15 || bytes[from] === 0x30 || bytes[from] === 0x2d || hasExponent(bytes, from, at);
        if (mayDiffer) {
          const source = bytes.toString('latin1', from, at);
          if (JSON.stringify(Number(source)) !== source) numbers.push({ path: path(), source });
        }
        break;
      }
      default:
        at++;
    }
  }
  return { tooDeep: false, numbers, faults };
}

/** Looks at `\uXXXX` whose backslash stands at `at`. Returns the offset of the last escape taken, so that the caller's step of two passes its `u`. */
function unicodeEscape(bytes: Buffer, at: number, fault: (kind: Fault['kind'], offset: number) => void): number {
  const unit = Number.parseInt(bytes.toString('latin1', at + 2, at + 6), 16);
  if (unit === 0) fault('nul', at);
  else if (unit >= 0xdc00 && unit <= 0xdfff) fault('surrogate', at);
  else if (unit >= 0xd800 && unit <= 0xdbff) {
    const low = bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75 ? Number.parseInt(bytes.toString('latin1', at + 8, at + 12), 16) : 0;
    if (low >= 0xdc00 && low <= 0xdfff) return at + 6;
    fault('surrogate', at);
  }
  return at;
}

function hasExponent(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === 0x65 || bytes[at] === 0x45) return true;
  return false;
}

function hashOf(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

const protoHash = hashOf(Buffer.from('__proto__'));
const constructorHash = hashOf(Buffer.from('constructor'));
const prototypeHash = hashOf(Buffer.from('prototype'));

function decode(bytes: Buffer, from: number, to: number): string {
  const raw = bytes.toString('utf8', from, to);
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return raw;
  }
}

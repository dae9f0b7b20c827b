import { collections } from './functions/collections.js';
import { conversion } from './functions/conversion.js';
import { existence } from './functions/existence.js';
import { fhir } from './functions/fhir.js';
import { math } from './functions/math.js';
import { strings } from './functions/strings.js';
import { utility } from './functions/utility.js';
import type { FunctionTable } from './scope.js';

/** Every function by its name, save those that take types (`is`, `as`, `ofType`) and `sort`, which interpret.ts compiles. */
export const functions: FunctionTable = { ...existence, ...collections, ...conversion, ...strings, ...math, ...utility, ...fhir };

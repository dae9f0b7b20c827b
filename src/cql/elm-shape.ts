import { Ajv } from 'ajv';
import type { ElmLibrary } from './elm.js';

const text = { type: 'string', minLength: 1 } as const;

function definitions(properties: Readonly<Record<string, object>>, required: readonly string[] = ['name']): object {
  return {
    type: 'object',
    properties: { def: { type: 'array', items: { type: 'object', properties: { name: text, ...properties }, required: [...required] } } },
  };
}

// What evaluators read of a library without looking twice; expressions are looked at node by node as they are compiled. Source: ELM, `Library`.
const isLibrary = new Ajv().compile({
  type: 'object',
  properties: {
    identifier: { type: 'object', properties: { id: text, version: text }, required: ['id'] },
    includes: definitions({ localIdentifier: text, path: text, version: text }, ['localIdentifier', 'path']),
    parameters: definitions({ default: { type: 'object' } }),
    codeSystems: definitions({ id: text, version: text }, ['name', 'id']),
    valueSets: definitions({ id: text, version: text }, ['name', 'id']),
    codes: definitions({ id: text, codeSystem: { type: 'object' } }, ['name', 'id']),
    concepts: definitions({ code: { type: 'array', items: { type: 'object' } } }),
    statements: definitions({ expression: { type: 'object' }, operand: { type: 'array', items: { type: 'object' } } }),
  },
  required: ['identifier'],
});

/** Whether what a client sent as ELM has the parts of a library where they belong. */
export function isElmLibrary(value: unknown): value is ElmLibrary {
  return isLibrary(value);
}

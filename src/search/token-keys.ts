import type { TokenValue } from './values.js';

// What is hashed into `resource.tokens`. A value is stored under every form that a search may ask for, so that each search is one lookup.
// The parts are joined by a character that no FHIR string may hold.
const gap = '\u0001';

function forms(prefix: string, { system, code, anySystem }: TokenValue): readonly string[] {
  const keys: string[] = [];
  if (code !== undefined) {
    keys.push(`${prefix}*${gap}${code}`);
    if (anySystem !== true) keys.push(`${prefix}=${system ?? ''}${gap}${code}`);
  }
  if (system !== undefined) keys.push(`${prefix}s${system}`);
  return keys;
}

export const tokenKeys = {
  stored(parameter: number | string, token: TokenValue): readonly string[] {
    const own = forms(`${parameter}t`, token);
    if (token.identifierTypes === undefined || token.code === undefined) return own;
    return [...own, ...token.identifierTypes.map(({ system, code }) => `${parameter}o${system ?? ''}${gap}${code}${gap}${token.code}`)];
  },
  /** `code`, whatever its system. */
  anySystem: (parameter: number | string, code: string) => `${parameter}t*${gap}${code}`,
  /** `system|code`; an empty system asks for codes without one. */
  exact: (parameter: number | string, system: string, code: string) => `${parameter}t=${system}${gap}${code}`,
  /** `system|` */
  system: (parameter: number | string, system: string) => `${parameter}ts${system}`,
  ofType: (parameter: number | string, system: string, code: string, value: string) => `${parameter}o${system}${gap}${code}${gap}${value}`,
  text: (parameter: number | string, text: string) => `${parameter}x${text}`,
  uri: (parameter: number | string, uri: string) => `${parameter}u${uri}`,
  reference: (parameter: number | string, target: string) => `${parameter}r${target}`,
  identifier: (parameter: number | string, identifier: TokenValue) => forms(`${parameter}i`, identifier),
  identifierAnySystem: (parameter: number | string, value: string) => `${parameter}i*${gap}${value}`,
  identifierExact: (parameter: number | string, system: string, value: string) => `${parameter}i=${system}${gap}${value}`,
  identifierSystem: (parameter: number | string, system: string) => `${parameter}is${system}`,
  /** Stands for a component of a composite parameter where a parameter's hash would stand. */
  component: (composite: number, index: number) => `${composite}c${index}`,
} as const;

import type { Text } from '../fhir/outcome.js';

export const commandText = {
  summary: (valid: number, invalid: number): Text => ({
    id: `${valid} sah, ${invalid} tidak sah`,
    en: `${valid} valid, ${invalid} invalid`,
  }),
  unreadable: (path: string, code: string): Text => ({ id: `${path} tidak dapat dibaca (${code})`, en: `${path} can't be read (${code})` }),
  emptyFolder: (path: string): Text => ({
    id: `${path} tidak berisi berkas .json, .xml, atau .ndjson`,
    en: `${path} holds no .json, .xml or .ndjson file`,
  }),
};

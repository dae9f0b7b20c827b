import type { CodeSource } from './code-source.js';
import { grammarSource } from './grammar-source.js';

export const mimeSystem = 'urn:ietf:bcp:13';

// RFC 6838 §4.2 (names) and IANA's top-level types; parameters as RFC 2045 §5.1.
const mimeType =
  /^(?:application|audio|example|font|haptics|image|message|model|multipart|text|video)\/[a-z\d][a-z\d!#$&^_.+-]{0,126}(?:\s*;\s*[a-z\d!#$&^_.+-]+=(?:"[^"]*"|[^\s";]+))*$/i;

/** Media types by their grammar (BCP-13): IANA adds names week by week, so any subtype is taken. */
export function mimeSource(): CodeSource {
  return grammarSource(mimeSystem, (code) => (mimeType.test(code) ? code : undefined));
}

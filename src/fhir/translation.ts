import type { Language, Text } from './outcome.js';
import { asObject, isObject, type JsonObject } from './resource.js';

const translationUrl = 'http://hl7.org/fhir/StructureDefinition/translation';

/** What stands beside a string in `language`: the other language, as the translation extension. Source: http://hl7.org/fhir/StructureDefinition/translation. */
export function translationOf(text: Text, language: Language) {
  const other = language === 'id' ? 'en' : 'id';
  return {
    extension: [
      {
        url: translationUrl,
        extension: [
          { url: 'lang', valueCode: other },
          { url: 'content', valueString: text[other] },
        ],
      },
    ],
  };
}

/** `text`, the value of `element` in Indonesian, with the English of its translation extension beside it; the same text twice where there is none. */
export function translated(holder: object, text: string, element = 'text'): Text {
  for (const extension of extensionsOf(asObject(holder)[`_${element}`])) {
    const parts = extension.url === translationUrl ? extensionsOf(extension) : [];
    const language = parts.find(({ url }) => url === 'lang')?.valueCode;
    const content = parts.find(({ url }) => url === 'content')?.valueString;
    if (language === 'en' && typeof content === 'string') return { id: text, en: content };
  }
  return { id: text, en: text };
}

/** `Indonesia / English` as a text. */
export function splitLanguages(text: string): Text {
  const [id = '', en = id] = text.split(' / ');
  return { id, en };
}

function extensionsOf(holder: unknown): readonly JsonObject[] {
  return isObject(holder) && Array.isArray(holder.extension) ? holder.extension.filter(isObject) : [];
}

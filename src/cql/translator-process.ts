import { translate } from './translate.js';
import type { TranslationRequest } from './translator.js';

// Entry point of the translator's process: one text in, one result out.
process.on('message', ({ cql, sources }: TranslationRequest) => {
  process.send?.(translate(cql, sources));
});

// Without the server there is nobody to answer.
process.on('disconnect', () => process.exit(0));

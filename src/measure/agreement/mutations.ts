import { codeMutations } from './mutations/codes.js';
import { dateMutations } from './mutations/dates.js';
import type { Mutation } from './mutations/draft.js';
import { lifeMutations } from './mutations/life.js';
import { valueMutations } from './mutations/values.js';

/** Every mutation, each as likely as the other. */
export const mutations: readonly Mutation[] = [...dateMutations, ...codeMutations, ...valueMutations, ...lifeMutations];

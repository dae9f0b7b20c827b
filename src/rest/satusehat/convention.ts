import type { Config } from '../../config.js';
import type { PlatformRule } from '../../validation/rules/platform.js';
import type { Convention } from '../convention.js';
import { createUnlessThere } from './conditional-create.js';
import { failureTelling } from './failure.js';
import { livesElsewhere } from './lives-elsewhere.js';
import { patchHabits } from './patch-habits.js';
import { createPatient } from './patient.js';
import { judgedByPlatform } from './platform-issues.js';
import { isNumbered, ruleTexts } from './text.js';
import { refusedTransaction, transactionIssues } from './transaction.js';

/** FHIR as the national platform serves it: its numbered rules refuse, its numbers end the texts, its replies have their own forms. */
export function satusehatConvention(rules: readonly PlatformRule[], { platformEarliest }: Pick<Config, 'platformEarliest'>): Convention {
  const texts = ruleTexts(rules);
  const answer: Convention['answer'] = (interaction, request, services) =>
    interaction.code === 'create' ? createUnlessThere(interaction, request, services) : interaction.handler(request, services);
  return {
    kind: 'satusehat',
    // The platform knows no vital signs profile: its own samples measure heart rates in {beats}/min.
    validation: { claimedProfiles: 'warn' },
    judged: judgedByPlatform(rules, platformEarliest === undefined ? undefined : Date.parse(platformEarliest)),
    alwaysRefuses: isNumbered,
    transactionIssues: transactionIssues(texts),
    refusedTransaction: refusedTransaction(texts),
    patchIssues: patchHabits(texts),
    livesElsewhere,
    failure: failureTelling(texts),
    answer,
    direct: (interaction, request, services) =>
      (interaction.code === 'create' && request.type === 'Patient' ? createPatient : answer)(interaction, request, services),
  };
}

import type { OpenTarget } from './target.ts';
import { awsStreams } from './targets/aws-streams.ts';
import { bodyFacts } from './targets/body-facts.ts';
import { configurations } from './targets/configurations.ts';
import { eventStreams } from './targets/event-streams.ts';
import { forms } from './targets/forms.ts';
import { front } from './targets/front.ts';
import { providersAnswers } from './targets/providers-answers.ts';
import { storedRecords } from './targets/stored-records.ts';
import { translations } from './targets/translations.ts';
import { wrongValues } from './targets/wrong-values.ts';

/** Every place where foreign bytes come in, by the name of its corpus. */
export const targets: Readonly<Record<string, OpenTarget>> = {
  'aws-streams': awsStreams,
  'body-facts': bodyFacts,
  configurations,
  'event-streams': eventStreams,
  forms,
  front,
  'providers-answers': providersAnswers,
  'stored-records': storedRecords,
  translations,
  'wrong-values': wrongValues,
};

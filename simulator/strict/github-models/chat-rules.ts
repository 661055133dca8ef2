import { chatModelRules } from '../openai/models.ts';
import type { Rule } from '../rule.ts';

/** Models of OpenAI's have their publisher in front of their name. */
const PUBLISHER = 'openai/';

/** What GitHub Models refuse: for models of OpenAI's what these refuse by themselves. */
export const githubModelsRules: readonly Rule[] = chatModelRules.map((rule) => ({
  ...rule,
  models: /^openai\//u,
  source: `docs.github.com/rest/models/inference, ${rule.source}`,
  find: (request) => {
    const model = request.model.slice(PUBLISHER.length);
    return rule.models?.test(model) === false ? undefined : rule.find({ ...request, model });
  },
}));

/** All that `optipick help` loads for a topic. */
import type { TopicName } from '../../shared/help-topics.ts';
import { ciTopic } from './ci.ts';
import { environmentTopic } from './environment.ts';
import { exitCodeTopic } from './exit-codes.ts';
export { errorCodeTopic } from './exit-codes.ts';
import { csvTopic, requestTopic } from './fields.ts';
import { outputTopic } from './output.ts';
import type { TopicPart } from './parts.ts';
export { renderTopic } from './parts.ts';
import { webhookTopic } from './webhooks.ts';

export const TOPIC_PARTS: Readonly<Record<TopicName, () => readonly TopicPart[]>> = {
  csv: csvTopic,
  request: requestTopic,
  webhooks: webhookTopic,
  ci: ciTopic,
  output: outputTopic,
  'exit-codes': exitCodeTopic,
  environment: environmentTopic,
};

/** The topics of `optipick help <topic>`; their texts are loaded when one is asked for. */
export const HELP_TOPICS = [
  { name: 'csv', title: 'Columns of a table' },
  { name: 'request', title: 'Fields of a request' },
  { name: 'webhooks', title: 'Webhooks' },
  { name: 'ci', title: 'Continuous integration' },
  { name: 'output', title: 'Output' },
  { name: 'exit-codes', title: 'Exit codes' },
  { name: 'environment', title: 'Environment' },
] as const;

export type TopicName = (typeof HELP_TOPICS)[number]['name'];

/** As they are listed. */
export const TOPIC_NAMES: readonly TopicName[] = HELP_TOPICS.map(({ name }) => name);

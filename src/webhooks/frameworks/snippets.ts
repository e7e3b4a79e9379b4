/** A receiver for each framework that verifies, to be copied. Loaded only where one is asked for. */
import { ASPNET } from './aspnet.ts';
import type { Framework } from './frameworks.ts';
import { GO } from './go.ts';
import { EXPRESS, FASTIFY } from './node.ts';
import { PHP } from './php.ts';
import { DJANGO, FASTAPI, FLASK } from './python.ts';
import { RAILS } from './rails.ts';
import { SPRING } from './spring.ts';

/** Lines of at most 78 columns, without a line end after the last. The variable OPTIPICK_WEBHOOK_SECRET holds the secret. */
export const SNIPPETS: Readonly<Record<Framework, string>> = {
  express: EXPRESS,
  fastify: FASTIFY,
  flask: FLASK,
  fastapi: FASTAPI,
  django: DJANGO,
  aspnet: ASPNET,
  spring: SPRING,
  php: PHP,
  go: GO,
  rails: RAILS,
};

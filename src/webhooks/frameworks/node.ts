/** Receivers on Node, with Svix's library. */
export const EXPRESS = `import { Webhook } from 'svix';

const secret = process.env.OPTIPICK_WEBHOOK_SECRET;
const webhook = new Webhook(secret);
const raw = express.raw({ type: '*/*', limit: '1mb' });

// Before app.use(express.json())
app.post('/webhook', raw, (req, res) => {
  try {
    webhook.verify(req.body, req.headers);
  } catch {
    return res.sendStatus(400);
  }
  res.sendStatus(204);
});`;

export const FASTIFY = `import { Webhook } from 'svix';

const webhook = new Webhook(process.env.OPTIPICK_WEBHOOK_SECRET);
const asBytes = { parseAs: 'buffer' };

app.register(async (scope) => { // its parser is for this route alone
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', asBytes, async (_, body) => body);
  scope.post('/webhook', async (request, reply) => {
    try {
      webhook.verify(request.body, request.headers);
    } catch {
      return reply.code(400).send();
    }
    return reply.code(204).send();
  });
});`;

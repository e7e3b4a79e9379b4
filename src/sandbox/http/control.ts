/**
 * The sandbox's own calls, under `/_sandbox/`: endpoints, messages and their attempts. JSON both ways,
 * names as the API's own (`snake_case`), times in RFC 3339 UTC.
 */
import { type HttpResponse, jsonResponse } from '../../lib/net/http.ts';
import { CliError } from '../../errors.ts';
import { readEndpoint, readEndpointId, readSince } from './control-input.ts';
import { attemptViews, endpointView, messageView } from './control-view.ts';
import type { Endpoint, Endpoints } from '../webhooks/endpoints.ts';
import type { Message } from '../webhooks/message.ts';
import type { Outbox } from '../webhooks/outbox.ts';
import { HttpError, valueIssue } from './http-error.ts';

export const ENDPOINT_ACTIONS = ['enable', 'disable', 'rotate', 'recover'] as const;
export type EndpointAction = (typeof ENDPOINT_ACTIONS)[number];

/** Every method throws {@link HttpError}: 404 for an unknown id, 422 for a body that cannot be used. */
export function createControl(endpoints: Endpoints, outbox: Outbox) {
  function endpointOf(id: string): Endpoint {
    const endpoint = endpoints.find(id);
    if (endpoint === undefined) throw new HttpError(404, 'Endpoint not found');
    return endpoint;
  }

  function messageOf(id: string): Message {
    const message = outbox.find(id);
    if (message === undefined) throw new HttpError(404, 'Message not found');
    return message;
  }

  const actions: Readonly<Record<EndpointAction, (id: string, body: string) => HttpResponse>> = {
    enable(id) {
      outbox.enable(id);
      return jsonResponse(200, endpointView(endpointOf(id)));
    },
    disable(id) {
      outbox.disable(id, 'disabled by hand');
      return jsonResponse(200, endpointView(endpointOf(id)));
    },
    rotate: (id) => jsonResponse(200, { id, secret: endpoints.rotate(id) }),
    recover(id, body) {
      const since = readSince(body);
      const messages = outbox.recover(id, since);
      return jsonResponse(202, { id, since: new Date(since).toISOString(), messages });
    },
  };

  return {
    listEndpoints: () => jsonResponse(200, endpoints.list().map(endpointView)),
    addEndpoint(body: string) {
      const { url, ...options } = readEndpoint(body);
      try {
        return jsonResponse(201, endpointView(endpoints.add(url, options)));
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        const field = ENDPOINT_FIELDS[error.code] ?? 'url';
        throw new HttpError(422, [valueIssue(['body', field], error.message)]);
      }
    },
    showSecret(endpointId: string) {
      const { id } = endpointOf(endpointId);
      return jsonResponse(200, { secret: endpoints.secretsOf(id)[0] });
    },
    act: (endpointId: string, action: EndpointAction, body: string) => actions[action](endpointOf(endpointId).id, body),
    listMessages: () => jsonResponse(200, outbox.messages().map(messageView)),
    listAttempts: (messageId: string) => jsonResponse(200, attemptViews(messageOf(messageId))),
    resend(messageId: string, body: string) {
      const message = messageOf(messageId);
      const endpointId = readEndpointId(body);
      const isMissing = endpointId !== undefined && !message.deliveries.some((one) => one.endpointId === endpointId);
      if (isMissing) throw new HttpError(404, 'The message was not for that endpoint');
      return jsonResponse(202, { id: message.id, deliveries: outbox.resend(message, endpointId) });
    },
  };
}

export type Control = ReturnType<typeof createControl>;

/** The field of an endpoint that a failure is about. */
const ENDPOINT_FIELDS: Readonly<Record<string, string>> = { bad_event: 'events', bad_secret: 'secret' };

/** The topic `webhooks`. */
import { SVIX_ADDRESSES } from '../../../webhooks/receiver/svix-addresses.ts';
import type { TopicPart } from './parts.ts';

export function webhookTopic(): readonly TopicPart[] {
  return [
    `When an asynchronous request is finished, Optioryx sends a small signed message to every endpoint registered in the
    web application (Settings > Webhooks). It carries the id of the finished request, not the result: fetch that with
    "optipick poll <id>".`,
    {
      heads: ['What', 'Facts'],
      rows: [
        [
          'event types',
          `route.optimized, cluster.optimized: any operational warehouse; route.optimized.{site name}.{user id}, and the
          same for cluster`,
        ],
        ['payload', '{"request_id":"67507ad05e593173d0313e0f"}'],
        ['headers', 'svix-id (the same on every retry), svix-timestamp, svix-signature'],
        [
          'signature',
          `HMAC-SHA256 over "{svix-id}.{svix-timestamp}.{raw body}" with the endpoint's own secret (whsec_...). It covers
          the bytes as sent: a body that was parsed and serialized again does not verify.`,
        ],
        ['accepted', 'any 2xx within 15 seconds; redirects count as failure'],
        ['retries', 'at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h later'],
        [
          'disabled',
          'an endpoint whose every attempt failed for 5 days is switched off and must be enabled again by hand',
        ],
        [
          'recovery',
          `the dashboard can resend one message or recover all failed since a date; they have the same svix-id, so a
          receiver must recognize duplicates`,
        ],
      ],
    },
    `A secret belongs to one endpoint. An API key is not a webhook secret. Try it without an account: "optipick demo". Try
    an endpoint of your own: "optipick trigger --suite --to <url>".`,
    { heading: 'The listener' },
    `"optipick listen" is such an endpoint on this machine. Give the web application the public address of it (your proxy
    or tunnel in front of port 5000) and the path /webhook, and give listen the secret that the application shows then.`,
    {
      heads: ['What', 'Facts'],
      rows: [
        [
          'answers',
          `204 stored, or stored before; 400, 401 not signed as it must be; 403 not from --allow-from; 404, 405, 413, 415
          another kind of request; 503 the inbox cannot be written: the sender retries`,
        ],
        [
          'no address',
          `"optipick listen --relay" receives through the relay of Svix and prints an address for the web application; a
          third party sees what passes`,
        ],
        [
          'afterwards',
          `fetch the result, show it, forward it, run a command; repeated when it fails, first after about 2 s, stopped
          after 12 attempts in 70 minutes ("optipick events replay --failed"). Deliveries are stored for 30 days.`,
        ],
        ['missed', 'what no webhook announced: "optipick events sync"'],
      ],
    },
    { heading: 'Source addresses' },
    `Svix, which sends for Optioryx, promises these source addresses to customers of some of its plans (for a firewall, or
    --allow-from svix, svix-us, svix-eu):`,
    {
      heads: ['Region', 'Addresses'],
      rows: Object.entries(SVIX_ADDRESSES).map(([region, addresses]) => [region, addresses.join(', ')]),
    },
  ];
}

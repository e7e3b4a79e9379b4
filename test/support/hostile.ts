/** Texts of an adversary, and answers that hold one of them wherever the API can send a text. */
import type { Kind } from '../../src/kinds.ts';

/** Each begins and ends with something that can be seen, so that cleaning leaves no field empty. */
export const HOSTILE: Readonly<Record<string, string>> = {
  Markdown:
    'm [x](https://evil.example) ![i](https://evil.example/i.png) **b** _i_ `c` | cell | ~~s~~ [^1] $x$ @octocat #12 GH-12 www.evil.example https://evil.example m',
  'Markdown on lines of its own': 'n\n\n# heading\n\n- item\n> quote\n\n| a | b |\n| - | - |\n\n<details>\n\nn===\nn',
  HTML: `h</style></title></script><script>globalThis.ran = 1</script><img src="x" onerror="globalThis.ran = 1"><svg onload="globalThis.ran = 1">" onmouseover="globalThis.ran = 1" x='&lt;' href="javascript:1"h`,
  'terminal sequences':
    'e\u001b[31mred\u001b]0;title\u0007\u001b[2J\u001bc\u009b31m\u009d0;t\u009c\u0090q\u009c\u0008\u0000e',
  'bidirectional controls': 'b\u202eevil\u2066x\u2069\u200f\u061c\u200b\ufeffb',
  'line ends': 'l\r\nerror: forged\nhint: forged\u2028x\u0085x\u000bx\fx\rl',
  XML: 'x]]><failure message="x">&amp;]]></testcase><![CDATA[x',
};

export const BENIGN = 'benign';

/** A whole answer; picks and clusters have a number behind the text, because what names them must differ. */
export function answerOf(kind: Kind, text: string, more: Readonly<Record<string, unknown>> = {}): object {
  const pick = (number: number): object => ({
    pick_id: `${text}${number}`,
    order_id: `${text}${number % 2}`,
    location_id: kind === 'route' ? `${text}${number}` : [`${text}${number}`],
    list_id: `${text}${number % 2}`,
    sku_id: text,
    quantity: 1,
    asis_sequence: number,
    ...(kind === 'route' ? { optim_sequence: 2 - number } : {}),
  });
  const picks = [0, 1, 2].map(pick);
  const clusters = picks.map((one, number) => ({
    list_id: `${text}${number}`,
    order_ids: [`${text}${number}`],
    picks: [one],
    estimated_distance: 100 * (number + 1),
  }));
  return {
    type: kind === 'route' ? 'ROUTE' : 'CLUSTER',
    site_name: text,
    wave_id: text,
    route_id: text,
    request_id: text,
    timestamp: text,
    status: text,
    message: text,
    unit: text,
    visualization_url: text,
    computation_time: 0.5,
    asis_distance: 900,
    optimal_distance: 600,
    invalid_picks: [{ pick_id: text, location_id: [text], order_id: text, reason: text }],
    ...(kind === 'route' ? { picks } : { optimal_clusters: clusters, asis_clusters: clusters.slice(0, 2) }),
    ...more,
  };
}

/** A request whose every text is `text`. */
export function requestOf(text: string, wave = text): object {
  const picks = [0, 1, 3].map((number) => ({
    pick_id: `${text}${number}`,
    order_id: `${text}${number % 2}`,
    location_id: `${text}${number}`,
    list_id: `${text}${number % 2}`,
    asis_sequence: number,
  }));
  return { site_name: text, wave_id: wave, start_points: text, end_points: text, picks };
}

/** What acts on a terminal or hides there, line feeds excepted. */
export const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

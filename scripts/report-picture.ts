/** The head of an HTML report as an SVG: its figures, bars and floor plans, in its own colors, light and dark. */
const WIDTH = 860;
const HEIGHT = 690;
const LEFT = 32;

export function reportPicture(html: string, about: string): string {
  const style = textOf(html, /<style>([\s\S]*?)<\/style>/);
  const colors = style.match(/^:root \{.*\}$|^@media \(prefers-color-scheme: dark\) \{.*\}$/gm) ?? [];
  // Of a plan, what concerns the plan as a box of the page does not concern the drawing.
  const drawing = style.match(/^(?:\.floor [^{]|\.before |\.after ).*$/gm) ?? [];
  const plans = [...html.matchAll(/<svg class="floor" viewBox="([^"]+)"[^>]*>([\s\S]*?)<\/svg>/g)];
  const captions = [...html.matchAll(/<figcaption><strong>([^<]*)<\/strong>/g)].map(([, caption = '']) => caption);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${about}">
<style>
${colors.join('\n')}
svg { font: 15px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
svg > text { fill: var(--ink); }
svg > .muted { fill: var(--muted); } .big { font-size: 44px; font-weight: 650; } .lead { font-size: 18px; } .strong { font-weight: 600; } .figure { font-size: 22px; font-weight: 600; }
.asis-bar { fill: var(--asis); } .optimal-bar { fill: var(--optimal); } .n { text-anchor: end; } .rule { stroke: var(--line); }
${drawing.join('\n')}
</style>
<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="10" fill="var(--ground)" stroke="var(--line)"/>
${[...head(html), ...comparison(html), ...figures(html), ...clusters(html)].join('\n')}
${plans.map(([, box = '', plan = ''], index) => floor(index, box, plan, captions[index] ?? '')).join('\n')}
</svg>
`;
}

function head(html: string): readonly string[] {
  return [
    label(LEFT, 48, textOf(html, /<p class="eyebrow">([^<]*)</), 'muted'),
    label(LEFT, 98, textOf(html, /<h1[^>]*>([^<]*)</), 'big'),
    label(LEFT, 130, textOf(html, /<p class="lead">([^<]*)</), 'lead'),
  ];
}

function comparison(html: string): readonly string[] {
  const rows = html.matchAll(
    /<dt>([^<]*)<\/dt><dd><svg class="track (asis|optimal)" aria-hidden="true"><rect width="([\d.]+)%"[^>]*><\/svg><span>([^<]*)</g,
  );
  return [...rows].flatMap(([, name = '', side = '', share = '', distance = ''], index) => {
    const y = 154 + index * 32;
    return [
      label(LEFT, y + 17, name, 'muted'),
      bar(124, y, Number(share) * 6.2, 24, side),
      label(WIDTH - LEFT, y + 17, distance, 'strong n'),
    ];
  });
}

function figures(html: string): readonly string[] {
  const found = textOf(html, /<dl class="figures">([\s\S]*?)<\/dl>/).matchAll(/<dt>([^<]*)<\/dt><dd[^>]*>([^<]*)/g);
  const line = (y: number): string => `<line class="rule" x1="${LEFT}" x2="${WIDTH - LEFT}" y1="${y}" y2="${y}"/>`;
  return [
    line(232),
    line(302),
    ...[...found].flatMap(([, name = '', value = ''], index) => [
      label(LEFT + index * 160, 258, name, 'muted'),
      label(LEFT + index * 160, 286, value.trim(), 'figure'),
    ]),
  ];
}

/** The tables of lists and clusters, one below the other. */
function clusters(html: string): readonly string[] {
  const sides = [...html.matchAll(/<h3>([^<]*)<\/h3>\s*<div class="scroll bars"[^>]*>([\s\S]*?)<\/table>/g)];
  let y = 336;
  return sides.flatMap(([, title = '', table = '']) => {
    const rows = table.matchAll(
      /<th scope="row">([^<]*)<\/th>.*?<td class="n">([^<]*)<\/td><td class="bar (asis|optimal)"[^>]*><svg class="track" aria-hidden="true"><rect width="([\d.]+)%"/g,
    );
    const drawn = [label(LEFT, y, title, 'strong')];
    for (const [, name = '', distance = '', side = '', share = ''] of rows) {
      y += 27;
      drawn.push(
        label(LEFT, y, name, 'muted'),
        label(172, y, distance, 'n'),
        bar(184, y - 11, Number(share), 12, side),
      );
    }
    y += 44;
    return drawn;
  });
}

function floor(index: number, box: string, plan: string, caption: string): string {
  const x = 310 + index * 264;
  const side = index === 0 ? 'before' : 'after';
  // Names for those who cannot see them are of no use in a picture.
  const shapes = plan
    .replaceAll(/<(title|desc)[^>]*>[^<]*<\/\1>/g, '')
    .replaceAll(/ id="[^"]*"/g, '')
    .trim();
  return `<rect x="${x}" y="322" width="254" height="318" rx="4" fill="var(--surface)" stroke="var(--line)"/>
<svg x="${x}" y="322" width="254" height="318" viewBox="${box}"><g class="${side}"><g class="floor">${shapes}</g></g></svg>
${label(x, 664, caption, 'strong')}`;
}

function label(x: number, y: number, text: string, style: string): string {
  return `<text x="${x}" y="${y}" class="${style}">${text}</text>`;
}

function bar(x: number, y: number, width: number, height: number, side: string): string {
  return `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${height}" rx="2" class="${side}-bar"/>`;
}

function textOf(html: string, pattern: RegExp): string {
  const [, text] = pattern.exec(html) ?? [];
  if (text === undefined) throw new Error(`the report has no ${pattern.source}`);
  return text.trim();
}

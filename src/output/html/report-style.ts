/** Colors and style of the HTML report: nothing in it comes from outside. */
import { page } from './html-template.ts';

interface Palette {
  /** Ground of the page, of tables and pictures, and of lines between. */
  readonly ground: string;
  readonly surface: string;
  readonly line: string;
  readonly ink: string;
  readonly muted: string;
  /** How it is today, and how it will be: bars and walks. */
  readonly asis: string;
  readonly optimal: string;
  readonly good: string;
  readonly warning: string;
  readonly bad: string;
  /** The floor that is walked on. */
  readonly floor: string;
  /** Walks of one picture. */
  readonly walks: readonly string[];
}

/** Texts have a contrast of at least 4.5 to 1 against both grounds, bars and walks of 3 to 1, as WCAG 2.2 AA asks. */
export const PALETTES: { readonly light: Palette; readonly dark: Palette } = {
  light: {
    ground: '#faf9f6',
    surface: '#ffffff',
    line: '#dcd8d0',
    ink: '#1d1c1a',
    muted: '#605c55',
    asis: '#8d8273',
    optimal: '#0b6e5f',
    good: '#0b6e5f',
    warning: '#8a5200',
    bad: '#b3261e',
    floor: '#ece8e0',
    walks: ['#0b6e5f', '#b4470f', '#3b5bdb', '#a61e63', '#6b6d00', '#6741d9'],
  },
  dark: {
    ground: '#14161a',
    surface: '#1c1f25',
    line: '#363b44',
    ink: '#eceae6',
    muted: '#a9a59d',
    asis: '#968f84',
    optimal: '#4fd1b5',
    good: '#4fd1b5',
    warning: '#f0b95a',
    bad: '#ff8f85',
    floor: '#2a2e36',
    walks: ['#4fd1b5', '#ff9d5c', '#8ea6ff', '#ff8cc0', '#c9d14f', '#b79dff'],
  },
};

function variablesOf({ walks, ...colors }: Palette): string {
  const named = Object.entries(colors).map(([name, value]) => `--${name}: ${value};`);
  const numbered = walks.map((value, index) => `--walk${index + 1}: ${value};`);
  return [...named, ...numbered].join(' ');
}

/** Lines, places and keys of the single walks of a picture. */
const WALKS = [1, 2, 3, 4, 5, 6].map(
  (
    number,
  ) => page`.floor .walk${number} { stroke: var(--walk${number}); } .floor circle.walk${number} { fill: var(--walk${number}); } .key .walk${number} { background: var(--walk${number}); }
`,
);

/** What parts of a report look like, also on other pages. */
export const PARTS_STYLE = page`
:root { color-scheme: light dark; ${variablesOf(PALETTES.light)} }
@media (prefers-color-scheme: dark) { :root { ${variablesOf(PALETTES.dark)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
h1, h2, h3, h4 { line-height: 1.2; text-wrap: balance; }
h2 { font-size: 1.45rem; font-weight: 620; letter-spacing: -.01em; margin: 0 0 1rem; }
h3 { font-size: 1.1rem; font-weight: 620; margin: 0 0 .75rem; }
h4 { font-size: 1rem; font-weight: 600; margin: 0 0 .5rem; }
p { margin: 0 0 .75rem; max-width: 46rem; overflow-wrap: anywhere; text-wrap: pretty; }
a { color: inherit; text-decoration-color: var(--muted); text-underline-offset: .2em; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.eyebrow { color: var(--muted); font-size: .95rem; margin: 0; }
.lead { font-size: 1.2rem; margin-bottom: 2rem; }
.good { color: var(--good); } .warning { color: var(--warning); } .bad { color: var(--bad); }
.note { color: var(--muted); font-size: .9rem; }
:is(.two, .stacked, .plans, .scroll, .figures, .key) + .note { margin-top: .9rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
section { margin: 3.5rem 0 0; }
section section { margin-top: 2.5rem; }
article { border-top: 1px solid var(--line); margin-top: 4.5rem; padding-top: 3rem; }

.compare { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1rem; align-items: center; margin: 0 0 2rem; }
.compare dt { color: var(--muted); }
.compare dd { margin: 0; display: grid; grid-template-columns: minmax(0, 1fr) max-content; gap: .9rem; align-items: center; font-weight: 600; }
.track { display: block; width: 100%; height: 1.6rem; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.asis rect { fill: var(--asis); } .optimal rect { fill: var(--optimal); }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1.25rem 2rem; margin: 0; padding: 1.25rem 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.figures div { min-width: 0; }
.figures dt { color: var(--muted); font-size: .9rem; }
.figures dd { margin: 0; font-size: 1.45rem; font-weight: 600; letter-spacing: -.01em; overflow-wrap: anywhere; }
.figures dd small { display: block; color: var(--muted); font-size: .85rem; font-weight: 400; letter-spacing: 0; }
.figures dd.word { font-size: 1.1rem; line-height: 1.9; }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { padding: .42rem 1rem .42rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
table.bars th, .figures dd { overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: .88rem; white-space: nowrap; }
tbody th { font-weight: 500; }
tfoot td, tfoot th { font-weight: 600; border-bottom: 0; }
.n { text-align: right; white-space: nowrap; }
thead .n:first-child { width: 4rem; }
td.bar { width: 40%; min-width: 6rem; height: 1px; vertical-align: middle; }
td.bar .track { height: .85rem; }
table.bars { table-layout: fixed; }
table.bars :is(th, td) { padding-right: .8rem; }
table.bars th:nth-child(2), table.bars th:nth-child(3) { width: 4rem; }
table.bars th:nth-child(4) { width: 7.2rem; }
table.bars th:nth-child(5), table.bars td.bar { width: 28%; min-width: 0; padding-right: 0; }
table.orders { margin-top: 1.5rem; }
table.orders th:first-child { width: 12rem; overflow-wrap: anywhere; }
tr.group th { padding-top: 1.1rem; font-weight: 600; }
.state { white-space: nowrap; overflow-wrap: normal; font-weight: 600; }

.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2.5rem 3rem; }
.stacked { display: grid; gap: 2.5rem; }
.plans { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 1.5rem 1.25rem; margin-top: 2rem; }
.plans figcaption { margin-top: .35rem; font-size: .85rem; color: var(--muted); overflow-wrap: anywhere; }
.plans strong { display: block; color: var(--ink); }
figure { margin: 0; }
figcaption { margin-top: .75rem; }
figcaption strong { font-weight: 620; }
.floor { display: block; width: 100%; height: auto; max-height: 42rem; background: var(--surface); border: 1px solid var(--line); border-radius: 4px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.floor .aisles { stroke: var(--floor); fill: none; stroke-linecap: round; }
.floor .route { fill: none; stroke-linejoin: round; stroke-linecap: round; }
.floor .passed { fill: var(--muted); opacity: .55; }
.floor .asis { stroke: var(--asis); } .floor circle.asis { fill: var(--asis); }
.floor .optimal { stroke: var(--optimal); } .floor circle.optimal { fill: var(--optimal); }
.before .passes { stroke: var(--asis); } .after .passes { stroke: var(--optimal); }
.before circle.passes { fill: var(--asis); } .after circle.passes { fill: var(--optimal); }
.floor circle { stroke: none; }
.floor text { fill: var(--ink); font-family: inherit; }
.floor .names text { fill: var(--muted); }
.floor .numbers text, .floor .ends text { paint-order: stroke; stroke: var(--surface); stroke-linejoin: round; font-weight: 600; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: .6rem 0 0; padding: 0; font-size: .9rem; }
.key span { display: inline-block; width: 1.2rem; height: .3rem; border-radius: 2px; margin-right: .45rem; vertical-align: middle; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
${WALKS}
details { margin-top: 1rem; }
summary { cursor: pointer; color: var(--muted); padding: .35rem 0; }
summary:hover { color: var(--ink); }
:focus-visible { outline: 2px solid var(--optimal); outline-offset: 3px; border-radius: 2px; }
`;

/** The whole report. */
export const STYLE = page`${PARTS_STYLE}
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; font-variant-numeric: tabular-nums; }
main, footer { margin: 0 auto; max-width: 68rem; padding: 0 1.5rem; }
main { padding-top: 3.5rem; }
h1 { font-size: clamp(2.2rem, 6vw, 3.6rem); font-weight: 650; letter-spacing: -.025em; margin: .3rem 0 .6rem; }
footer { color: var(--muted); font-size: .88rem; padding-top: 1.5rem; padding-bottom: 3rem; }
footer p { border-top: 1px solid var(--line); margin-top: 4rem; padding-top: 1.25rem; max-width: none; }

@media (max-width: 34rem) { main, footer { padding-left: 1rem; padding-right: 1rem; } main { padding-top: 2rem; } td.bar { width: 25%; min-width: 3rem; } th, td { padding-right: .6rem; } table.bars { font-size: .85rem; } table.bars :is(th, td) { padding-right: .5rem; } table.bars th:nth-child(2), table.bars th:nth-child(3) { width: 3rem; } table.bars th:nth-child(4) { width: 5.8rem; } table.bars th:nth-child(5), table.bars td.bar { width: 24%; } }
@media print {
  :root { color-scheme: light; ${variablesOf({ ...PALETTES.light, ground: '#ffffff' })} }
  @page { margin: 16mm; }
  html { font-size: 8.5pt; }
  body { font-size: 1.08rem; }
  main, footer { max-width: none; padding: 0; }
  section { margin-top: 2.2rem; }
  h1 { font-size: 3.2rem; }
  th, td { padding-top: .3rem; padding-bottom: .3rem; }
  article { break-before: page; border: 0; margin: 0; padding: 0; }
  figure, .compare, .figures, tr { break-inside: avoid; }
  h2, h3, h4, thead, tr.group { break-after: avoid; }
  .two { grid-template-columns: 1fr 1fr; gap: 1.5rem; }
  .scroll { overflow: visible; }
  table.bars :is(th, td) { padding-right: .5rem; }
  table.bars th:nth-child(2), table.bars th:nth-child(3) { width: 3.2rem; }
  table.bars th:nth-child(4) { width: 6rem; }
  table.bars th:nth-child(5), table.bars td.bar { width: 26%; }
  td.bar .track { height: .8rem; }
  .floor { max-height: 75mm; }
  .plans { grid-template-columns: repeat(8, 1fr); gap: .7rem; }
  .plans .floor { max-height: 26mm; }
  .scroll:is(.picks, .orders), .scroll.bars:not(.two *) { columns: 2; column-gap: 8mm; }
  .scroll.picks { font-size: .8rem; }
  table.picks { font-size: inherit; line-height: 1.3; }
  table.picks :is(th, td) { padding: .07rem .5rem .07rem 0; }
  table.picks tr.group th { padding-top: .5rem; }
  .scroll.orders { break-inside: avoid; }
  section:has(table.picks) { break-inside: avoid; }
  section:has(table.long) { break-before: page; break-inside: auto; }
  :is(table.bars, table.orders) :is(th, td) { padding-top: .15rem; padding-bottom: .15rem; }
  table.orders th:first-child { width: 7rem; }
  table.orders { margin-top: 0; }
  details.screen { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; break-after: avoid; }
  footer { break-before: avoid; padding: 0; }
  footer p { margin-top: 1rem; padding-top: .5rem; }
  a { text-decoration: none; }
}
`;

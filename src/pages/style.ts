/** What pages look like: the parts of a report, in a frame for lists that change. */
import { page } from '../output/html/html-template.ts';
import { PARTS_STYLE } from '../output/html/report-style.ts';

export const PAGE_STYLE = page`${PARTS_STYLE}
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.05rem; font-weight: 650; margin: 0; }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
section { margin: 2rem 0 0; }
section section { margin-top: 1.5rem; }
code, pre, kbd { font: .92em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 0; padding: .75rem .9rem; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; max-height: 26rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
kbd { display: inline-block; min-width: 1.7em; padding: 0 .4em; border: 1px solid var(--line); border-bottom-width: 2px; border-radius: 5px; background: var(--ground); text-align: center; }
html:not(.scripted) .needs-script { display: none; }
[hidden] { display: none !important; }
.alone { max-width: 60rem; margin: 0 auto; padding: 1.25rem; }

button, .button, input, select, textarea { font: inherit; color: inherit; border: 1px solid var(--edge); border-radius: 7px; background: var(--surface); }
:root { --edge: #8d8880; --hover: #f1eee8; --chosen: #e2f0ec; }
@media (prefers-color-scheme: dark) { :root { --edge: #6d7480; --hover: #242830; --chosen: #1d3431; } }
button, .button { display: inline-flex; align-items: center; min-height: 2.1rem; padding: .2rem .75rem; cursor: pointer; text-decoration: none; white-space: nowrap; }
button:hover, .button:hover { background: var(--hover); }
button.quiet { border-color: transparent; background: none; color: var(--muted); min-height: 1.6rem; padding: 0 .4rem; font-size: .88rem; }
button.quiet:hover { color: var(--ink); background: var(--hover); }
button.strong, .button.strong { background: var(--optimal); border-color: var(--optimal); color: var(--surface); font-weight: 600; }
input, select { min-height: 2.1rem; padding: .2rem .6rem; min-width: 0; }
textarea { width: 100%; min-height: 12rem; padding: .6rem .75rem; font: .9em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; resize: vertical; }
label { color: var(--muted); font-size: .9rem; }

.top { display: flex; flex-wrap: wrap; align-items: center; gap: .2rem 1.1rem; padding: .65rem 1.25rem; background: var(--surface); border-bottom: 1px solid var(--line); }
.top p { margin: 0; color: var(--muted); font-size: .9rem; max-width: none; }
.top #notice { margin-left: auto; color: var(--ink); font-weight: 550; }
.top #notice.bad { color: var(--bad); }
.top code { color: var(--ink); }

.tabs { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0; padding: 0; list-style: none; }
.tabs a { display: inline-flex; gap: .45rem; padding: .25rem .7rem; border-radius: 999px; text-decoration: none; color: var(--muted); }
.tabs a:hover { background: var(--hover); color: var(--ink); }
.tabs a[aria-current] { background: var(--chosen); color: var(--ink); font-weight: 600; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.filters input[type=search] { flex: 1 1 12rem; }
.filters input[name=site] { flex: 0 1 9rem; width: 9rem; }
.tools { display: grid; gap: .6rem; padding: .8rem 1.25rem; border-bottom: 1px solid var(--line); background: var(--ground); position: sticky; top: 0; z-index: 1; }
html.scripted .button-only { display: none; }

.rows { list-style: none; margin: 0; padding: 0; }
.row { border-bottom: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 2.6rem; }
.row a, .columns { display: grid; grid-template-columns: 5rem 6rem 4.6rem minmax(6rem, 1fr) 6.6rem 2.5rem 4rem; gap: 0 .8rem; align-items: baseline; padding: .5rem 1.25rem; }
.row a { text-decoration: none; color: inherit; }
.row a:hover { background: var(--hover); }
.row a[aria-current] { background: var(--chosen); box-shadow: inset 3px 0 0 var(--optimal); }
.row a:focus-visible { outline-offset: -3px; }
.row .what { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row .what b { font-weight: 600; }
.row .what span, .row .age, .row .when { color: var(--muted); }
.row .num, .columns .num { text-align: right; white-space: nowrap; }
.columns { color: var(--muted); font-size: .82rem; padding-top: .35rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); }
.older { display: block; padding: .9rem 1.25rem; }
.empty { padding: 3rem 1.25rem; text-align: center; }
.empty p { margin: 0 auto .75rem; color: var(--muted); }

.state { display: inline-flex; align-items: baseline; gap: .45rem; font-weight: 600; }
.state::before { content: ""; width: .55rem; height: .55rem; border-radius: 50%; background: currentColor; }
.state.done { color: var(--good); } .state.failed, .state.rejected { color: var(--bad); } .state.pending { color: var(--warning); }
.state.discarded { color: var(--muted); } .state.working { color: var(--optimal); }
.state.working::before { animation: pulse 1.2s ease-in-out infinite; }
.state.rejected::before { border-radius: 1px; } .state.pending::before { background: none; border: 2px solid currentColor; }
@keyframes pulse { 50% { opacity: .25; } }
@media (prefers-reduced-motion: reduce) { .state.working::before { animation: none; } }
.better { color: var(--good); font-weight: 600; } .worse { color: var(--warning); font-weight: 600; }
.mark { padding: 0 .45em; border: 1px solid var(--edge); border-radius: 999px; font-size: .8rem; font-weight: 500; }

.detail { background: var(--surface); margin: 0; border: 0; padding: 1.25rem 1.5rem 4rem; }
#result .eyebrow { display: none; }
.detail > header h2 { font-size: 1.5rem; margin: .2rem 0 .6rem; overflow-wrap: anywhere; }
.detail .back { color: var(--muted); text-decoration: none; display: inline-block; padding: .3rem 0; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0 0; }
.actions form, li form { display: contents; }
.facts { margin: 0; display: grid; gap: .15rem; }
.facts div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .75rem; }
.facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.copyable { display: inline-flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .3rem; }
.views { display: grid; gap: .5rem; }
.views details, .fold { margin: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); }
.views summary, .fold > summary { padding: .4rem .9rem; font-weight: 550; }
.views pre { border-width: 1px 0 0; border-radius: 0 0 8px 8px; }
.views .note { padding: .5rem .9rem; margin: 0; }
.fold > :not(summary) { margin: .25rem .9rem .9rem; }
.timeline { list-style: none; margin: 0; padding: 0; }
.timeline > li { position: relative; padding: 0 0 1rem 1.4rem; border-left: 2px solid var(--line); margin-left: .4rem; }
.timeline > li:last-child { border-color: transparent; padding-bottom: 0; }
.timeline > li::before { content: ""; position: absolute; left: -.42rem; top: .4rem; width: .7rem; height: .7rem; border-radius: 50%; background: var(--line); box-shadow: 0 0 0 3px var(--surface); }
.timeline > li.done::before { background: var(--good); } .timeline > li.failed::before, .timeline > li.rejected::before { background: var(--bad); }
.timeline > li.pending::before { background: var(--warning); } .timeline > li.working::before { background: var(--optimal); }
.timeline h3 { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .7rem; margin: 0 0 .2rem; overflow-wrap: anywhere; }
.timeline p { margin: 0 0 .2rem; } .timeline .tries { margin: .2rem 0 .4rem; padding-left: 1.1rem; color: var(--muted); }
.timeline button { min-height: 1.7rem; font-size: .88rem; padding: 0 .6rem; }
.verdict { padding: .8rem 1rem; border-left: 4px solid var(--good); background: var(--ground); border-radius: 0 8px 8px 0; }
.verdict.bad { border-color: var(--bad); color: inherit; } .verdict.plain { border-color: var(--edge); }
.verdict p:last-child { margin: 0; } .verdict pre { margin: 0 0 .75rem; }
.send { display: grid; grid-template-columns: minmax(0, 1fr); gap: .6rem; } .send select { max-width: 100%; flex: 1 1 12rem; } .send .line { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.outcome:empty { display: none; }
.loading { color: var(--muted); }
.figures { gap: .9rem 1.5rem; padding: .9rem 0; grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); } .figures dd { font-size: 1.2rem; }
.compare { margin-bottom: 1.25rem; } .track { height: 1.2rem; }
.lead { font-size: 1rem; margin-bottom: 1rem; }
.two { gap: 1.5rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr)); }
.floor { max-height: 26rem; }

dialog { border: 1px solid var(--edge); border-radius: 12px; background: var(--surface); color: var(--ink); padding: 1.5rem; width: 38rem; max-width: calc(100vw - 2rem); }
#keys { width: 24rem; }
dialog::backdrop { background: rgb(0 0 0 / .45); }
.keys { display: grid; gap: .4rem; margin: 0 0 1.25rem; } .keys div { display: grid; grid-template-columns: 5rem 1fr; gap: 1rem; } .keys dd { margin: 0; }

@media (min-width: 62rem) {
  body.panes { height: 100vh; display: grid; grid-template-rows: auto minmax(0, 1fr); }
  .panes main { display: grid; grid-template-columns: minmax(0, 1fr); min-height: 0; }
  .panes main.open { grid-template-columns: minmax(30rem, 5fr) minmax(0, 7fr); }
  .panes .list, .panes .detail { overflow-y: auto; min-height: 0; }
  .panes .detail { border-left: 1px solid var(--line); }
  .panes main.open :is(.row a, .columns) { grid-template-columns: 4.6rem 6rem minmax(6rem, 1fr) 6.4rem 3.4rem; gap: 0 .6rem; }
  .panes main.open :is(.row, .columns) :is(.kind, .tries) { display: none; }
}
@media (max-width: 61.99rem) { .panes main.open .list { display: none; } }
@media (max-width: 44rem) {
  .top, .tools, .older { padding-left: 1rem; padding-right: 1rem; }
  .tools { position: static; }
  .columns { display: none; }
  .row { contain-intrinsic-size: auto 3.9rem; }
  .row a { grid-template-columns: 1fr auto; padding: .55rem 1rem; gap: .05rem .75rem; }
  .row .what { grid-column: 1; grid-row: 1; } .row .state { grid-column: 2; grid-row: 1; justify-self: end; }
  .row .saving { grid-column: 2; grid-row: 2; } .row .kind, .row .tries { display: none; }
  .row .when { grid-column: 1; grid-row: 2; } .row .age { display: none; }
  .detail { padding: .75rem 1rem 3rem; }
  .facts div { grid-template-columns: minmax(0, 1fr); gap: 0; } .facts { gap: .5rem; }
  .actions button, .actions .button { min-height: 2.6rem; }
  table.bars { font-size: .85rem; } table.bars th:nth-child(5), table.bars td.bar { width: 22%; }
}
@media print { .top button, .tools, .list, .actions { display: none; } .detail { padding: 0; } pre { max-height: none; } }
`;

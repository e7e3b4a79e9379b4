/** What is only on the page of the sandbox. */
import { page } from '../../output/html/html-template.ts';

export const SANDBOX_STYLE = page`
.top .about { flex: 1 1 18rem; }

.board { display: grid; gap: 1rem; padding: 1rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
.lists, .sides { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
.card { margin: 0; padding: .9rem 0 .4rem; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; container-type: inline-size; }
.card > :not(.columns, [id="jobs"], [id="messages"]) { margin-left: 1rem; margin-right: 1rem; }
.sides .card { padding-bottom: 1rem; }
.card h2 { margin: 0; font-size: 1.05rem; }
.card > .line { min-height: 2.1rem; margin-bottom: .4rem; }
.card .line .note { margin: 0; flex: 1 1 12rem; }
.line { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.spread { justify-content: space-between; }
.nothing { margin: 0; padding: .4rem 1rem 1rem; }

.panes main .board :is(.row a, .columns) { grid-template-columns: 6.6rem 4rem minmax(0, 1fr) 3rem 5.2rem 3.4rem; gap: 0 .8rem; padding-left: 1rem; padding-right: 1rem; }
.board .rows > :last-child { border-bottom: 0; }
.board .row a { padding-top: .45rem; padding-bottom: .45rem; }
.board .unit { display: none; }
.result > header { margin-top: 1.75rem; }
.result > header > .eyebrow { display: none; }

.lines { list-style: none; margin: 0; padding: .2rem .9rem .6rem; display: grid; gap: .3rem; }
.lines .copyable { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .5rem; }
.lines code { word-break: break-all; font-size: .82rem; }
.lines .button, .copyable > .button { border-color: transparent; background: none; color: var(--muted); min-height: 1.6rem; padding: 0 .4rem; font-size: .88rem; }
.lines .button:hover { color: var(--ink); background: var(--hover); }
.views .all { margin: 0; padding: 0 .9rem .9rem; }

.endpoints { list-style: none; margin: 0 0 .75rem; padding: 0; display: grid; gap: 1rem; }
.endpoints form { display: block; }
.to { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .1rem .9rem; margin: 0; }
.endpoints .note { margin: 0; }
.endpoints .actions { margin-top: .5rem; }
.endpoints .actions button { min-height: 1.8rem; padding: 0 .6rem; font-size: .88rem; }
.endpoints .outcome { margin-top: .5rem; padding: .6rem .8rem; border-left: 4px solid var(--good); border-radius: 0 8px 8px 0; background: var(--ground); }
.endpoints .outcome .note { margin-bottom: .2rem; }
.add { display: grid; gap: .5rem; margin-top: .9rem; padding-top: .9rem; border-top: 1px solid var(--line); grid-template-columns: minmax(0, 3fr) minmax(0, 2fr) auto; align-items: end; }
.add > div { display: grid; gap: .15rem; }

.faults { list-style: none; margin: 0; padding: 0; }
.faults form { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: .25rem .75rem; align-items: center; padding: .3rem 0; }
.faults label { color: inherit; cursor: pointer; }
.faults label code { font-weight: 600; margin-right: .3rem; }
.faults button { grid-column: 3; }
.rate { display: inline-flex; align-items: center; gap: .3rem; color: var(--muted); }
.rate input { width: 4.2rem; min-height: 1.8rem; text-align: right; }
form:not(:has([role=switch]:checked)) > .rate { visibility: hidden; }
[role=switch] { appearance: none; flex: none; width: 2.3rem; height: 1.3rem; min-height: 0; margin: 0; padding: 2px; border: 1px solid var(--edge); border-radius: 999px; background: var(--ground); cursor: pointer; }
[role=switch]::before { content: ""; display: block; width: calc(1.3rem - 6px); height: calc(1.3rem - 6px); border-radius: 50%; background: var(--edge); transition: translate .15s; }
[role=switch]:checked { background: var(--warning); border-color: var(--warning); }
[role=switch]:checked::before { background: var(--surface); translate: 1rem; }
@media (prefers-reduced-motion: reduce) { [role=switch]::before { transition: none; } }

.detail .to { justify-content: flex-start; }
.detail .spread { margin-bottom: .75rem; flex-wrap: nowrap; align-items: flex-start; }
.detail .spread button { min-height: 1.8rem; padding: 0 .6rem; font-size: .88rem; }
.timeline h4 { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem .7rem; margin: 0 0 .2rem; }
.timeline .fold { margin-top: .4rem; }
.timeline + .note { margin: .75rem 0 0; }

@media (min-width: 62rem) {
  .panes main:not(.open) .board { grid-template-columns: minmax(0, 8fr) minmax(24rem, 5fr); max-width: 96rem; margin: 0 auto; }
}
@container (max-width: 42.4rem) {
  .board .columns { display: none; }
  .panes main .board .row a { grid-template-columns: minmax(0, 1fr) auto; gap: .05rem .75rem; }
  .board .row .what { grid-column: 1; grid-row: 1; }
  .board .row .state { grid-column: 2; grid-row: 1; justify-self: end; }
  .board .row .count { grid-column: 1; grid-row: 2; justify-self: start; color: var(--muted); }
  .board .row .saving { grid-column: 2; grid-row: 2; }
  .board .row :is(.type, .age) { display: none; }
  .board .unit { display: inline; }
}
@container (max-width: 30rem) {
  .add { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
  .add button { justify-self: start; }
}
@container (max-width: 26rem) {
  .faults form { grid-template-columns: auto minmax(0, 1fr); }
  .faults :is(.rate, button) { grid-column: 2; justify-self: start; }
  .faults form:not(:has([role=switch]:checked)) > .rate { display: none; }
}
@media (max-width: 44rem) { .board { padding: .75rem; } .endpoints .actions button { min-height: 2.6rem; } }
`;

/** Opens one input as `submit` does and tells how long that took and what it held. Run by `bench/input.ts`. */
import { openRequestSet } from '../src/requests/open.ts';
import { createFiles } from '../src/platform/fs/files.ts';

const [path = '', folder = ''] = process.argv.slice(2);
const files = createFiles();
const begun = process.hrtime.bigint();
const set = await openRequestSet({
  kind: 'cluster',
  overrides: { site: 'Example', start: ['Start'], end: ['End'] },
  inputs: [{ name: path, open: () => files.stream(path) }],
  scratch: () => files.scratch(folder),
  rejectedSink: (name) => ({ path: name, write: () => Promise.reject(new Error('no row is refused')) }),
});
const opened = process.hrtime.bigint();
let bytes = 0;
// One body at a time, as a batch sends them.
for (const entry of set.entries) bytes += (await entry.body()).length;
const read = process.hrtime.bigint();
const requests = set.entries.length;
const picks = set.entries.reduce((sum, entry) => sum + entry.picks, 0);
await set.close();
console.log(
  JSON.stringify({
    ms: Number(opened - begun) / 1e6,
    bodiesMs: Number(read - opened) / 1e6,
    peakMb: process.resourceUsage().maxRSS / 1024,
    requests,
    picks,
    bytes,
  }),
);

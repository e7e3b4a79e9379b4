/** `npm run bench`: every measured promise beside its baseline. `npm run bench -- start-up` runs one. */
import { benchInput } from './input.ts';
import { benchInspector } from './inspector.ts';
import { benchLargeAnswer } from './large-answer.ts';
import { benchLimits } from './limits.ts';
import { benchListen } from './listen.ts';
import { benchOptimizer } from './optimizer.ts';
import { benchPostgres } from './postgres.ts';
import { benchStartUp } from './start-up.ts';
import { benchWave } from './wave.ts';

const BENCHES = {
  'start-up': benchStartUp,
  input: benchInput,
  wave: benchWave,
  'large-answer': benchLargeAnswer,
  listen: benchListen,
  inspector: benchInspector,
  limits: benchLimits,
  postgres: benchPostgres,
  optimizer: benchOptimizer,
} as const;

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await bench((line) => console.log(line));
  console.log('');
}

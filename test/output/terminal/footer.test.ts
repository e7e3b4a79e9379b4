import { describe, expect, test } from 'vitest';
import { MAX_PAUSED_BYTES } from '../../../src/limits.ts';
import { createFooter } from '../../../src/output/terminal/footer.ts';
import type { OutputStream } from '../../../src/platform/host.ts';
import { screenOf } from '../../support/screen.ts';

/** One terminal behind both streams, or a pipe for stdout. */
function terminal(columns = 40, { piped = false } = {}) {
  let written = '';
  let pipe = '';
  const size = { columns };
  const stream: OutputStream = {
    isTTY: true,
    get columns() {
      return size.columns;
    },
    rows: 24,
    write: async (chunk) => void (written += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()),
  };
  const stdout: OutputStream = piped
    ? { isTTY: false, columns: undefined, rows: undefined, write: async (chunk) => void (pipe += String(chunk)) }
    : stream;
  const footer = createFooter({ stdout, stderr: stream }, (line) => `\u001b[2m${line}\u001b[22m`);
  return {
    footer,
    size,
    screen: () => screenOf(written.replaceAll(/\u001b\[2?2m/g, '')),
    written: () => written,
    pipe: () => pipe,
  };
}

describe('lines at the bottom', () => {
  test('stay below what either stream writes', async () => {
    const { footer, screen } = terminal();
    footer.show(['keys']);
    await footer.stderr.write('a remark\n');
    await footer.stdout.write(new TextEncoder().encode('a result\n'));
    expect(screen()).toEqual(['a remark', 'a result', 'keys']);
    footer.show(['waiting', 'keys']);
    await footer.stderr.write('another\n');
    expect(screen()).toEqual(['a remark', 'a result', 'another', 'waiting', 'keys']);
    await footer.close();
    expect(screen()).toEqual(['a remark', 'a result', 'another']);
  });

  test('wait for the end of a line that is written in pieces', async () => {
    const { footer, screen } = terminal();
    footer.show(['keys']);
    await footer.stdout.write('{"one":');
    expect(screen()).toEqual(['{"one":']);
    await footer.stdout.write('1}\n');
    expect(screen()).toEqual(['{"one":1}', 'keys']);
  });

  test('are cut to the window, and taken away whole when it has become narrower', async () => {
    const { footer, screen, size, written } = terminal(20);
    footer.show(['as wide as the window is']);
    await footer.stderr.write('one\n');
    expect(screen()).toEqual(['one', 'as wide as the win…']);
    size.columns = 10;
    await footer.stderr.write('two\n');
    // The line takes two rows now.
    expect(written()).toContain('\u001b[2A\u001b[Jtwo\n');
  });

  test('make room for a command that writes by itself', async () => {
    const { footer, screen } = terminal();
    footer.show(['keys']);
    await footer.hide();
    await footer.hide();
    await footer.stderr.write('of the command\n');
    footer.reveal();
    await footer.stderr.write('still\n');
    expect(screen()).toEqual(['of the command', 'still']);
    footer.reveal();
    await footer.stderr.write('done\n');
    expect(screen()).toEqual(['of the command', 'still', 'done', 'keys']);
  });

  test('do not hold up what goes into a pipe', async () => {
    const { footer, pipe, screen } = terminal(40, { piped: true });
    footer.show(['keys']);
    footer.pause();
    await footer.stdout.write('a result\n');
    expect([pipe(), screen()]).toEqual(['a result\n', ['keys']]);
  });
});

describe('a pause', () => {
  test('holds back what is written, in order, while its writers go on', async () => {
    const { footer, screen } = terminal();
    footer.show(['keys']);
    footer.pause();
    footer.show(['paused']);
    await footer.stderr.write('one\n');
    await footer.stdout.write('two\n');
    expect(screen()).toEqual(['paused']);
    footer.go();
    footer.show(['keys']);
    await footer.stderr.write('three\n');
    expect(screen()).toEqual(['one', 'two', 'three', 'keys']);
  });

  test('holds back a limited amount: then writers wait', async () => {
    const { footer, screen } = terminal();
    footer.pause();
    await footer.stderr.write('x'.repeat(MAX_PAUSED_BYTES - 1));
    await footer.stderr.write('\n');
    let isWritten = false;
    const written = footer.stderr.write('more\n').then(() => (isWritten = true));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(isWritten).toBe(false);
    footer.go();
    await written;
    expect(screen().at(-1)).toBe('more');
  });

  test('ends with the footer, and nothing is lost', async () => {
    const { footer, screen } = terminal();
    footer.show(['keys']);
    footer.pause();
    await footer.stderr.write('one\n');
    await footer.close();
    expect(screen()).toEqual(['one']);
  });
});

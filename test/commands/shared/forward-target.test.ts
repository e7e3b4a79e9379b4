import { expect, test } from 'vitest';
import { forwardTarget, rejectOwnPort } from '../../../src/commands/shared/forward-target.ts';

test.each([
  ['3000', 'http://127.0.0.1:3000/'],
  ['3000/hooks', 'http://127.0.0.1:3000/hooks'],
  ['localhost:3000/hooks?a=http://b', 'http://localhost:3000/hooks?a=http://b'],
  ['[::1]:3000', 'http://[::1]:3000/'],
  ['app.localhost', 'http://app.localhost/'],
  ['HTTPS://hooks.example.com', 'https://hooks.example.com/'],
])('--forward-to %s forwards to %s', (text, url) => {
  expect(forwardTarget(text)).toBe(url);
});

test.each(['70000', 'hooks.example.com', 'example.com:3000', '', 'ftp://localhost/', 'localhost.example.com'])(
  '--forward-to %j is not completed by a guess',
  (text) => {
    expect(() => forwardTarget(text)).toThrow('--forward-to takes an http or https URL');
  },
);

const own =
  (target: string, host = '127.0.0.1', port = 5000) =>
  () =>
    rejectOwnPort([target], { host, port });

test.each(['http://127.0.0.1:5000/', 'http://localhost:5000/x', 'http://[::1]:5000/', 'http://a.localhost:5000/'])(
  'a listener on 127.0.0.1:5000 does not forward to %s',
  (target) => {
    for (const host of ['127.0.0.1', '0.0.0.0', '::', 'localhost']) {
      expect(own(target, host)).toThrow(`--forward-to ${target} is this listener itself`);
    }
  },
);

test('a listener on an address of the network is found by that address, and by no other', () => {
  expect(own('http://192.168.1.5:5000/', '192.168.1.5')).toThrow('is this listener itself');
  expect(own('http://127.0.0.1:5000/', '192.168.1.5')).not.toThrow();
  expect(own('http://10.0.0.1/', '10.0.0.1', 80)).toThrow('is this listener itself');
});

test.each(['http://127.0.0.1:3000/', 'http://192.168.1.5:5000/', 'https://127.0.0.1/'])(
  'a listener on 127.0.0.1:5000 forwards to %s',
  (target) => {
    expect(own(target)).not.toThrow();
  },
);

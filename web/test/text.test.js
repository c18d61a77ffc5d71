import assert from 'node:assert/strict';
import test from 'node:test';

import {alike, bytes, count, escape, fit, number, squeeze, tip, widthOf, wrap} from '../src/text.js';

const look = {font: 'sans-serif'};

test('numbers keep three digits that matter, and all before the point', () => {
  const texts = [0, 1, 0.5, 1.23456, 12.3456, 123.456, 1234567.8, -2.5, 0.00123456, 1e-9]
      .map((value) => number(value));
  assert.deepEqual(texts, [
    '0', '1', '0.5', '1.23', '12.3', '123', '1,234,568', '-2.5', '0.00123', '1e-9',
  ]);
});

test('a number has more digits where they are asked for', () => {
  assert.equal(number(20.25, 8), '20.25');
  assert.equal(number(0.1 + 0.2, 8), '0.3');
});

test('numbers that stand together have equal decimals', () => {
  const written = (values, digits) => values.map(alike(values, digits));
  assert.deepEqual(written([8.9, 2.369, 1.4, 1.082]), ['8.90', '2.37', '1.40', '1.08']);
  assert.deepEqual(written([1.901, 1.95, 2.0371], 4), ['1.901', '1.950', '2.037']);
  assert.deepEqual(written([1500, 0, 20]), ['1,500', '0', '20']);
  assert.deepEqual(written([25.1, 0.0183]), ['25.100', '0.018']);
  assert.deepEqual(written([123.4, 1200.25]), ['123', '1,200']);
});

test('bytes and counts have the unit that makes them short', () => {
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(1536), '1.50 KiB');
  assert.equal(bytes(8 << 20), '8 MiB');
  assert.equal(count(77), '77');
  assert.equal(count(12_345), '12.3 thousand');
  assert.equal(count(9999), '9,999');
  assert.equal(count(12_500_000), '12.5 million');
});

test('a text that has no room ends in dots, and fits', () => {
  const short = fit('MobilenetV1/Conv2d_0/Relu6', 80, 12, look);
  assert.match(short, /^Mobil.*\.\.\.$/);
  assert.ok(widthOf(short, 12, look) <= 80);
  assert.equal(fit('add', 80, 12, look), 'add');
  assert.equal(fit('add', 3, 12, look), '');
});

test('a squeezed name keeps its end', () => {
  const short = squeeze('stage 0, edgetpu-pcie #1', 90, 12, look);
  assert.match(short, /^stage.*\.\.\.e #1$/);
  assert.ok(widthOf(short, 12, look) <= 90);
  assert.equal(squeeze('stage 0', 90, 12, look), 'stage 0');
});

test('lines of wrapped text fit, and keep all words', () => {
  const words = 'stage 3, edgetpu-pcie: 6.6 MiB of 8 MiB cached, 3 MiB streamed';
  const lines = wrap(words, 150, 12, look);
  assert.ok(lines.length > 1);
  assert.equal(lines.join(' '), words);
  for (const line of lines) assert.ok(widthOf(line, 12, look) <= 150, line);
});

test('what a tooltip says is text, never markup', () => {
  assert.equal(escape('<b a="1">&'), '&lt;b a=&quot;1&quot;&gt;&amp;');
  assert.ok(!tip('<script>', [['<i>', '<u>'], null]).match(/<(script|i|u)>/));
});

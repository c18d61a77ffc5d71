import assert from 'node:assert/strict';
import test from 'node:test';

import {partColors, totals} from '../src/bars.js';
import {draw, whyEmpty} from '../src/charts.js';
import {edgePath, labelsOf} from '../src/cut_map.js';
import {ends, labelled, labelStart} from '../src/histogram.js';
import {logTicks} from '../src/axes.js';
import {coverings, lineLooks} from '../src/lines.js';
import {sentence} from '../src/memory_map.js';
import {columnWidths} from '../src/table.js';
import {LIGHT} from '../src/theme.js';
import {phasesWithin} from '../src/timeline.js';

const look = {width: 600, height: 0, theme: LIGHT, font: 'sans-serif', isFigure: true};
const line = (name, origin) => ({name, origin, style: 'line', points: [[1, 1]], ranges: []});

test('lines of one origin each have the colours of their origins, and say them', () => {
  const lines = [line('paper', 'published'), line('ours', 'simulated')];
  const looks = lineLooks({origin: null, lines}, LIGHT);
  assert.deepEqual(looks.map((each) => each.color),
                   [LIGHT.origin.published, LIGHT.origin.simulated]);
  assert.deepEqual(looks.map((each) => each.name), ['paper, published', 'ours, simulated']);
});

test('several lines of an origin differ; those of one name share a colour', () => {
  const looks = lineLooks({origin: null, lines: [
    line('1 TPU', 'published'), line('1 TPU', 'simulated'),
    line('2 TPU', 'published'), line('2 TPU', 'simulated'),
  ]}, LIGHT);
  assert.equal(looks[0].color, looks[1].color);
  assert.notEqual(looks[0].color, looks[2].color);
  assert.equal(new Set(looks.map((each) => each.name)).size, 4);
});

test('a line of the chart\'s origin need not say it, and names are told apart', () => {
  const looks = lineLooks(
      {origin: 'simulated', lines: [line('a', 'simulated'), line('a', 'simulated')]}, LIGHT);
  assert.deepEqual(looks.map((each) => each.name), ['a', 'a (2)']);
});

test('ticks of a log axis enclose the values', () => {
  assert.deepEqual(logTicks(0.07, 3, 10),
                   {low: 0.05, high: 5, ticks: [0.05, 0.1, 0.2, 0.5, 1, 2, 5]});
  assert.deepEqual(logTicks(1, 10000, 6).ticks, [1, 10, 100, 1000, 10000]);
  assert.deepEqual(logTicks(100, 200, 10).ticks, [100, 200]);
});

test('parts known by name have their colours, others those that are left', () => {
  const parts = ['compute', 'Streaming parameters', 'other', 'more'].map((name) => ({name}));
  const colors = partColors(parts, LIGHT);
  assert.equal(colors[0], LIGHT.part.compute);
  assert.equal(colors[1], LIGHT.warning);
  assert.equal(new Set(colors).size, 4);
});

test('a bar is the sum of its parts', () => {
  const chart = {bars: ['a', 'b'], parts: [{values: [1, 2]}, {values: [0, 3]}]};
  assert.deepEqual(totals(chart), [1, 5]);
});

test('a device says in words what it keeps and streams', () => {
  const piece = (use, bytes) => ({name: '', use, bytes});
  assert.equal(sentence({capacity_bytes: 8192, pieces: [
    piece('cached', 4096), piece('free', 4096), piece('streamed', 2048),
  ]}), '4 KiB of 8 KiB cached, 4 KiB free, 2 KiB streamed at every inference');
  assert.equal(sentence({capacity_bytes: 8192, pieces: [piece('cached', 8192)]}),
               '8 KiB of 8 KiB cached');
});

test('marks go from the left with equal decimals; those written alike are one', () => {
  const marks = [['p99', 84.951], ['median', 84.949], ['p90', 84.9514], ['max', 112.3]]
      .map(([name, value]) => ({name, value}));
  assert.deepEqual(labelled(marks).map((mark) => mark.label),
                   ['median 84.9', 'p99, p90 85.0', 'max 112.3']);
});

test('a label is beside its mark, inside the chart', () => {
  assert.equal(labelStart(100, 60, 400), 105);
  assert.equal(labelStart(390, 60, 400), 325);
  assert.equal(labelStart(100, 150, 200), 0);
});

test('values that are about the same stand between round numbers', () => {
  const marks = [{name: 'median', value: 13.6314885}];
  assert.deepEqual(ends({bins: [[13.631488, 13.631489, 5]], marks}),
                   {low: 13.4, high: 13.9, isNarrow: true});
  assert.deepEqual(ends({bins: [[1, 2, 5]], marks}), {low: 1, high: 13.6314885, isNarrow: false});
});

test('lines know how many others lie on a part of them', () => {
  const made = (style, ...ys) => ({style, points: ys.map((y, x) => [x, y]), ranges: []});
  const lines = [made('line', 1, 2, 3), made('dashed', 1, 2.01, 9), made('line', 1, 5, 3),
                 made('dots', 1, 2, 3)];
  for (const isLog of [false, true]) {
    const met = coverings(lines, isLog);
    assert.deepEqual(met.map((each) => each.under), [0, 1, 0, 0]);
    assert.deepEqual(met.map((each) => each.over), [1, 0, 0, 0]);
  }
});

test('phases end where the part that is shown ends', () => {
  const phase = (name, begin_ms, end_ms) => ({name, begin_ms, end_ms});
  const phases = [phase('fill', 0, 5), phase('steady state', 5, 50), phase('drain', 50, 60)];
  assert.deepEqual(phasesWithin({phases}, 10, 55),
                   [phase('steady state', 10, 50), phase('drain', 50, 55)]);
});

test('the widest columns of a table give way', () => {
  const chart = {headings: ['a', 'b'], rows: [['x'.repeat(100), '1']], is_number: [false, true]};
  const widths = columnWidths(chart, 50 + 22, (word) => word.length);
  assert.ok(widths[0] + widths[1] + 22 <= 72, widths);
  assert.equal(widths[1], 1);
});

test('an edge runs down, around what is between, or through the gutter', () => {
  const box = (x, y, column) => ({x, y, width: 40, height: 16, column});
  const folded = {gap: 10, columnGap: 22, lefts: [0, 72]};
  const from = box(0, 0, 0);
  assert.equal(edgePath(from, box(0, 24, 0), true, folded), 'M20 16L20 24');
  assert.match(edgePath(from, box(0, 48, 0), false, folded), /^M40 8C/);
  assert.match(edgePath(from, box(50, 24, 0), true, folded), /^M20 16C.* 70 24$/);
  assert.match(edgePath(from, box(72, 0, 1), true, folded), /L56 20L56 -5/);
  assert.equal(edgePath(from, box(72, 48, 1), false, folded), 'M40 8L49 8M63 56L72 56');
});

test('boxes have names where most have room, else kinds', () => {
  const ops = ['a', 'b', 'a_very_long_name_of_an_op'].map((name) => ({name, kind: 'ADD'}));
  const wide = (width, height = 17) => ops.map(() => ({width, height}));
  assert.deepEqual(labelsOf(ops, wide(60), look), ['ADD', 'ADD', 'ADD']);
  assert.deepEqual(labelsOf(ops, wide(300), look)[2], 'a_very_long_name_of_an_op  ADD');
  assert.deepEqual(labelsOf(ops, wide(12), look), ['', '', '']);
  assert.deepEqual(labelsOf(ops, wide(60, 8), look), ['', '', '']);
  ops[1].kind = 'CONCATENATION';
  assert.deepEqual(labelsOf(ops, wide(66), look), ['ADD', 'CONCAT', 'ADD']);
});

const EMPTY = {
  lines: {lines: [], x: {label: ''}, y: {label: ''}},
  bars: {bars: [], parts: [], y: {label: ''}},
  cut_map: {ops: [], stages: []},
  memory_map: {devices: []},
  timeline: {tracks: [], spans: [], phases: []},
  histogram: {bins: [], marks: [], x: {label: ''}},
  table: {headings: [], is_number: [], rows: []},
};

test('a chart without data says so in a sentence', () => {
  for (const kind of Object.keys(EMPTY)) {
    const chart = {kind, title: 'Title', origin: null, ...EMPTY[kind]};
    assert.match(whyEmpty(chart), /^Nothing to show: .*\.$/, kind);
    const {option, height} = draw(chart, look);
    assert.ok(height > 40 && height < 120, kind);
    assert.equal(option.series.length, 1);
  }
});

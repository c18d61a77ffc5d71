import assert from 'node:assert/strict';
import test from 'node:test';

import {columnStarts, crossings, fold} from '../src/fold.js';

function chain(ops) {
  const made = [];
  for (let op = 0; op < ops; ++op) made.push({depth: op, lane: 0, inputs: op ? [op - 1] : []});
  return made;
}

// Blocks of three ranks, the middle one with so many branches.
function branches(blocks, wide) {
  const made = [];
  for (let block = 0; block < blocks; ++block) {
    const first = made.length;
    made.push({depth: 3 * block, lane: 0, inputs: first ? [first - 1] : []});
    const inputs = [];
    for (let lane = 0; lane < wide; ++lane) {
      inputs.push(made.length);
      made.push({depth: 3 * block + 1, lane, inputs: [first]});
    }
    made.push({depth: 3 * block + 2, lane: 0, inputs});
  }
  return made;
}

function overlap(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height &&
      b.y < a.y + a.height;
}

function check(ops, width) {
  const folded = fold(ops, width);
  folded.boxes.forEach((box, at) => {
    assert.ok(box.x >= 0 && box.x + box.width <= width + 0.01, `op ${at} is out of ${width}`);
    assert.ok(box.y >= 0 && box.y + box.height <= folded.height, `op ${at} is below`);
    assert.ok(box.width > 3, `op ${at} is ${box.width} wide`);
  });
  for (let op = 1; op < ops.length; ++op) {
    for (let other = Math.max(0, op - 60); other < op; ++other) {
      assert.ok(!overlap(folded.boxes[op], folded.boxes[other]), `${op} lies on ${other}`);
    }
  }
  return folded;
}

test('boxes lie inside, and beside one another', () => {
  for (const width of [320, 700, 1120]) {
    for (const ops of [1, 5, 20, 200, 1000]) check(chain(ops), width);
    for (const blocks of [1, 10, 60, 160]) check(branches(blocks, 4), width);
  }
});

test('two hundred ops are below 900 pixels on a wide page', () => {
  assert.ok(fold(chain(200), 1120).height < 800);
  assert.ok(fold(branches(40, 3), 1120).height < 800);
});

test('a narrow page makes columns longer, not boxes too thin to see', () => {
  const folded = fold(branches(160, 4), 320);
  assert.ok(folded.boxes[0].width >= 10);
  assert.ok(folded.height > 820);
});

test('a few ops stay in one column', () => {
  const folded = fold(chain(5), 1120);
  assert.ok(folded.boxes.every((box) => box.column === 0));
});

test('a lane without ops in a column takes no room there', () => {
  const ops = chain(40);
  for (const op of ops.slice(20)) op.lane = 3;
  const folded = fold(ops, 1120);
  const last = folded.boxes[39];
  assert.ok(last.column > 0);
  assert.equal(last.x, folded.lefts[last.column]);
});

test('what skips ranks crosses all places between', () => {
  const ops = chain(4);
  ops[3].inputs.push(0);
  assert.deepEqual(crossings(ops), [0, 2, 2, 2]);
});

test('a column begins where little crosses', () => {
  const counts = [0, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3, 3];
  assert.deepEqual(columnStarts(counts, 2), [0, 6]);  // 4 is too far away
  assert.deepEqual(columnStarts([0, 3, 3, 3, 3, 1, 3, 3, 3, 3, 3, 3], 2), [0, 5]);
});

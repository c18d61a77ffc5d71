// Where the ops of a graph stand: its ranks run down, then go on in the next
// column, as a newspaper's lines do.
const COLUMN_GAP = 22;
const MOST_LANE = 230;
const LEAST_LANE = 13;
const READABLE_LANE = 118;
const COMPACT_LANE = 46;
const LEAST_RANKS = 8;
const TALL = 820;
const PITCH = 24;  // from rank to rank
const LOOSE_PITCH = 32;
const COMPACT_PITCH = 21;
const DENSE_PITCH = 14;

// How many results are handed past each place between two ranks.
export function crossings(ops) {
  let ranks = 1;
  for (const op of ops) ranks = Math.max(ranks, op.depth + 1);
  const counts = [];
  while (counts.length < ranks) counts.push(0);
  for (const op of ops) {
    for (const input of op.inputs) {
      for (let rank = ops[input].depth + 1; rank <= op.depth; ++rank) ++counts[rank];
    }
  }
  return counts;
}

// Where so many columns of about the same height begin: where little crosses.
export function columnStarts(counts, numColumns) {
  const starts = [0];
  for (let left = numColumns; left > 1; --left) {
    const last = starts[starts.length - 1];
    const even = Math.ceil((counts.length - last) / left);
    const slack = Math.min(3, Math.floor(even / 4));
    let best = last + even;
    for (let away = 1; away <= slack; ++away) {
      for (const at of [last + even - away, last + even + away]) {
        if (counts[at] < counts[best]) best = at;
      }
    }
    if (best >= counts.length) break;
    starts.push(best);
  }
  return starts;
}

// Each column's lanes that have ops, from the left: place[lane], and how many.
function usedLanes(ops, columns, numColumns) {
  const used = [];
  while (used.length < numColumns) used.push({place: [], count: 0});
  for (const op of ops) used[columns[op.depth]].place[op.lane] = true;
  for (const column of used) {
    for (let lane = 0; lane < column.place.length; ++lane) {
      if (column.place[lane]) column.place[lane] = column.count++;
    }
  }
  return used;
}

function laneWidth(used, width) {
  const all = used.reduce((sum, column) => sum + column.count, 0);
  return (width - (used.length - 1) * COLUMN_GAP) / all;
}

function attempt(ops, counts, numColumns, width) {
  const starts = columnStarts(counts, numColumns);
  const columns = [];  // by rank
  counts.forEach((_, rank) => {
    const before = rank ? columns[rank - 1] : 0;
    columns.push(starts[before + 1] === rank ? before + 1 : before);
  });
  const tallest = starts.reduce((most, start, column) => {
    const end = column + 1 < starts.length ? starts[column + 1] : counts.length;
    return Math.max(most, end - start);
  }, 0);
  const used = usedLanes(ops, columns, starts.length);
  return {tallest, starts, columns, used, lane: laneWidth(used, width)};
}

// As flat as can be read; beyond TALL, as flat as can be drawn.
function choose(ops, width, isCompact) {
  const counts = crossings(ops);
  const readable = isCompact ? COMPACT_LANE : READABLE_LANE;
  let best = attempt(ops, counts, 1, width);
  for (let numColumns = 2; numColumns <= counts.length; ++numColumns) {
    const next = attempt(ops, counts, numColumns, width);
    const isTall = best.tallest * PITCH > TALL;
    if (!isTall && next.tallest < LEAST_RANKS) break;
    if (next.lane >= (isTall ? LEAST_LANE : readable)) best = next;
  }
  return best;
}

// {boxes: [{x, y, width, height, column}] by op, lefts of columns, height, ...}.
export function fold(ops, width, isCompact) {
  const {tallest, starts, columns, used, lane} = choose(ops, width, isCompact);
  const isLoose = tallest <= 12 && !isCompact;
  const compactPitch = tallest > 16 ? DENSE_PITCH : COMPACT_PITCH;
  const pitch = isCompact ? compactPitch : isLoose ? LOOSE_PITCH : PITCH;
  const laneStep = Math.min(lane, MOST_LANE);
  const gap = Math.min(10, laneStep * 0.2);
  const lefts = [];
  let x = 0;
  for (const each of used) {
    lefts.push(x);
    x += each.count * laneStep + COLUMN_GAP;
  }
  const boxes = ops.map((op) => {
    const column = columns[op.depth];
    return {
      x: lefts[column] + used[column].place[op.lane] * laneStep,
      y: (op.depth - starts[column]) * pitch,
      width: laneStep - gap,
      height: isLoose ? 22 : pitch - (isCompact ? 6 : 7),
      column,
    };
  });
  return {boxes, lefts, gap, columnGap: COLUMN_GAP, height: tallest * pitch};
}

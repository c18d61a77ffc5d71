// Where the ops of a graph stand: its ranks run down, then go on in the next
// column, as a newspaper's lines do.
const COLUMN_GAP = 22;
const MOST_LANE = 230;
const LEAST_LANE = 13;
const READABLE_LANE = 118;
const LEAST_RANKS = 8;
const TALL = 820;

function lanesOf(ops, ranks, perColumn) {
  const lanes = [];
  for (let column = 0; column * perColumn < ranks; ++column) lanes.push(1);
  for (const op of ops) {
    const column = Math.floor(op.depth / perColumn);
    lanes[column] = Math.max(lanes[column], op.lane + 1);
  }
  return lanes;
}

function laneWidth(lanes, width) {
  const all = lanes.reduce((sum, each) => sum + each, 0);
  return (width - (lanes.length - 1) * COLUMN_GAP) / all;
}

function attempt(ops, ranks, columns, width) {
  const perColumn = Math.ceil(ranks / columns);
  const lanes = lanesOf(ops, ranks, perColumn);
  return {perColumn, lanes, lane: laneWidth(lanes, width)};
}

// As flat as can be read; beyond TALL, as flat as can be drawn.
function choose(ops, ranks, width, pitch) {
  let best = attempt(ops, ranks, 1, width);
  for (let columns = 2; columns <= ranks; ++columns) {
    const next = attempt(ops, ranks, columns, width);
    const isTall = best.perColumn * pitch > TALL;
    const least = isTall ? LEAST_LANE : READABLE_LANE;
    if (!isTall && next.perColumn < LEAST_RANKS) break;
    if (next.lane >= least) best = next;
  }
  return best;
}

// {boxes: [{x, y, width, height, column}] by op, starts of columns, height, ...}.
export function fold(ops, width) {
  let ranks = 1;
  for (const op of ops) ranks = Math.max(ranks, op.depth + 1);
  const pitch = ranks <= 24 ? 32 : 24;
  const {perColumn, lanes, lane} = choose(ops, ranks, width, pitch);
  const used = Math.min(lane, MOST_LANE);
  const gap = Math.min(10, used * 0.2);
  const starts = [];
  let x = 0;
  for (const each of lanes) {
    starts.push(x);
    x += each * used + COLUMN_GAP;
  }
  const boxes = ops.map((op) => {
    const column = Math.floor(op.depth / perColumn);
    return {
      x: starts[column] + op.lane * used,
      y: (op.depth % perColumn) * pitch,
      width: used - gap,
      height: pitch - 8,
      column,
    };
  });
  return {boxes, starts, gap, columnGap: COLUMN_GAP, height: perColumn * pitch};
}

// A graph's ops as boxes, its stages as colours.
import {fold} from './fold.js';
import {addLegend, frame, legendOnly} from './layout.js';
import {hatch, rect, shapesSeries, text} from './shapes.js';
import {bytes, count, number, tip, widthOf} from './text.js';
import {inkOn, seriesColor} from './theme.js';

const STREAMED = 'streamed at every inference';
const CROSSING = 'crosses a cut';
const LABEL = 11;

// What fits where the kind does not; the tooltip has it whole.
const SHORT = {
  AVERAGE_POOL_2D: ['AVG_POOL', 'POOL'],
  CONCATENATION: ['CONCAT'],
  CONV_2D: ['CONV'],
  DEPTHWISE_CONV_2D: ['DW_CONV', 'DW'],
  FULLY_CONNECTED: ['FC'],
  MAX_POOL_2D: ['MAX_POOL', 'POOL'],
  RESIZE_BILINEAR: ['RESIZE'],
  RESIZE_NEAREST_NEIGHBOR: ['RESIZE'],
};

export function isEmpty(chart) {
  return !chart.ops.length;
}

function path(pathData, color, width) {
  return {
    type: 'path',
    silent: true,
    shape: {pathData},
    style: {fill: 'none', stroke: color, lineWidth: width},
  };
}

// Down, past what lies between, through a gutter, or as a stub at each end.
export function edgePath(from, to, isNext, folded) {
  const x1 = from.x + from.width / 2;
  const y1 = from.y + from.height;
  const x2 = to.x + to.width / 2;
  const y2 = to.y;
  if (from.column === to.column) {
    if (isNext && x1 === x2) return `M${x1} ${y1}L${x2} ${y2}`;
    const middle = (y1 + y2) / 2;
    if (x1 !== x2) return `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
    const right = from.x + from.width;
    const out = right + Math.max(3, folded.gap * 1.1);
    const from_y = from.y + from.height / 2;
    const to_y = to.y + to.height / 2;
    return `M${right} ${from_y}C${out} ${from_y} ${out} ${to_y} ${right} ${to_y}`;
  }
  if (isNext && to.column === from.column + 1) {
    const gutter = folded.lefts[to.column] - folded.columnGap / 2 - folded.gap / 2;
    const low = y1 + 4;
    const high = y2 - 5;
    return `M${x1} ${y1}L${x1} ${low}L${gutter} ${low}L${gutter} ${high}L${x2} ${high}` +
        `L${x2} ${y2}`;
  }
  const right = from.x + from.width;
  const from_y = from.y + from.height / 2;
  const to_y = to.y + to.height / 2;
  const stub = Math.max(3, folded.gap * 0.9);
  return `M${right} ${from_y}L${right + stub} ${from_y}M${to.x - stub} ${to_y}L${to.x} ${to_y}`;
}

function edges(chart, folded, theme) {
  const plain = [];
  const crossing = [];
  chart.ops.forEach((op, at) => {
    for (const input of op.inputs) {
      const from = chart.ops[input];
      const isNext = op.depth === from.depth + 1;
      const line = edgePath(folded.boxes[input], folded.boxes[at], isNext, folded);
      (op.stage === from.stage ? plain : crossing).push(line);
    }
  });
  const items = [];
  if (plain.length) items.push({shape: path(plain.join(''), theme.edge, 1)});
  if (crossing.length) items.push({shape: path(crossing.join(''), theme.ink, 1.8)});
  return shapesSeries(items, {silent: true, z: 1});
}

function fits(words, box, look) {
  return words && box.height > LABEL && widthOf(words, LABEL, look) <= box.width - 8;
}

// Names where most have room, else kinds: what boxes say, or '' where it does not fit.
export function labelsOf(ops, boxes, look) {
  const named = ops.filter((op, at) => fits(op.name, boxes[at], look)).length;
  const isNamed = named > 0.8 * ops.length;
  return ops.map((op, at) => {
    const words = isNamed ? [`${op.name}  ${op.kind}`, op.name, op.kind] : [op.kind];
    return words.concat(SHORT[op.kind] || []).filter((each) => fits(each, boxes[at], look))[0] || '';
  });
}

// An outline, and slanted lines where no text is.
function streamedMarks(box, textWidth, color, look) {
  const side = textWidth ? (box.width - textWidth) / 2 - 3 : box.width;
  const marks = [];
  if (side > 5) marks.push(hatch(box.x, box.y, side, box.height, inkOn(color)));
  if (side > 5 && textWidth) {
    marks.push(hatch(box.x + box.width - side, box.y, side, box.height, inkOn(color)));
  }
  marks.push(rect(box.x, box.y, box.width, box.height,
                  {fill: 'none', stroke: look.theme.warning, lineWidth: 2.5}, 4));
  return marks;
}

function opShape(op, box, label, color, look) {
  const textWidth = label ? widthOf(label, LABEL, look) : 0;
  let children = [rect(box.x, box.y, box.width, box.height, {fill: color}, 4)];
  if (op.is_streamed) children = children.concat(streamedMarks(box, textWidth, color, look));
  if (label) {
    children.push(text(label, box.x + box.width / 2, box.y + box.height / 2, look,
                       {fill: inkOn(color), fontSize: LABEL, textAlign: 'center'}));
  }
  return {type: 'group', children};
}

function opTip(chart, op) {
  const stage = chart.stages[op.stage];
  return tip(op.name || op.kind, [
    ['kind', op.kind],
    stage && [stage.name, stage.device],
    ['parameters', op.parameter_bytes ?
        `${bytes(op.parameter_bytes)}, ${op.is_streamed ? 'streamed' : 'cached'}` : 'none'],
    ['MACs', count(op.macs)],
    ['time', op.ms === null ? '-' : `${number(op.ms)} ms`],
  ]);
}

function stageLegend(chart, place, look) {
  const items = chart.stages.map((stage, at) => ({
    name: `${at} ${stage.name}`,
    label: stage.device ? `${stage.name}: ${stage.device}` : stage.name,
    color: seriesColor(look.theme, at),
  }));
  if (chart.ops.some((op) => op.is_streamed)) {
    items.push({
      name: STREAMED,
      style: {color: 'transparent', borderColor: look.theme.warning, borderWidth: 2},
    });
  }
  const crosses = chart.ops.some(
      (op) => op.inputs.some((input) => chart.ops[input].stage !== op.stage));
  if (crosses) {
    items.push({
      name: CROSSING, icon: 'path://M0 0h32v5h-32z', style: {color: look.theme.ink},
    });
  }
  addLegend(items, place, look);
  return items.map((item) => legendOnly(item.name));
}

export function draw(chart, look) {
  const place = frame(chart, look);
  const legends = stageLegend(chart, place, look);
  const folded = fold(chart.ops, place.inner, look.isCompact);
  for (const box of folded.boxes) {
    box.x += place.margin;
    box.y += place.top + 8;
  }
  folded.lefts = folded.lefts.map((x) => x + place.margin);
  const labels = labelsOf(chart.ops, folded.boxes, look);
  const items = chart.ops.map((op, at) => ({
    shape: opShape(op, folded.boxes[at], labels[at], seriesColor(look.theme, op.stage), look),
    tip: opTip(chart, op),
  }));
  place.option.series = legends.concat([
    edges(chart, folded, look.theme),
    shapesSeries(items, {z: 2}),
  ]);
  return {option: place.option, height: look.height || place.top + 8 + folded.height + place.bottom};
}

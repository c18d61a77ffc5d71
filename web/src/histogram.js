// How often each value came, and where the middle and the tail are.
import {gridAt, logAxis, overAxis, underAxis, valueAxis} from './axes.js';
import {frame} from './layout.js';
import {rect, text} from './shapes.js';
import {alike, number, tip, widthOf} from './text.js';
import {seriesColor} from './theme.js';

const LABEL = 16;

export function isEmpty(chart) {
  return !chart.bins.length;
}

function bins(chart, look) {
  return {
    type: 'custom',
    z: 2,
    data: chart.bins,
    encode: {x: [0, 1], y: 2},
    clip: true,
    renderItem: (params, api) => {
      const [low, high, times] = chart.bins[params.dataIndex];
      const [x1, y] = api.coord([low, times]);
      const [x2, bottom] = api.coord([high, 0]);
      const width = Math.max(x2 - x1 - (x2 - x1 > 3 ? 1 : 0), 2);
      return rect(x1, y, width, bottom - y, {fill: seriesColor(look.theme, 0)});
    },
    tooltip: {
      formatter: (params) => {
        const [low, high, times] = chart.bins[params.dataIndex];
        return tip(`${number(low, 4)} to ${number(high, 4)} ${chart.x.label}`,
                   [['count', number(times)]]);
      },
    },
  };
}

// Right of its line, or left of it where that has no room.
export function labelStart(x, width, right) {
  const start = x + 5 + width > right ? x - 5 - width : x + 5;
  return Math.max(0, Math.min(start, right - width));
}

// Lines, then what they are, each in a row of its own, which no line crosses.
function marks(chart, sorted, look, top) {
  return {
    type: 'custom',
    silent: true,
    z: 3,
    data: sorted.concat(sorted).map((mark) => [mark.value, 0]),
    encode: {x: 0, y: 1},
    clip: false,
    renderItem: (params, api) => {
      const at = params.dataIndex % sorted.length;
      const {value, label} = sorted[at];
      const area = params.coordSys;
      const x = api.coord([value, 0])[0];
      const y = top + at * LABEL;
      if (at === params.dataIndex) {
        return rect(x - 0.75, y, 1.5, area.y + area.height - y, {fill: look.theme.ink});
      }
      const start = labelStart(x, widthOf(label, 12, look), area.x + area.width);
      return text(label, start, y + LABEL / 2, look, {backgroundColor: look.theme.background});
    },
  };
}

// From the left; those that are written alike are one: "p90, p99 84.95".
export function labelled(marks) {
  const sorted = marks.slice().sort((a, b) => a.value - b.value);
  const write = alike(sorted.map((mark) => mark.value), 4);
  const made = [];
  for (const {name, value} of sorted) {
    const last = made[made.length - 1];
    const isSame = last && write(last.value) === write(value);
    const names = isSame ? `${last.names}, ${name}` : name;
    if (isSame) made.pop();
    made.push({names, value, label: `${names} ${write(value)}`});
  }
  return made;
}

// Values that are all about the same stand in the middle of an axis of round numbers.
export function ends(chart) {
  const values = chart.marks.map((mark) => mark.value);
  const low = Math.min.apply(null, values.concat(chart.bins.map((bin) => bin[0])));
  const high = Math.max.apply(null, values.concat(chart.bins.map((bin) => bin[1])));
  if (high - low > 0.01 * high) return {low, high, isNarrow: false};
  const round = (value) => Number(value.toPrecision(3));
  return {low: round(low * 0.98), high: round(high * 1.02), isNarrow: true};
}

function axisOf(chart, {low, high, isNarrow}, look) {
  if (chart.x.is_log && low > 0) return logAxis(look, chart.x, [low, high], underAxis, 8);
  const range = isNarrow ? {min: low, max: high} : {scale: true};
  return valueAxis(look, chart.x, {...underAxis, ...range, splitLine: {show: false}});
}

export function draw(chart, look) {
  const place = frame(chart, look);
  const {option} = place;
  const sorted = labelled(chart.marks);
  const top = place.top + 2;
  place.top = top + sorted.length * LABEL + 18;
  option.grid = gridAt(place);
  option.xAxis = axisOf(chart, ends(chart), look);
  option.yAxis = valueAxis(look, {label: 'count'}, {
    minInterval: 1, splitNumber: look.isCompact ? 3 : 5, ...overAxis(look),
  });
  option.series = [bins(chart, look), marks(chart, sorted, look, top)];
  return {option, height: look.height || place.top + (look.isCompact ? 124 : 230)};
}

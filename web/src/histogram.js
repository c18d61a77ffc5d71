// How often each value came, and where the middle and the tail are.
import {gridAt, logAxis, overAxis, underAxis, valueAxis} from './axes.js';
import {frame} from './layout.js';
import {rect, text} from './shapes.js';
import {number, tip, widthOf} from './text.js';
import {seriesColor} from './theme.js';

const LABEL = 16;
const AXIS = 64;  // about what the axis and margins take

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
      const width = x2 - x1 - (x2 - x1 > 3 ? 1 : 0);
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

// For each label the first row in which it is clear of those before it. One that
// would end beyond the room stands left of its mark.
export function labelRows(places, room) {
  const taken = [];
  return places.map(({x, width}) => {
    const begin = x + width > room ? x - width - 10 : x;
    const end = begin + width + 10;
    const isFree = (row) => !taken.some(
        (other) => other.row === row && other.begin < end && begin < other.end);
    let row = 0;
    while (!isFree(row)) ++row;
    taken.push({row, begin, end});
    return row;
  });
}

function marks(chart, sorted, rows, look, top) {
  return {
    type: 'custom',
    silent: true,
    z: 3,
    data: sorted.map((mark) => [mark.value, 0]),
    encode: {x: 0, y: 1},
    clip: false,
    renderItem: (params, api) => {
      const mark = sorted[params.dataIndex];
      const area = params.coordSys;
      const x = api.coord([mark.value, 0])[0];
      const y = top + rows[params.dataIndex] * LABEL;
      const words = labelOf(mark);
      const width = widthOf(words, 12, look);
      const isLeft = x + width + 6 > area.x + area.width;
      return {
        type: 'group',
        children: [
          rect(x - 0.75, y, 1.5, area.y + area.height - y, {fill: look.theme.ink}),
          text(words, isLeft ? x - 5 : x + 5, y + LABEL / 2, look,
               {textAlign: isLeft ? 'right' : 'left'}),
        ],
      };
    },
  };
}

function labelOf(mark) {
  return `${mark.name} ${number(mark.value, 4)}`;
}

function axisOf(chart, low, high, look) {
  if (chart.x.is_log && low > 0) return logAxis(look, chart.x, [low, high], underAxis, 8);
  return valueAxis(look, chart.x, {...underAxis, scale: true, splitLine: {show: false}});
}

export function draw(chart, look) {
  const place = frame(chart, look);
  const {option} = place;
  const sorted = chart.marks.slice().sort((a, b) => a.value - b.value);
  const values = sorted.map((mark) => mark.value);
  const low = Math.min.apply(null, values.concat(chart.bins.map((bin) => bin[0])));
  const high = Math.max.apply(null, values.concat(chart.bins.map((bin) => bin[1])));
  const rows = labelRows(sorted.map((mark) => ({
    x: (mark.value - low) / (high - low || 1) * (place.inner - AXIS),
    width: widthOf(labelOf(mark), 12, look),
  })), place.inner - AXIS);
  const top = place.top + 2;
  place.top = top + (Math.max.apply(null, rows.concat([-1])) + 1) * LABEL + 18;
  option.grid = gridAt(place);
  option.xAxis = axisOf(chart, low, high, look);
  option.yAxis = valueAxis(look, {label: 'count'}, {minInterval: 1, ...overAxis(look)});
  option.series = [bins(chart, look), marks(chart, sorted, rows, look, top)];
  return {option, height: look.height || place.top + (look.isCompact ? 136 : 230)};
}

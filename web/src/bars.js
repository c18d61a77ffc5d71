// Bars that lie, each the sum of its parts.
import {gridAt, logAxis, namesAxis, underAxis, valueAxis} from './axes.js';
import {addLegend, frame} from './layout.js';
import {alike, number, tip, widthOf} from './text.js';

const ROW = 34;
const COMPACT_ROW = 20;
const MANY = 16;

// By how a name begins ("transfer of tensors") where that is known; the others take
// what is left.
export function partColors(parts, theme) {
  const known = parts.map((part) => {
    const words = Object.keys(theme.part).filter(
        (word) => part.name.toLowerCase().indexOf(word) === 0);
    return words.length ? theme.part[words[0]] : null;
  });
  const left = theme.series.filter((color) => known.indexOf(color) < 0);
  let next = 0;
  return known.map((color) => color || left[next++ % left.length]);
}

export function totals(chart) {
  return chart.bars.map((_, bar) =>
      chart.parts.reduce((sum, part) => sum + (part.values[bar] || 0), 0));
}

export function isEmpty(chart) {
  return !chart.bars.length || !chart.parts.length;
}

function tooltipOf(chart, sums, bar) {
  const rows = chart.parts.map((part) => [part.name, number(part.values[bar] || 0)]);
  if (rows.length > 1) rows.push(['total', number(sums[bar])]);
  return tip(`${chart.bars[bar]}, ${chart.y.label}`, rows);
}

function partSeries(part, color, look) {
  return {
    type: 'bar',
    name: part.name,
    stack: 'all',
    data: part.values,
    barWidth: '54%',
    barMaxWidth: 26,
    itemStyle: {color, borderColor: look.theme.background, borderWidth: 0.5},
  };
}

// An empty part at each end, which has the total as its label.
function totalSeries(sums, words, look) {
  return {
    type: 'bar',
    stack: 'all',
    silent: true,
    data: sums.map(() => 0),
    label: {
      show: true,
      position: 'right',
      color: look.theme.ink,
      fontSize: 12,
      formatter: (params) => words[params.dataIndex],
    },
  };
}

export function draw(chart, look) {
  const place = frame(chart, look);
  const {option} = place;
  const colors = partColors(chart.parts, look.theme);
  if (chart.parts.length > 1) {
    const items = chart.parts.map((part, at) => ({name: part.name, color: colors[at]}));
    addLegend(items.filter((_, at) => chart.parts[at].values.some((value) => value)), place,
              look);
  }
  const sums = totals(chart);
  const words = sums.map(alike(sums));
  const widest = Math.max.apply(null, words.map((each) => widthOf(each, 12, look)));
  option.grid = gridAt(place, {right: place.margin + widest + 10});
  option.tooltip.formatter = (params) => tooltipOf(chart, sums, params.dataIndex);
  const isLog = chart.y.is_log && chart.parts.length === 1;
  const most = /^%/.test(chart.y.label) ? 100 : undefined;
  option.xAxis = isLog ? logAxis(look, chart.y, sums, underAxis, 6) :
                         valueAxis(look, chart.y, {...underAxis, max: most});
  option.yAxis = namesAxis(look, chart.bars, place.inner * 0.38);
  option.series = chart.parts.map((part, at) => partSeries(part, colors[at], look));
  if (!isLog) option.series.push(totalSeries(sums, words, look));
  const row = look.isCompact || chart.bars.length > MANY ? COMPACT_ROW : ROW;
  const axis = look.isCompact ? 46 : 54;
  return {option, height: look.height || place.top + chart.bars.length * row + axis};
}

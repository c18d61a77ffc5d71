// Values over a number.
import {gridAt, logAxis, overAxis, underAxis, valueAxis} from './axes.js';
import {addLegend, frame} from './layout.js';
import {band, whiskers} from './ranges.js';
import {escape, number} from './text.js';
import {lineColor} from './theme.js';

const SYMBOLS = {
  published: 'circle',
  estimated: 'diamond',
  simulated: 'circle',
  emulated: 'triangle',
  measured: 'rect',
};

function countOf(values, value) {
  return values.filter((each) => each === value).length;
}

// One line of each origin: in the origin's colour. Else lines of the same name
// have the same colour, and the symbol tells the origin.
export function lineLooks(chart, theme) {
  const {lines} = chart;
  const origins = lines.map((line) => line.origin);
  const isMixed = origins.some((origin) => origin !== origins[0]);
  const isAlone = isMixed && !origins.some((origin) => countOf(origins, origin) > 1);
  const names = [];
  const taken = {};
  return lines.map((line) => {
    if (names.indexOf(line.name) < 0) names.push(line.name);
    const at = names.indexOf(line.name);
    let name = line.name;
    if (line.origin !== chart.origin && name.indexOf(line.origin) < 0) name += `, ${line.origin}`;
    const again = taken['$' + name] = (taken['$' + name] || 0) + 1;
    if (again > 1) name += ` (${again})`;
    return {
      name,
      color: isAlone ? theme.origin[line.origin] : lineColor(theme, at),
      symbol: SYMBOLS[line.origin],
    };
  });
}

// What was published is hollow.
function dotStyle(line, look, theme) {
  if (line.origin !== 'published') return {color: look.color};
  return {color: theme.background, borderColor: look.color, borderWidth: 2};
}

// Two points beside one another that two lines share are a part where one lies on the
// other. For each line: on how many earlier ones it lies, and how many later on it.
export function coverings(lines, isLog) {
  const at = (y) => isLog ? Math.log(Math.max(y, 1e-12)) : y;
  const values = valuesOf(lines, 1).filter((value) => !isLog || value > 0).map(at);
  const near = 0.006 * (Math.max.apply(null, values) - Math.min.apply(null, values));
  const drawn = lines.map((line) => line.style === 'dots' ? [] : line.points);
  const isMet = (point, points) => points.some(
      ([x, y]) => x === point[0] && Math.abs(at(y) - at(point[1])) <= near);
  const covers = (under, over) => under.some(
      (point, index) => index && isMet(point, over) && isMet(under[index - 1], over));
  return drawn.map((points, index) => {
    const met = drawn.map((other) => covers(points, other));
    return {
      under: met.slice(0, index).filter((is) => is).length,
      over: met.slice(index + 1).filter((is) => is).length,
    };
  });
}

// Of lines that coincide, those below are wider, and the gaps of those above longer.
function mainSeries(line, look, {under, over}, theme) {
  const isDots = line.style === 'dots';
  const width = 2 + 1.5 * Math.min(over, 3);
  const dash = [6, 4 + 6 * Math.min(under, 2)];
  return {
    type: isDots ? 'scatter' : 'line',
    name: look.name,
    data: line.points,
    symbol: look.symbol,
    symbolSize: isDots ? 7 : width + 3,
    showSymbol: line.points.length <= 60,
    itemStyle: isDots ? dotStyle(line, look, theme) : {color: look.color},
    lineStyle: {width, color: look.color, type: line.style === 'dashed' ? dash : 'solid'},
    z: isDots ? 4 : 3,
  };
}

function valuesOf(lines, at) {
  const values = [];
  for (const line of lines) {
    for (const point of line.points) values.push(point[at]);
    for (const range of line.ranges) {
      values.push(range[at]);
      if (at === 1) values.push(range[2]);
    }
  }
  return values;
}

function axisOf(axis, values, look, more, most) {
  if (axis.is_log) return logAxis(look, axis, values, more, most);
  const isWhole = values.every((value) => value === Math.round(value));
  return valueAxis(look, axis, {
    scale: more === underAxis, minInterval: isWhole ? 1 : undefined,
    splitNumber: look.isCompact ? 3 : 5, ...more,
  });
}

function tooltip(chart, looks, params) {
  const rows = params.map((each) => {
    const {color} = looks.filter((look) => look.name === each.seriesName)[0];
    const mark = `<span class="mark" style="background:${color}"></span>`;
    return `<div>${mark}${escape(each.seriesName)}: <b>${number(each.value[1], 4)}</b></div>`;
  });
  const x = params.length ? number(params[0].value[0], 6) : '';
  return `<div><b>${escape(chart.x.label)}: ${x}</b></div>` +
      `<div>${escape(chart.y.label)}</div>${rows.join('')}`;
}

export function isEmpty(chart) {
  return !chart.lines.some((line) => line.points.length);
}

export function draw(chart, look) {
  const place = frame(chart, look);
  const looks = lineLooks(chart, look.theme);
  addLegend(looks.map((each, at) => ({
    name: each.name,
    icon: chart.lines[at].style === 'dots' ? each.symbol : undefined,
    ...legendLook(chart.lines[at], each, look.theme),
  })), place, look, true);
  place.top += 14;
  const {option} = place;
  option.grid = gridAt(place);
  option.tooltip = {
    ...option.tooltip,
    trigger: 'axis',
    formatter: (params) => tooltip(chart, looks, params),
  };
  const most = Math.max(3, Math.floor(look.width / 70));
  option.xAxis = axisOf(chart.x, valuesOf(chart.lines, 0), look, underAxis, most);
  option.yAxis = axisOf(chart.y, valuesOf(chart.lines, 1), look, overAxis(look), 8);
  const covered = coverings(chart.lines, chart.y.is_log);
  chart.lines.forEach((line, at) => {
    const {name, color} = looks[at];
    if (line.ranges.length) {
      const isBand = line.style !== 'dots' && line.ranges.length > 2;
      option.series.push((isBand ? band : whiskers)(name, line.ranges, color));
    }
    option.series.push(mainSeries(line, looks[at], covered[at], look.theme));
  });
  return {option, height: look.height || place.top + (look.isCompact ? 156 : 290)};
}

function legendLook(line, look, theme) {
  if (line.style === 'dots') {
    return {style: dotStyle(line, look, theme)};
  }
  const dash = line.style === 'dashed';
  return {
    icon: dash ? 'path://M0 0h12v6h-12zM20 0h12v6h-12z' : 'path://M0 0h32v6h-32z',
    style: {color: look.color},
  };
}

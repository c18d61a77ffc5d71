// What all charts have in common: title, legend, axes, shapes at places.
import {number, widthOf, wrap, fit} from './text.js';

const TITLE = 16;
export const SMALL = 12;

// A figure says its title and origin itself; a page does so around the chart.
export function frame(chart, look) {
  const margin = look.isFigure ? 16 : 0;
  const inner = look.width - 2 * margin;
  if (!look.isFigure) return {margin, inner, top: 4, bottom: 4, option: base(look)};
  const lines = wrap(chart.title, inner, TITLE, look, true);
  const option = base(look);
  option.title = {
    text: lines.join('\n'),
    subtext: chart.origin || '',
    left: margin,
    top: margin,
    padding: 0,
    itemGap: 6,
    textStyle: {fontSize: TITLE, lineHeight: TITLE + 4, color: look.theme.ink},
    subtextStyle: {
      fontSize: SMALL,
      color: chart.origin ? look.theme.origin[chart.origin] : look.theme.muted,
    },
  };
  const height = lines.length * (TITLE + 4) + (chart.origin ? 6 + SMALL : 0);
  return {margin, inner, top: margin + height + 14, bottom: margin, option};
}

function base(look) {
  return {
    animation: false,
    backgroundColor: look.isFigure ? look.theme.background : 'transparent',
    textStyle: {fontFamily: look.font, color: look.theme.ink},
    tooltip: {
      show: !look.isFigure,
      confine: true,
      transitionDuration: 0,
      backgroundColor: look.theme.background,
      borderColor: look.theme.line,
      textStyle: {color: look.theme.ink, fontSize: 13},
      extraCssText: 'max-width:min(22rem,90vw);white-space:normal;overflow-wrap:anywhere',
    },
    series: [],
  };
}

// Puts the legend at the frame's top. Items: {name, color, icon, style}.
export function addLegend(items, place, look, isClickable) {
  const gap = look.isCompact ? 10 : 14;
  const icon = 16;
  let rows = 1;
  let x = 0;
  const data = items.map((item) => {
    const label = fit(item.label || item.name, place.inner - icon - 8, SMALL, look);
    const width = icon + 5 + widthOf(label, SMALL, look);
    if (x > 0 && x + width > place.inner) {
      ++rows;
      x = 0;
    }
    x += width + gap;
    const style = item.style || {color: item.color};
    return {
      name: item.name,
      label,
      icon: item.icon || 'roundRect',
      itemStyle: style,
      lineStyle: item.lineStyle,
    };
  });
  const labels = {};
  for (const item of data) labels[item.name] = item.label;
  place.option.legend = {
    data,
    formatter: (name) => labels[name],
    left: place.margin,
    top: place.top,
    width: place.inner,
    padding: 0,
    itemGap: gap,
    itemWidth: icon,
    itemHeight: 10,
    selectedMode: isClickable && !look.isFigure,
    textStyle: {fontSize: SMALL, color: look.theme.ink},
    inactiveColor: look.theme.line,
  };
  place.top += rows * (SMALL + gap);
}

// A series that the legend names and nothing else shows.
export function legendOnly(name) {
  return {type: 'custom', coordinateSystem: 'none', name, data: [], renderItem: () => null};
}

// Items {shape, tip} where they are, in pixels.
export function shapesSeries(items, extra) {
  return {
    type: 'custom',
    coordinateSystem: 'none',
    data: items.map((_, index) => [index]),
    renderItem: (params) => items[params.dataIndex].shape,
    tooltip: {formatter: (params) => items[params.dataIndex].tip},
    ...extra,
  };
}

export function text(words, x, y, look, more) {
  return {
    type: 'text',
    silent: true,
    style: {
      text: words,
      x,
      y,
      fill: look.theme.ink,
      fontSize: SMALL,
      fontFamily: look.font,
      textVerticalAlign: 'middle',
      ...more,
    },
  };
}

export function rect(x, y, width, height, style, r) {
  return {type: 'rect', shape: {x, y, width: Math.max(width, 0), height, r: r || 0}, style};
}

// Slanted lines inside a box, as one path.
export function hatch(x, y, width, height, color) {
  const parts = [];
  for (let at = 5; at < width + height; at += 6) {
    const x1 = Math.min(at, width);
    const y1 = at - x1;
    const y2 = Math.min(at, height);
    const x2 = at - y2;
    parts.push(`M${x + x1} ${y + y1}L${x + x2} ${y + y2}`);
  }
  return {
    type: 'path',
    silent: true,
    shape: {pathData: parts.join('') || 'M0 0'},
    style: {fill: 'none', stroke: color, lineWidth: 1, opacity: 0.55},
  };
}

export function gridAt(place, more) {
  return {
    left: place.margin,
    right: place.margin + 12,
    top: place.top,
    bottom: place.bottom,
    outerBoundsMode: 'same',
    outerBoundsContain: 'all',
    ...more,
  };
}

function tick(value) {
  return number(value, 8);
}

export function valueAxis(look, axis, more) {
  const {theme} = look;
  return {
    type: 'value',
    name: axis.label,
    nameTextStyle: {color: theme.muted, fontSize: SMALL},
    axisLine: {show: true, lineStyle: {color: theme.line}},
    axisTick: {show: true, lineStyle: {color: theme.line}},
    axisLabel: {color: theme.muted, fontSize: SMALL, formatter: tick, hideOverlap: true},
    splitLine: {lineStyle: {color: theme.grid}},
    axisPointer: {lineStyle: {color: theme.line}},
    ...more,
  };
}

export const underAxis = {nameLocation: 'middle', nameGap: 26};

// Above the axis, where it takes no width.
export function overAxis(look) {
  return {
    nameLocation: 'end',
    nameGap: 10,
    nameTextStyle: {color: look.theme.muted, fontSize: SMALL, align: 'left'},
  };
}

// 1, 2 and 5 times powers of ten from the last below low to the first above high.
export function logTicks(low, high, most) {
  const all = [];
  for (let power = Math.floor(Math.log(low) / Math.LN10 + 1e-9); ; ++power) {
    for (const digit of [1, 2, 5]) {
      const tick = Number((digit + 'e' + power));
      if (tick <= low * (1 + 1e-9)) all.length = 0;
      all.push(tick);
      if (tick >= high * (1 - 1e-9)) return thinned(all, most);
    }
  }
}

function thinned(ticks, most) {
  const isPower = (tick) => /^1(e|0*$)|^0\.0*1$/.test(String(tick));
  if (ticks.length <= most) return {low: ticks[0], high: ticks[ticks.length - 1], ticks};
  const powers = ticks.filter(isPower);
  return {low: ticks[0], high: ticks[ticks.length - 1], ticks: powers};
}

export function logAxis(look, axis, values, more, most) {
  const above = values.filter((value) => value > 0);
  const low = Math.min.apply(null, above);
  const high = Math.max.apply(null, above);
  const found = logTicks(low, high === low ? low * 2 : high, most || 10);
  const result = valueAxis(look, axis, more);
  result.type = 'log';
  result.min = found.low;
  result.max = found.high;
  result.axisLabel.customValues = found.ticks;
  result.axisTick.customValues = found.ticks;
  return result;
}

// Axes, and where they lie.
import {number, SMALL, squeeze} from './text.js';

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

// Names from top to bottom, none wider than the room.
export function namesAxis(look, names, room) {
  return {
    type: 'category',
    data: names.map((_, at) => at),
    inverse: true,
    axisTick: {show: false},
    axisLine: {lineStyle: {color: look.theme.line}},
    axisLabel: {
      interval: 0,
      color: look.theme.ink,
      fontSize: SMALL,
      formatter: (at) => squeeze(names[at], room, SMALL, look),
    },
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

// What all charts have in common: title and legend.
import {fit, SMALL, widthOf, wrap} from './text.js';

const TITLE = 16;

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

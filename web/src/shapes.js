// Shapes where they are, in pixels.
import {SMALL} from './text.js';

// Draws items {shape, tip}.
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

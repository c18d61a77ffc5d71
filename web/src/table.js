// A table as a picture of text; a page has a real one.
import {frame} from './layout.js';
import {rect, shapesSeries, text} from './shapes.js';
import {fit, widthOf} from './text.js';

const ROW = 24;
const GAP = 22;
const SIZE = 12;

export function isEmpty(chart) {
  return !chart.headings.length || !chart.rows.length;
}

// As wide as the widest cell; where that is too much, the widest give way.
export function columnWidths(chart, room, measure) {
  const widths = chart.headings.map((heading, column) => chart.rows.reduce(
      (max, row) => Math.max(max, measure(row[column] || '')), measure(heading)));
  const gaps = GAP * (widths.length - 1);
  const sum = () => widths.reduce((total, width) => total + width, gaps);
  for (let rounds = 0; sum() > room && rounds < 200; ++rounds) {
    const widest = Math.max.apply(null, widths);
    const at = widths.indexOf(widest);
    widths[at] = Math.max(24, widest * 0.92);
  }
  return widths;
}

function cells(words, chart, starts, widths, y, look, more) {
  return words.map((word, column) => {
    const isNumber = chart.is_number[column];
    const x = starts[column] + (isNumber ? widths[column] : 0);
    return text(fit(word, widths[column] + 1, SIZE, look), x, y + ROW / 2, look,
                {textAlign: isNumber ? 'right' : 'left', ...more});
  });
}

export function draw(chart, look) {
  const place = frame(chart, look);
  const widths = columnWidths(chart, place.inner,
                              (word) => widthOf(word, SIZE, look, true));
  const starts = [];
  let x = place.margin;
  for (const width of widths) {
    starts.push(x);
    x += width + GAP;
  }
  let y = place.top;
  const children = cells(chart.headings, chart, starts, widths, y, look, {
    fontWeight: 'bold', fill: look.theme.muted,
  });
  y += ROW;
  const line = (color) => rect(place.margin, y, x - GAP - place.margin, 1, {fill: color});
  for (const row of chart.rows) {
    children.push(line(y === place.top + ROW ? look.theme.line : look.theme.grid));
    for (const cell of cells(row, chart, starts, widths, y, look)) children.push(cell);
    y += ROW;
  }
  place.option.series = [shapesSeries([{shape: {type: 'group', children}}], {silent: true})];
  return {option: place.option, height: look.height || y + place.bottom};
}

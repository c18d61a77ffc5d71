// A chart of any kind to what ECharts draws.
import * as bars from './bars.js';
import * as cutMap from './cut_map.js';
import * as histogram from './histogram.js';
import {frame} from './layout.js';
import {shapesSeries, text} from './shapes.js';
import * as lines from './lines.js';
import * as memoryMap from './memory_map.js';
import * as table from './table.js';
import * as timeline from './timeline.js';

const KINDS = {
  lines,
  bars,
  cut_map: cutMap,
  memory_map: memoryMap,
  timeline,
  histogram,
  table,
};

const WITHOUT = {
  lines: 'no line has points.',
  bars: 'there are no bars.',
  cut_map: 'the graph has no ops.',
  memory_map: 'no device has memory of its own.',
  timeline: 'no request ran.',
  histogram: 'nothing was counted.',
  table: 'the table has no rows.',
};

// Why there is nothing to draw, or nothing.
export function whyEmpty(chart) {
  return KINDS[chart.kind].isEmpty(chart) ? `Nothing to show: ${WITHOUT[chart.kind]}` : '';
}

function drawNothing(chart, look) {
  const place = frame(chart, look);
  const words = text(whyEmpty(chart), place.margin, place.top + 10, look, {fill: look.theme.muted});
  place.option.series = [shapesSeries([{shape: words}], {silent: true})];
  return {option: place.option, height: look.height || place.top + 24 + place.bottom};
}

// look: {width, height (0: as the chart needs), theme, font, isFigure, isCompact}.
// Returns {option, height}.
export function draw(chart, look) {
  return whyEmpty(chart) ? drawNothing(chart, look) : KINDS[chart.kind].draw(chart, look);
}

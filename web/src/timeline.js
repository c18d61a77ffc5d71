// Which request is where, and when.
import {gridAt, namesAxis, underAxis, valueAxis} from './axes.js';
import {frame} from './layout.js';
import {rect, text} from './shapes.js';
import {fit, number, tip, widthOf} from './text.js';
import {inkOn, seriesColor} from './theme.js';

const ROW = 28;
const COMPACT_ROW = 20;
const BAR = 17;

export function isEmpty(chart) {
  return !chart.tracks.length || !chart.spans.length;
}

// A timeline may show a part of what ran.
export function phasesWithin(chart, low, high) {
  return chart.phases.map((phase) => ({
    name: phase.name,
    begin_ms: Math.max(phase.begin_ms, low),
    end_ms: Math.min(phase.end_ms, high),
  })).filter((phase) => phase.begin_ms < phase.end_ms);
}

function phases(shown, look) {
  return {
    type: 'custom',
    silent: true,
    z: 0,
    data: shown.map((phase) => [phase.begin_ms, phase.end_ms]),
    encode: {x: [0, 1], y: -1},
    renderItem: (params, api) => {
      const phase = shown[params.dataIndex];
      const x1 = api.coord([phase.begin_ms, 0])[0];
      const x2 = api.coord([phase.end_ms, 0])[0];
      const area = params.coordSys;
      const fill = look.theme.band[phase.name.indexOf('steady') >= 0 ? 1 : 0];
      const children = [
        rect(x1, area.y - 20, x2 - x1, area.height + 20, {fill}),
        rect(x1, area.y - 20, 1, area.height + 20, {fill: look.theme.line}),
      ];
      const words = fit(phase.name, x2 - x1 - 8, 12, look);
      const isRead = words === phase.name || words.length > 6;  // "d..." is not
      if (isRead) children.push(text(words, x1 + 5, area.y - 10, look, {fill: look.theme.muted}));
      return {type: 'group', children};
    },
    clip: false,
  };
}

function spans(chart, look) {
  return {
    type: 'custom',
    z: 2,
    data: chart.spans.map((span) => [span[2], span[3], span[0]]),
    encode: {x: [0, 1], y: 2},
    clip: true,
    renderItem: (params, api) => {
      const span = chart.spans[params.dataIndex];
      const [x1, y] = api.coord([span[2], span[0]]);
      const x2 = api.coord([span[3], span[0]])[0];
      const color = seriesColor(look.theme, span[1] % 7);
      const width = Math.max(x2 - x1 - (x2 - x1 > 4 ? 1 : 0), 0.7);
      const box = rect(x1, y - BAR / 2, width, BAR, {fill: color}, width > 8 ? 3 : 0);
      const words = String(span[1]);
      if (widthOf(words, 11, look) > width - 6) return box;
      const label = text(words, x1 + width / 2, y, look,
                         {fill: inkOn(color), fontSize: 11, textAlign: 'center'});
      return {type: 'group', children: [box, label]};
    },
    tooltip: {
      formatter: (params) => {
        const [track, request, begin, end] = chart.spans[params.dataIndex];
        return tip(`request ${request}`, [
          ['at', chart.tracks[track]],
          ['begin', `${number(begin)} ms`],
          ['duration', `${number(end - begin)} ms`],
        ]);
      },
    },
  };
}

export function draw(chart, look) {
  const place = frame(chart, look);
  const {option} = place;
  const low = Math.min.apply(null, chart.spans.map((span) => span[2]));
  const high = Math.max.apply(null, chart.spans.map((span) => span[3]));
  place.top += chart.phases.length ? 24 : 4;
  option.grid = gridAt(place);
  option.xAxis = valueAxis(look, {label: 'ms'}, {
    ...underAxis, min: low, max: high, splitLine: {show: false},
  });
  option.xAxis.axisLabel.showMinLabel = low === 0;
  option.xAxis.axisLabel.showMaxLabel = false;
  option.yAxis = namesAxis(look, chart.tracks, place.inner * 0.36);
  option.series = [phases(phasesWithin(chart, low, high), look), spans(chart, look)];
  return {
    option,
    height: look.height || place.top + chart.tracks.length * (look.isCompact ? COMPACT_ROW : ROW) +
        (look.isCompact ? 40 : 46) + place.bottom,
  };
}

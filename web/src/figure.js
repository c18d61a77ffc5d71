// renderFigure(json, width, height) for the program: a chart as SVG.
import {draw} from './charts.js';
import {echarts} from './echarts.js';
import {escape} from './text.js';
import {LIGHT} from './theme.js';

const everything = Function('return this')();

// The library takes a short cut where measuring texts takes long; a clock that stands
// still keeps figures the same on every machine.
const start = new Date(0);
const Clock = function() {
  return start;
};
Clock.prototype = Date.prototype;
everything.Date = Clock;

// The library's ids count charts; the same chart shall give the same bytes.
function named(svg, chart) {
  const own = chart.id.replace(/[^A-Za-z0-9]/g, '-');
  const label = escape(chart.title);
  return svg.replace(/((?: id="| class="|url\(#|href="#))zr\d+-/g, `$1${own}-`)
      .replace(/^<svg /, () => `<svg role="img" aria-label="${label}" `);
}

everything.renderFigure = function(json, width, height) {
  const data = JSON.parse(json);
  const look = {width, height, theme: LIGHT, font: 'sans-serif', isFigure: true};
  const drawn = draw(data, look);
  const chart =
      echarts.init(null, null, {renderer: 'svg', ssr: true, width, height: drawn.height});
  chart.setOption(drawn.option);
  const svg = chart.getZr().painter.renderToString(
      {cssAnimation: false, cssEmphasis: false, useViewBox: true});
  chart.dispose();
  return named(svg, data);
};

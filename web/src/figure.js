// renderFigure(json, width, height) for the program: a chart as SVG.
import {echarts} from './echarts.js';
import {optionOf} from './options.js';

const everything = Function('return this')();

everything.renderFigure = function(json, width, height) {
  const chart = echarts.init(
      null, null, {renderer: 'svg', ssr: true, width: width, height: height || 400});
  chart.setOption(optionOf(JSON.parse(json)));
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
};

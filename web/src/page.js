// Draws the page's data, which stands in the document as JSON.
import {draw} from './charts.js';
import {fillPage} from './document.js';
import {echarts} from './echarts.js';
import {DARK, LIGHT} from './theme.js';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

const page = JSON.parse(document.getElementById('data').textContent);
const places = fillPage(document.getElementById('page'), page);
const dark = window.matchMedia('(prefers-color-scheme: dark)');
let isPrinting = false;

function drawPlace(place, theme) {
  const width = place.element.clientWidth;
  if (!width || (place.width === width && place.theme === theme)) return;
  place.width = width;
  place.theme = theme;
  const look = {width, height: 0, theme, font: FONT, isFigure: false};
  const {option, height} = draw(place.chart, look);
  place.element.style.height = `${height}px`;
  if (!place.drawn) place.drawn = echarts.init(place.element, null, {renderer: 'svg'});
  place.drawn.resize({width, height, silent: true});
  place.drawn.setOption(option, {notMerge: true});
  place.drawn.getZr().flush();
}

function drawAll() {
  const theme = dark.matches && !isPrinting ? DARK : LIGHT;
  for (const place of places) drawPlace(place, theme);
}

function setPrinting(is) {
  isPrinting = is;
  document.documentElement.className = is ? 'printing' : '';
  drawAll();
}

let wanted = 0;
window.addEventListener('resize', () => {
  window.cancelAnimationFrame(wanted);
  wanted = window.requestAnimationFrame(drawAll);
});
dark.addEventListener('change', drawAll);
window.addEventListener('beforeprint', () => setPrinting(true));
window.addEventListener('afterprint', () => setPrinting(false));

drawAll();
window.performance.mark('drawn');

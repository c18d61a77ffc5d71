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

function lookOf(place, theme, height) {
  return {
    width: place.element.clientWidth,
    height,
    theme,
    font: FONT,
    isFigure: false,
    isCompact: isPrinting,
  };
}

function show(place, {option, height}, width) {
  place.element.style.height = `${height}px`;
  if (!place.drawn) place.drawn = echarts.init(place.element, null, {renderer: 'svg'});
  place.drawn.resize({width, height, silent: true});
  place.drawn.setOption(option, {notMerge: true});
  place.drawn.getZr().flush();
}

function drawPlace(place, theme) {
  const look = lookOf(place, theme, 0);
  const natural = draw(place.chart, look);
  show(place, natural, look.width);
  place.height = natural.height;
}

// Charts side by side end on one line.
function evenOut(theme) {
  const bottom = (place) => place.element.getBoundingClientRect().bottom;
  const bottoms = places.map(bottom);
  const rows = places.map((place) => place.element.parentNode.offsetTop);
  const grids = places.map((place) => place.element.parentNode.parentNode);
  places.forEach((place, at) => {
    const lowest = Math.max.apply(null, bottoms.filter(
        (_, other) => rows[other] === rows[at] && grids[other] === grids[at]));
    const missing = Math.round(lowest - bottoms[at]);
    if (missing < 1) return;
    const look = lookOf(place, theme, place.height + missing);
    show(place, draw(place.chart, look), look.width);
  });
}

function drawAll() {
  const theme = dark.matches && !isPrinting ? DARK : LIGHT;
  for (const place of places) drawPlace(place, theme);
  evenOut(theme);
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

// What each device's memory keeps, and what is streamed past it.
import {addLegend, frame, legendOnly} from './layout.js';
import {hatch, rect, shapesSeries, text} from './shapes.js';
import {bytes, tip, widthOf, wrap} from './text.js';
import {inkOn, seriesColor} from './theme.js';

const LINE = 17;
const NAMES = {cached: 'cached', free: 'free', streamed: 'streamed at every inference'};

export function isEmpty(chart) {
  return !chart.devices.length;
}

export function sumOf(device, use) {
  return device.pieces.reduce((sum, piece) => sum + (piece.use === use ? piece.bytes : 0), 0);
}

export function sentence(device) {
  const parts = [`${bytes(sumOf(device, 'cached'))} of ${bytes(device.capacity_bytes)} cached`];
  const free = sumOf(device, 'free');
  const streamed = sumOf(device, 'streamed');
  if (free) parts.push(`${bytes(free)} free`);
  if (streamed) parts.push(`${bytes(streamed)} streamed at every inference`);
  return parts.join(', ');
}

function barHeight(look) {
  return look.isCompact ? 18 : 24;
}

function pieceStyle(piece, at, theme) {
  if (piece.use === 'free') return {fill: theme.free};
  if (piece.use === 'streamed') return {fill: theme.warning};
  return {fill: seriesColor(theme, 0), opacity: at % 2 ? 0.78 : 1};
}

function pieceItem(device, piece, at, box, look) {
  const {height} = box;
  const children = [rect(box.x, box.y, box.width, height, pieceStyle(piece, at, look.theme))];
  if (piece.use === 'streamed') {
    children.push(hatch(box.x, box.y, box.width, height, look.theme.background));
  }
  if (box.width > 4) {
    children.push(rect(box.x + box.width - 1, box.y, 1, height, {fill: look.theme.background}));
  }
  const name = piece.name || NAMES[piece.use];
  if (widthOf(name, 11, look) < box.width - 8 && piece.use !== 'streamed') {
    const color = piece.use === 'free' ? look.theme.muted :
                                          inkOn(seriesColor(look.theme, 0));
    children.push(text(name, box.x + box.width / 2, box.y + height / 2, look,
                       {fill: color, fontSize: 11, textAlign: 'center'}));
  }
  return {
    shape: {type: 'group', children},
    tip: tip(name, [[device.name, NAMES[piece.use]], ['size', bytes(piece.bytes)]]),
  };
}

// A free piece ends at the capacity; what is streamed begins there.
function deviceItems(device, y, scale, place, look) {
  const height = barHeight(look);
  let at = 0;
  const items = device.pieces.map((piece, index) => {
    if (piece.use === 'streamed') at = Math.max(at, device.capacity_bytes);
    const x = place.margin + at * scale;
    at += piece.bytes;
    return pieceItem(device, piece, index, {x, y, width: piece.bytes * scale, height}, look);
  });
  const end = place.margin + device.capacity_bytes * scale;
  items.push({shape: rect(end - 1, y - 4, 2, height + 8, {fill: look.theme.ink}), tip: tip(
      device.name, [['capacity', bytes(device.capacity_bytes)]])});
  return items;
}

function legendOf(chart, place, look) {
  const {theme} = look;
  const has = (use) => chart.devices.some((device) => sumOf(device, use));
  const items = [];
  if (has('cached')) items.push({name: NAMES.cached, color: seriesColor(theme, 0)});
  if (has('free')) {
    items.push({
      name: NAMES.free,
      style: {color: theme.free, borderColor: theme.line, borderWidth: 1},
    });
  }
  if (has('streamed')) items.push({name: NAMES.streamed, color: theme.warning});
  items.push({
    name: 'capacity', icon: 'path://M14 0h5v16h-5zM0 7h0.1v1h-0.1zM32 7h0.1v1h-0.1z',
    style: {color: theme.ink},
  });
  addLegend(items, place, look);
  return items.map((item) => legendOnly(item.name));
}

export function draw(chart, look) {
  const place = frame(chart, look);
  const legends = legendOf(chart, place, look);
  const most = chart.devices.reduce((max, device) =>
      Math.max(max, device.capacity_bytes + sumOf(device, 'streamed'),
               sumOf(device, 'cached') + sumOf(device, 'free')), 1);
  const scale = (place.inner - 2) / most;
  let items = [];
  let y = place.top + 4;
  for (const device of chart.devices) {
    const lines = wrap(`${device.name}: ${sentence(device)}`, place.inner, 12, look);
    for (const line of lines) {
      items.push({shape: text(line, place.margin, y + LINE / 2, look)});
      y += LINE;
    }
    y += look.isCompact ? 2 : 6;
    items = items.concat(deviceItems(device, y, scale, place, look));
    y += barHeight(look) + (look.isCompact ? 8 : 18);
  }
  place.option.series = legends.concat([shapesSeries(items)]);
  return {option: place.option, height: look.height || y - (look.isCompact ? 2 : 10) + place.bottom};
}

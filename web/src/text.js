// Numbers and sizes in words, and how wide they are.
import {getWidth} from 'zrender/lib/contain/text.js';

export const SMALL = 12;  // of most texts, in pixels

function grouped(digits) {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

// With so many digits that matter, or all before the point.
export function number(value, digits) {
  const most = digits || 3;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-6) return String(Number(value.toPrecision(most)));
  const text = value.toFixed(Math.min(20, Math.max(0, most - wholeDigits(size))));
  const parts = text.split('.');
  const rest = (parts[1] || '').replace(/0+$/, '');
  return grouped(parts[0]) + (rest ? '.' + rest : '');
}

// 2 of 12.3, -1 of 0.0123.
function wholeDigits(size) {
  return Math.floor(Math.log(size) / Math.LN10 + 1e-12) + 1;
}

function fixed(value, decimals) {
  const parts = value.toFixed(decimals).split('.');
  return grouped(parts[0]) + (parts[1] ? '.' + parts[1] : '');
}

// How numbers that stand together are written: with equal decimals, so that the largest
// has so many digits that matter, and the smallest two.
export function alike(values, digits) {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  if (values.every((value) => value === Math.round(value))) return (value) => number(value, 15);
  const largest = wholeDigits(Math.max.apply(null, sizes));
  const least = wholeDigits(Math.min.apply(null, sizes));
  const decimals = Math.min(9, Math.max(0, (digits || 3) - largest, 2 - least));
  return (value) => fixed(value, decimals);
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB'];

export function bytes(value) {
  let unit = 0;
  while (value >= 1024 && unit < SIZES.length - 1) {
    value /= 1024;
    ++unit;
  }
  return alike([value])(value) + ' ' + SIZES[unit];
}

const COUNTS = ['', ' thousand', ' million', ' billion'];

export function count(value) {
  let unit = 0;
  while (value >= (unit ? 1000 : 10000) && unit < COUNTS.length - 1) {
    value /= 1000;
    ++unit;
  }
  return number(value) + COUNTS[unit];
}

export function escape(text) {
  return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;');
}

// Without a browser the width is an estimate for a narrow font; whoever opens the figure
// may have a wide one.
function reserve(look, isBold) {
  if (!look.isFigure) return 1;
  return isBold ? 1.27 : 1.14;
}

export function widthOf(text, size, look, isBold) {
  const font = `${isBold ? 'bold ' : ''}${size}px ${look.font}`;
  return getWidth(text, font) * reserve(look, isBold);
}

// The text, or as much of its beginning as has room.
export function fit(text, width, size, look) {
  if (widthOf(text, size, look) <= width) return text;
  let length = text.length;
  while (length > 0 && widthOf(text.substr(0, length) + '...', size, look) > width) {
    --length;
  }
  return length > 0 ? text.substr(0, length) + '...' : '';
}

// The same, with the end kept, where names often differ: "stage 0, edg...#1".
export function squeeze(text, width, size, look) {
  if (widthOf(text, size, look) <= width) return text;
  const end = text.substr(-4);
  const room = width - widthOf(end, size, look);
  return fit(text.substr(0, text.length - 4) + '....', room, size, look) + end;
}

// Lines of words, none wider than the width.
export function wrap(text, width, size, look, isBold) {
  const lines = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line ? line + ' ' + word : word;
    if (line && widthOf(longer, size, look, isBold) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  return lines.map((each) => fit(each, width, size, look));
}

// What a tooltip says: a title, and rows of a name and a value.
export function tip(title, rows) {
  const lines = rows.filter((row) => row).map(
      ([name, value]) => `<div>${escape(name)}: <b>${escape(value)}</b></div>`);
  return `<div><b>${escape(title)}</b></div>` + lines.join('');
}

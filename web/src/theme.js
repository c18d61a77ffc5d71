// Colours, for light and dark, told apart by colour-blind eyes too. Vermilion
// is for what is streamed alone.
export const LIGHT = {
  background: '#ffffff',
  ink: '#1b2430',
  muted: '#566171',
  line: '#aeb7c2',
  edge: '#75808d',
  grid: '#e8ecf0',
  free: '#eceff3',
  band: ['#f3f5f8', '#e6f0ec'],
  warning: '#c2410c',
  series: ['#3d73b0', '#bd8216', '#2f9e8c', '#a8479a', '#4396cf', '#84842c', '#5147a3',
           '#8d6553'],
  origin: {
    published: '#4b5563',
    estimated: '#8a3f93',
    simulated: '#2b62a8',
    emulated: '#0f766e',
    measured: '#9a5a00',
  },
  part: {
    'compute': '#3d73b0',
    'streaming': '#c2410c',
    'transfer': '#bd8216',
    'fixed': '#8a939e',
    'hand-off': '#a8479a',
    'host': '#8d6553',
  },
};

export const DARK = {
  background: '#14191f',
  ink: '#e8ecf1',
  muted: '#a3aebb',
  line: '#5d6875',
  edge: '#8b97a5',
  grid: '#29313a',
  free: '#29313a',
  band: ['#1b222a', '#172723'],
  warning: '#f2793d',
  series: ['#6ea3dc', '#dfb050', '#52bfae', '#ca7dc0', '#98d1f0', '#b3b356', '#988fe0',
           '#bd9683'],
  origin: {
    published: '#b3bcc8',
    estimated: '#cd96d6',
    simulated: '#86b4ee',
    emulated: '#5cc7b8',
    measured: '#e0a752',
  },
  part: {
    'compute': '#6ea3dc',
    'streaming': '#f2793d',
    'transfer': '#dfb050',
    'fixed': '#909ba8',
    'hand-off': '#ca7dc0',
    'host': '#bd9683',
  },
};

// Of lines, which cross and meet, the first are further apart still.
const LINES = [0, 1, 2, 3, 7, 5, 6, 4];

export function lineColor(theme, index) {
  return seriesColor(theme, LINES[index % LINES.length]);
}

export function seriesColor(theme, index) {
  return theme.series[index % theme.series.length];
}

// As WCAG has it: 0 for black, 1 for white.
function luminance(color) {
  const linear = (at) => {
    const value = parseInt(color.substr(at, 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
}

export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// Dark or white, whichever is read better on the colour.
export function inkOn(color) {
  const dark = '#10161d';
  return contrast(color, dark) > contrast(color, '#ffffff') ? dark : '#ffffff';
}

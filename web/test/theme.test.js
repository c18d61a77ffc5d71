import assert from 'node:assert/strict';
import test from 'node:test';

import {contrast, DARK, inkOn, LIGHT} from '../src/theme.js';

const THEMES = {LIGHT, DARK};

// Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation
// of Color Vision Deficiency" (2009), severity 1.
const BLINDNESS = {
  none: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                 [-0.01182, 0.04294, 0.968881]],
};

function seen(color, matrix) {
  const linear = [1, 3, 5].map((at) => {
    const value = parseInt(color.substr(at, 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = matrix.map((row) => Math.min(1, Math.max(
      0, row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2])));
  const xyz = [(0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
               0.2126 * r + 0.7152 * g + 0.0722 * b,
               (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089];
  const [x, y, z] = xyz.map((t) => t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(one, other, matrix) {
  const [a, b] = [seen(one, matrix), seen(other, matrix)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

for (const [name, theme] of Object.entries(THEMES)) {
  test(`${name}: texts are read on the background`, () => {
    const texts = [theme.ink, theme.muted, ...Object.values(theme.origin)];
    for (const color of texts) assert.ok(contrast(color, theme.background) >= 4.5, color);
  });

  test(`${name}: shapes are seen on the background, labels on them are read`, () => {
    for (const color of [...theme.series, ...Object.values(theme.part), theme.warning]) {
      assert.ok(contrast(color, theme.background) >= 3, color);
      assert.ok(contrast(color, inkOn(color)) >= 4.5, color);
    }
  });

  test(`${name}: colour-blind eyes tell stages beside one another apart`, () => {
    for (const [blindness, matrix] of Object.entries(BLINDNESS)) {
      theme.series.forEach((color, at) => {
        const next = theme.series[(at + 1) % theme.series.length];
        const found = distance(color, next, matrix);
        assert.ok(found >= 15, `${blindness}: ${color} and ${next} are ${found} apart`);
      });
    }
  });
}

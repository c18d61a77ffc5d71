// The ranges of a line: they have its name, so that the legend hides both.
// How far a line may be off, as an area.
export function band(name, ranges, color) {
  return {
    type: 'custom',
    name,
    silent: true,
    z: 1,
    data: ranges,
    encode: {x: 0, y: [1, 2]},
    tooltip: {show: false},
    renderItem: (params, api) => {
      if (params.dataIndex > 0) return null;
      const up = ranges.map((range) => api.coord([range[0], range[2]]));
      const down = ranges.map((range) => api.coord([range[0], range[1]])).reverse();
      return {
        type: 'polygon',
        shape: {points: up.concat(down)},
        style: {fill: color, opacity: 0.18},
      };
    },
    clip: true,
  };
}

// The same, at each point.
export function whiskers(name, ranges, color) {
  return {
    type: 'custom',
    name,
    silent: true,
    z: 1,
    data: ranges,
    tooltip: {show: false},
    encode: {x: 0, y: [1, 2]},
    renderItem: (params, api) => {
      const [x, high] = api.coord([api.value(0), api.value(2)]);
      const low = api.coord([api.value(0), api.value(1)])[1];
      const path = `M${x - 4} ${high}L${x + 4} ${high}M${x} ${high}L${x} ${low}` +
          `M${x - 4} ${low}L${x + 4} ${low}`;
      return {
        type: 'path',
        shape: {pathData: path},
        style: {fill: 'none', stroke: color, lineWidth: 1.5},
      };
    },
    clip: true,
  };
}

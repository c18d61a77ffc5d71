// A chart's data to what ECharts draws.
export function optionOf(chart) {
  return {
    animation: false,
    title: {text: chart.title},
    legend: {top: 30},
    grid: {top: 70},
    tooltip: {},
    xAxis: {type: chart.x && chart.x.is_log ? 'log' : 'value'},
    yAxis: {type: chart.y && chart.y.is_log ? 'log' : 'value'},
    series: (chart.lines || []).map(function(line) {
      return {type: 'line', name: line.name, data: line.points};
    }),
  };
}

// Draws the page's data, which stands in the document as JSON.
import {echarts} from './echarts.js';
import {optionOf} from './options.js';

var page = JSON.parse(document.getElementById('data').textContent);
page.sections.forEach(function(section) {
  section.charts.forEach(function(chart) {
    var place = document.createElement('div');
    place.style.height = '400px';
    document.body.appendChild(place);
    echarts.init(place, null, {renderer: 'svg'}).setOption(optionOf(chart));
  });
});

// A table chart as a real table, which scrolls in a box of its own.
import {element} from './dom.js';

const DENSE = 7;

function cell(chart, name, word, column) {
  const isNumber = chart.is_number[column];
  return element(name, {
    class: isNumber ? 'number' : '',
    scope: name === 'th' ? 'col' : '',
  }, word);
}

export function tableElement(chart) {
  const row = (name) => (words) =>
      element('tr', {}, words.map((word, column) => cell(chart, name, word, column)));
  const isDense = chart.headings.length > DENSE;
  const table = element('table', {class: isDense ? 'dense' : ''}, [
    element('thead', {}, row('th')(chart.headings)),
    element('tbody', {}, chart.rows.map(row('td'))),
  ]);
  const box = element('div', {class: 'scroll', role: 'region', 'aria-label': chart.title}, table);
  box.tabIndex = 0;
  return box;
}

// The page around the charts: header, facts, sections, provenance.
import {whyEmpty} from './charts.js';
import {chip, element} from './dom.js';
import {tableElement} from './table_element.js';

const WIDE = {cut_map: true, memory_map: true, timeline: true};

function isWide(chart) {
  if (chart.kind === 'table') return chart.headings.length > 4;
  return WIDE[chart.kind] || (chart.kind === 'lines' && chart.lines.length > 6);
}

function fact(each) {
  return element('div', {class: 'fact'}, [
    element('dt', {}, [
      element('span', {class: 'label'}, each.label),
      each.origin ? element('span', {class: `word ${each.origin}`}, each.origin) : null,
    ]),
    element('dd', {}, [
      element('span', {class: 'value'}, each.value),
      each.note ? element('span', {class: 'note'}, each.note) : null,
    ]),
  ]);
}

function body(chart, places) {
  const why = whyEmpty(chart);
  if (why) return element('p', {class: 'empty'}, why);
  if (chart.kind === 'table') return tableElement(chart);
  const drawing = element('div', {
    class: 'drawing',
    role: 'img',
    'aria-label': chart.note ? `${chart.title}. ${chart.note}` : chart.title,
  });
  places.push({chart, element: drawing});
  return drawing;
}

// Paper may be turned within such a table.
function isLong(chart) {
  return chart.kind === 'table' && chart.rows.length > 10;
}

function figure(chart, places, wide) {
  return element('figure', {
    id: chart.id, class: (wide ? 'wide ' : '') + (isLong(chart) ? 'long' : ''),
    'aria-label': chart.title, 'data-kind': chart.kind,
  }, [
    element('figcaption', {}, [
      element('h3', {}, chart.title),
      chip(chart.origin),
      chart.note ? element('p', {class: 'note'}, chart.note) : null,
    ]),
    body(chart, places),
  ]);
}

// A narrow chart without a neighbour takes the row; neighbours are as high as one
// another.
function figures(charts, places) {
  const made = [];
  let open = null;
  for (const chart of charts) {
    const wide = isWide(chart);
    const next = figure(chart, places, wide);
    if (wide && open) open.classList.add('wide');
    open = wide || open ? null : next;
    made.push(next);
  }
  if (open) open.classList.add('wide');
  return made;
}

// Such sections share the paper's width.
function isNarrow(each) {
  return !each.charts.some(isWide);
}

function section(each, places) {
  const paragraphs = each.text.split(/\n\s*\n/).filter((words) => words.trim())
      .map((words) => element('p', {}, words));
  const heading = each.title ? element('h2', {}, each.title) : null;
  const grid = element('div', {class: 'charts'}, figures(each.charts, places));
  return element('section', {class: isNarrow(each) ? 'narrow' : ''},
                 [heading].concat(paragraphs, each.charts.length ? grid : null));
}

function provenance(facts) {
  const list = [];
  for (const each of facts) {
    list.push(element('dt', {}, each.label));
    list.push(element('dd', {}, [
      each.value, each.origin ? chip(each.origin) : null,
      each.note ? element('span', {class: 'note'}, each.note) : null,
    ]));
  }
  return element('section', {class: 'provenance narrow'}, [
    element('h2', {}, 'How this was made'), element('dl', {}, list),
  ]);
}

// Narrow sections that follow one another are together, for two columns on paper.
function grouped(sections) {
  const groups = [];
  for (const each of sections) {
    const isFirst = !groups.length || !/narrow/.test(each.className) ||
        !/narrow/.test(groups[groups.length - 1][0].className);
    if (isFirst) groups.push([]);
    groups[groups.length - 1].push(each);
  }
  return groups.map((group) => element('div', {class: group.length > 1 ? 'together' : ''}, group));
}

// Fills the parent; returns where charts are to be drawn: [{chart, element}].
export function fillPage(parent, page) {
  const places = [];
  parent.textContent = '';
  parent.appendChild(element('header', {}, [
    element('h1', {}, page.title || 'Report'),
    page.subtitle ? element('p', {class: 'subtitle'}, page.subtitle) : null,
  ]));
  if (page.facts.length) {
    parent.appendChild(element('dl', {class: 'facts'}, page.facts.map(fact)));
  }
  const sections = page.sections.map((each) => section(each, places));
  if (page.provenance.length) sections.push(provenance(page.provenance));
  if (!page.sections.length) {
    parent.appendChild(element('p', {class: 'empty'}, 'Nothing to show: the report has no sections.'));
  }
  for (const each of grouped(sections)) parent.appendChild(each);
  return places;
}

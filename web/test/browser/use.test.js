// What a reader does with a report: points at things, prints, turns the lights off.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';

import {open, reports, start, whySkip} from './chromium.js';

const skip = whySkip();
const without = (name) => skip || !reports().includes(name) && `REPORTS has no ${name}`;
let browser;

before(async () => {
  if (!skip) browser = await start();
});
after(async () => {
  if (browser) await browser.close();
});

// Points at the middle of a shape, and gives what the tooltip says.
async function pointAt(page, figure, selector, at = 0) {
  const shape = page.locator(`#${figure} svg ${selector}`).nth(at);
  await shape.scrollIntoViewIfNeeded();
  const box = await shape.boundingBox();
  await page.mouse.move(box.x + box.width / 2 - 1, box.y + box.height / 2);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForTimeout(100);
  return page.evaluate((id) => [...document.querySelectorAll(`#${id} .drawing > div`)]
      .filter((each) => !each.querySelector('svg') && each.style.visibility !== 'hidden')
      .map((each) => each.innerText).join('\n'), figure);
}

async function says(page, figure, selector, at, words) {
  const tip = await pointAt(page, figure, selector, at);
  for (const each of words) assert.ok(tip.includes(each), `${figure}: '${tip}' lacks '${each}'`);
}

for (const width of [380, 1440]) {
  test(`things say what they are, ${width} wide`, {skip: without('plan.html')}, async () => {
    const page = await open(browser, 'plan.html', {width});
    await says(page, 'cut-map', 'path[fill="#a8479a"]', 2, [
      'block_', 'kind: CONV_2D', 'stage 3: edgetpu-pcie', 'parameters: ', 'cached', 'MACs: ',
      'time: ',
    ]);
    await says(page, 'memory', 'path[fill="#3d73b0"]', 1, ['block_', 'stage 0', 'size: ']);
    await says(page, 'stage-costs', 'path[fill="#3d73b0"]', 0, [
      'stage 0, ms per inference', 'compute: 4.1', 'transfer: 0.3', 'total: 4.65',
    ]);
    await says(page, 'timeline', 'path[fill="#3d73b0"]', 1, [
      'request ', 'at: stage', 'begin: ', 'duration: ',
    ]);
    await says(page, 'latency', 'path[fill="#3d73b0"]', 8, ['ms', 'count: ']);
    await says(page, 'speed-up', 'path[fill="#2f9e8c"]', 2, [
      'devices: ', 'speed-up against one device', 'equal parameters, simulated: ',
    ]);
    assert.deepEqual(page.noise, []);
    await page.close();
  });
}

// Names of files and layers are texts in tooltips too.
test('a tooltip shows markup as text', {skip: without('sample.html')}, async () => {
  const page = await open(browser, 'sample.html');
  await says(page, 'cut-map', 'path[fill="#bd8216"]', 0, ['</script><b>&"', '4 KiB, streamed']);
  assert.equal(await page.locator('#cut-map b >> text=/^&/').count(), 0);
  await page.close();
});

const INK = {light: '#1b2430', dark: '#e8ecf1'};

function inkIs(page, fill) {
  return page.waitForSelector(`#stage-costs svg text[fill="${fill}"]`, {timeout: 5000});
}

test('charts follow the colours of the system', {skip: without('plan.html')}, async () => {
  const page = await open(browser, 'plan.html', {colorScheme: 'light'});
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await inkIs(page, INK.light);
  await page.emulateMedia({colorScheme: 'dark'});
  await inkIs(page, INK.dark);
  assert.notEqual(await background(), light);
  await page.emulateMedia({colorScheme: 'light'});
  await inkIs(page, INK.light);
  await page.close();
});

function pagesOf(pdf) {
  return pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g).length;
}

// What the program writes, and what its charts say at a point.
const WRITTEN = [
  ['plan-inception_v4.html', 'cut-map', 'path[fill="#3d73b0"]', 9,
   ['kind: CONV_2D', 'stage 0: edgetpu-pcie', 'MACs: ']],
  ['plan-resnet50.html', 'memory', 'path[fill="#3d73b0"]', 3, ['stage 0', 'cached', 'size: ']],
  ['simulate-resnet50.html', 'stage-costs', 'path[fill="#3d73b0"]', 0,
   ['stage 0, ms per inference', 'compute: ', 'total: ']],
  ['simulate-fc.html', 'timeline', 'path[fill="#bd8216"]', 3, ['request ', 'duration: ']],
  ['run-fc.html', 'latency', 'path[fill="#3d73b0"]', 0, [' ms', 'count: ']],
  ['run-fc.html', 'throughput', 'path[fill="#3d73b0"]', 3, ['window of the run: ']],
  ['sweep.html', 'speed-up', 'path[fill="#bd8216"]', 1, ['devices: ', 'resnet50: ']],
  ['reproduce.html', 'fc-3-tpus-speedup', 'path[fill="#3d73b0"]', 1, ['neurons of a layer: ']],
];

for (const [name, chart, selector, at, words] of WRITTEN) {
  test(`${name}: ${chart} says what it shows`, {skip: without(name)},
       async () => {
    const page = await open(browser, name);
    await says(page, chart, selector, at, words);
    assert.deepEqual(page.noise, []);
    await page.close();
  });
}

const PRINTED = /^(sample|plan|simulate-.*|plan-.*|run-.*|sweep|reproduce)\.html$/;

for (const name of reports().filter((each) => PRINTED.test(each))) {
  const most = name === 'reproduce.html' ? Infinity : 2;
  test(`${name} prints on few pages, and looks as before afterwards`, {skip},
       async (context) => {
    const page = await open(browser, name, {colorScheme: 'dark'});
    const width = () => page.evaluate(
        () => document.querySelector('.drawing svg').getAttribute('width'));
    const before = await width();
    await page.evaluate(() => {
      window.printed = {};
      window.addEventListener('beforeprint', () => {
        const svg = document.querySelector('.drawing svg');
        window.printed.width = Number(svg.getAttribute('width'));
        window.printed.inks = [...document.querySelectorAll('svg text')].map(
            (each) => each.getAttribute('fill'));
      });
    });
    const pdf = await page.pdf({preferCSSPageSize: true, printBackground: true});
    context.diagnostic(`${pagesOf(pdf)} pages`);
    assert.ok(pagesOf(pdf) >= 1 && pagesOf(pdf) <= most);
    const printed = await page.evaluate(() => window.printed);
    assert.ok(printed.width > 250 && printed.width < 900, printed.width);
    assert.ok(printed.inks.includes(INK.light) && !printed.inks.includes(INK.dark));
    assert.equal(await width(), before);
    await page.close();
  });
}

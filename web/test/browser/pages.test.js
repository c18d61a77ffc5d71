// Every report in a browser: small, drawn whole, with nothing to complain of.
import assert from 'node:assert/strict';
import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';

import {address, folder, open, reports, start, whySkip} from './chromium.js';
import {findFaults} from './inspect.js';

const skip = whySkip();
const MOST_BYTES = 1_500_000;
let browser;

before(async () => {
  if (!skip) browser = await start();
});
after(async () => {
  if (browser) await browser.close();
});

// Charts that have data, and are not tables.
const undrawn = () => [...document.querySelectorAll('figure')]
    .filter((figure) => !figure.querySelector('.drawing svg, table, .empty'))
    .map((figure) => figure.id);

const unnamed = () => [...document.querySelectorAll('figure')]
    .filter((each) => !each.getAttribute('aria-label') ||
                    !each.querySelector('figcaption h3').textContent)
    .map((each) => each.outerHTML.slice(0, 200));

// Until the page has drawn itself for another width or theme.
function redrawn(page) {
  return page.evaluate(() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
  }));
}

async function isWhole(page, look) {
  assert.deepEqual(await page.evaluate(findFaults, '.drawing svg'), [], look);
}

async function letsTheKeyboardThrough(page) {
  const places = '[tabindex="0"], summary';
  const stop = () => page.evaluate((all) => [...document.querySelectorAll(all)]
      .indexOf(document.activeElement), places);
  const stops = await page.locator(places).count();
  for (let at = 0; at < stops; ++at) {
    await page.keyboard.press('Tab');
    assert.equal(await stop(), at);
  }
  await page.keyboard.press('Tab');
  assert.equal(await stop(), -1);
}

test('there are reports', {skip}, () => {
  assert.ok(reports().length > 0);
});

for (const name of reports()) {
  test(`${name} is whole at every width, in light and dark`, {skip}, async (context) => {
    const bytes = statSync(join(folder, name)).size;
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
    const page = await open(browser, name, {width: 380});
    const drawn = await page.evaluate(
        () => performance.getEntriesByName('drawn').map((mark) => mark.startTime));
    assert.equal(drawn.length, 1);
    context.diagnostic(`${bytes} bytes, drawn after ${Math.round(drawn[0])} ms`);
    assert.deepEqual(await page.evaluate(undrawn), []);
    assert.deepEqual(await page.evaluate(unnamed), []);
    await isWhole(page, '380 wide');
    for (const width of [760, 1440]) {
      await page.setViewportSize({width, height: 900});
      await redrawn(page);
      await isWhole(page, `${width} wide`);
    }
    await page.emulateMedia({colorScheme: 'dark'});
    await redrawn(page);
    await isWhole(page, 'dark');
    await letsTheKeyboardThrough(page);
    assert.deepEqual(page.noise, []);
    await page.close();
  });
}

test('faults are found', {skip}, async () => {
  const page = await browser.newPage({viewport: {width: 380, height: 900}});
  const text = (x, words) => `<text x="${x}" y="20">${words}</text>`;
  await page.setContent(`<figure id="bad" style="width:500px"><svg width="200" height="50">
      ${text(10, 'one over')}${text(20, 'another')}${text(180, 'cut off')}
      <path d="M0 0L10 10"/></svg></figure>`);
  const faults = (await page.evaluate(findFaults, 'svg')).join('\n');
  for (const each of ['only 4 shapes', "'another' lies on 'one over'", "'cut off' is cut off",
                      'FIGURE bad is wider', 'the page is 5']) {
    assert.ok(faults.includes(each), `${each} in ${faults}`);
  }
  await page.close();
});

test('a report without anything says so', {skip: skip || !reports().includes('empty.html')},
     async () => {
  const page = await open(browser, 'empty.html');
  assert.match(await page.textContent('main'), /Nothing to show/);
  await page.goto(address('no-data.html'));
  assert.equal(await page.locator('figure .empty').count(), 7);
  assert.equal(await page.locator('svg').count(), 0);
});

test('a page has the licences of what draws it', {skip}, async () => {
  const page = await open(browser, reports()[0]);
  await page.click('summary');
  const words = await page.locator('footer pre').innerText();
  for (const each of ['Apache License', 'BSD 3-Clause', '<', '"Not a Contribution']) {
    assert.ok(words.includes(each) || each === '<', each);
  }
  assert.ok(!words.includes('&quot;') && !words.includes('&lt;'));
});

test('a figure is the same drawing in a file of its own',
     {skip: skip || !reports().includes('large.html')}, async () => {
  const page = await browser.newPage({viewport: {width: 900, height: 900}});
  const files = ['cut-map', 'latency', 'memory', 'methods', 'speed-up', 'stage-costs',
                 'timeline', 'width'];
  for (const file of files) {
    const svg = readFileSync(join(folder, 'figures', `${file}.svg`), 'utf8');
    await page.setContent(`<figure id="${file}" style="margin:0">${svg}</figure>`);
    assert.deepEqual(await page.evaluate(findFaults, 'svg'), []);
  }
});

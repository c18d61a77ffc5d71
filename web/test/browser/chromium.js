// Starts Debian's browser, and opens reports in it.
import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

import {chromium} from 'playwright-core';

const PROGRAM = process.env.CHROMIUM || '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export const folder = process.env.REPORTS;

// Why the tests cannot run here, or false. A required browser that is missing fails.
export function whySkip() {
  if (!folder) return 'REPORTS names no folder of reports';
  if (existsSync(PROGRAM) || process.env.REQUIRE_CHROMIUM) return false;
  return `${PROGRAM} is not installed: apt-get install chromium`;
}

export function reports() {
  return folder ? readdirSync(folder).filter((name) => name.endsWith('.html')).sort() : [];
}

export const address = (name) => pathToFileURL(join(folder, name)).href;

// Playwright gives it a user data folder of its own.
export function start() {
  return chromium.launch({executablePath: PROGRAM, args: ARGUMENTS});
}

// What a page does beside showing itself is kept in `noise`.
export async function open(browser, name, {width = 1440, colorScheme = 'light'} = {}) {
  const page = await browser.newPage({viewport: {width, height: 900}, colorScheme});
  page.noise = [];
  page.on('console', (message) => page.noise.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => page.noise.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== address(name)) page.noise.push(`request: ${request.url()}`);
  });
  await page.goto(address(name));
  return page;
}

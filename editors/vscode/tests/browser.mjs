// The extension at work in a real editor: code-server, driven in Chromium by Playwright. It wants what the repository does
// not bring, so nothing runs it but you:
//
//   npm install --prefix ELSEWHERE code-server@4.99.3 playwright-core    # with Node 20; builds native modules
//   npm run package
//   CODE_SERVER=.../code-server/out/node/entry.js PLAYWRIGHT=.../playwright-core CHROMIUM=/usr/bin/chromium \
//   GMLC=.../gmlc node tests/browser.mjs [FOLDER FOR PICTURES]
//
// It installs dist/gml.vsix, opens a blueprint, and looks at colours, diagnostics, hover, completion, formatting and the graph.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

const here = path.join(import.meta.dirname, '..');
const repository = path.join(here, '../..');

function wanted(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; the top of ${path.basename(import.meta.filename)} says what to`);
  return value;
}

const [codeServer, chromiumPath, gmlc] = ['CODE_SERVER', 'CHROMIUM', 'GMLC'].map(wanted);
const { chromium } = createRequire(import.meta.url)(path.resolve(wanted('PLAYWRIGHT')));
const pictures = process.argv[2];

const folder = mkdtempSync(path.join(tmpdir(), 'gml-browser-'));
const project = path.join(folder, 'project');
const data = path.join(folder, 'data');
const extensions = path.join(folder, 'extensions');
mkdirSync(path.join(data, 'User'), { recursive: true });
mkdirSync(project);
const main = path.join(project, 'main.gml');
copyFileSync(path.join(repository, 'blueprints/ga4_propensity/main.gml'), main);
writeFileSync(
  path.join(data, 'User/settings.json'),
  JSON.stringify({
    'gml.path': path.resolve(gmlc),
    'workbench.startupEditor': 'none',
    'telemetry.telemetryLevel': 'off',
    'editor.accessibilitySupport': 'off',
    'editor.minimap.enabled': false,
  }),
);
const common = ['--extensions-dir', extensions, '--user-data-dir', data, '--config', path.join(folder, 'config.yaml')];
// Its own folder for what it keeps about itself; nothing of the user's is read or written.
const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, XDG_CACHE_HOME: folder };

function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => { resolve(port); });
    });
  });
}

async function until(what, holds, timeout = 60_000) {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await holds();
    if (value) {
      console.log(`ok ${what}`);
      return value;
    }
    assert.ok(Date.now() < end, `not within ${timeout / 1000} s: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 250); });
  }
}

let server;
let browser;
let page;
async function picture(name) {
  if (pictures && page) {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }
}

/** Runs a command of the editor by its title. */
async function command(title) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input.input');
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
}

/** Goes to the end of the text. */
async function toTheEnd() {
  await page.locator('.monaco-editor .view-lines').first().click();
  await page.keyboard.press('Control+End');
}

try {
  const installed = spawnSync(process.execPath, [codeServer, ...common, '--install-extension', path.join(here, 'dist/gml.vsix')], { env });
  assert.equal(installed.status, 0, String(installed.stderr));
  console.log('ok the extension is installed');

  const port = await freePort();
  const flags = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'];
  server = spawn(process.execPath, [codeServer, ...common, ...flags, project], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  server.stdout.on('data', (text) => { said += text; });
  server.stderr.on('data', (text) => { said += text; });
  await until('the editor listens', () => said.includes('HTTP server listening'));

  browser = await chromium.launch({
    executablePath: chromiumPath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  page = await browser.newPage({ viewport: { width: 1500, height: 1000 } });
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(project)}`);
  const file = page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'main.gml' });
  await file.waitFor({ timeout: 60_000 });
  await file.dblclick();
  const editor = page.locator('.monaco-editor').first();
  await editor.locator('.view-line').first().waitFor();

  // The colour that the editor gives to a word that stands in the picture.
  const colours = () =>
    page.evaluate(() => {
      const found = {};
      for (const span of document.querySelectorAll('.monaco-editor .view-line span span')) {
        found[span.textContent.trim()] ??= getComputedStyle(span).color;
      }
      return found;
    });
  await until('a keyword, a comment and a text have colours of their own', async () => {
    const seen = await colours();
    const comment = Object.entries(seen).find(([word]) => word.startsWith('#'))?.[1];
    const plain = seen['='] ?? seen[','];
    return seen.use && comment && plain && new Set([seen.use, comment, plain]).size === 3;
  });
  await picture('colours');

  await until('the language is GML', async () => (await page.locator('.statusbar-item', { hasText: 'GML' }).count()) > 0);
  // The first import of the library, and what is said of it.
  const imported = /use std\.\w+\.\{(\w+)/.exec(readFileSync(main, 'utf8'))[1];
  await editor.locator('.view-line span span', { hasText: new RegExp(`^${imported}$`) }).first().hover();
  await until('hover', async () => {
    const told = await page.locator('.monaco-hover:visible').allTextContents();
    return told.some((text) => text.includes(imported) && text.includes('->'));
  });
  await picture('hover');

  await toTheEnd();
  await page.keyboard.insertText('\nparam   wrong:int = "text"\n');
  await until('a wrong program is underlined', async () => (await editor.locator('.squiggly-error').count()) > 0);
  await page.keyboard.press('Control+Shift+M');
  const problems = page.locator('.markers-panel .monaco-list-row');
  const problem = await until('and stands among the problems', async () => {
    const rows = await problems.allTextContents();
    return rows.find((row) => /GML\d{4}/.test(row));
  });
  console.log(`   ${problem}`);
  await picture('diagnostic');

  await toTheEnd();
  // Back to the file as it was opened; there is nothing more to undo before that.
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press('Control+Z');
  }
  await until('a right one has no problems', async () => (await editor.locator('.squiggly-error').count()) === 0);

  await toTheEnd();
  await page.keyboard.insertText('\nparam   right:int  =  7\n');
  await command('Format Document');
  await until('formatting', async () => {
    const lines = await editor.locator('.view-line').allTextContents();
    return lines.some((line) => line.replaceAll('\u00a0', ' ') === 'param right: int = 7');
  });
  await page.keyboard.press('Control+S');
  await until('saving', () => readFileSync(main, 'utf8').endsWith('param right: int = 7\n'));

  await toTheEnd();
  await page.keyboard.type('par');
  await page.keyboard.press('Control+Space');
  await until('completion', async () => {
    const rows = await page.locator('.suggest-widget .monaco-list-row').allTextContents();
    return rows.some((row) => row.includes('param'));
  });
  await picture('completion');
  await page.keyboard.press('Escape');
  for (let letter = 0; letter < 3; letter += 1) {
    await page.keyboard.press('Backspace');
  }

  await command('GML: Show graph');
  const drawn = await until('the graph is drawn', async () => {
    for (const frame of page.frames()) {
      const image = frame.locator('img[alt="The graph of the program"]');
      const size = await image.evaluateAll((images) => images.map((found) => [found.naturalWidth, found.naturalHeight])).catch(() => []);
      if (size[0]?.[0] > 0) {
        return size[0];
      }
    }
    return undefined;
  });
  console.log(`   ${drawn.join(' x ')} points`);
  await until('in a panel named for the project', async () => (await page.locator('.tab', { hasText: 'Graph of project' }).count()) > 0);
  await picture('graph');
} catch (error) {
  await picture('failed');
  throw error;
} finally {
  await browser?.close();
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}

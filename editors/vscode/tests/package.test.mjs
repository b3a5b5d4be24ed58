// What the packager refuses, found before anybody packages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const here = path.join(import.meta.dirname, '..');

test('the page of the extension links to nothing that is not in the package', () => {
  const page = readFileSync(path.join(here, 'README.md'), 'utf8');
  const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
  const relative = links.filter((link) => !/^(https:|#)/.test(link));
  assert.deepEqual(relative, [], 'without a repository in package.json, the packager cannot resolve these');
});

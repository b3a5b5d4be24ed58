// The grammar as the editor reads it: with the editor's own tokenizer, on words chosen for it and on all programs of the
// repository that the compiler takes.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const here = path.join(import.meta.dirname, '..');
const repository = path.join(here, '../..');
const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
await oniguruma.loadWASM(wasm);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: (scope) => {
    assert.equal(scope, 'source.gml');
    const file = path.join(here, 'syntaxes/gml.tmLanguage.json');
    return Promise.resolve(textmate.parseRawGrammar(readFileSync(file, 'utf8'), file));
  },
});
const grammar = await registry.loadGrammar('source.gml');

/** The words of a text, each with its line and its innermost scope, and how deep the last line leaves the tokenizer. */
function tokens(text) {
  let stack = textmate.INITIAL;
  const found = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const read = grammar.tokenizeLine(line, stack);
    assert.equal(read.stoppedEarly, false);
    for (const token of read.tokens) {
      const word = line.slice(token.startIndex, token.endIndex).trim();
      if (word !== '') {
        found.push({ word, line: index + 1, scopes: token.scopes, scope: token.scopes.at(-1) });
      }
    }
    stack = read.ruleStack;
  }
  return { found, depth: stack.depth };
}

/** The programs in a folder and below it. */
function programs(folder) {
  return readdirSync(path.join(repository, folder), { recursive: true })
    .filter((name) => name.endsWith('.gml') && !name.includes('node_modules'))
    .map((name) => path.join(folder, name))
    .sort();
}

/** What begins a comment, told without the grammar: a `#` outside of texts that end on their line. */
function commentsOf(line) {
  const code = line.replaceAll(/r"[^"]*"|"(\\.|[^"\\])*"/g, (text) => '_'.repeat(text.length));
  return code.indexOf('#');
}

const REAL = [...programs('blueprints'), ...programs('stdlib')];

test('there are programs to read', () => {
  assert.ok(REAL.length >= 10, `${REAL.length} programs`);
});

for (const file of REAL) {
  test(`${file} is coloured to its end`, () => {
    const text = readFileSync(path.join(repository, file), 'utf8');
    const { found, depth } = tokens(text);
    assert.equal(depth, textmate.INITIAL.depth, 'a text or an import that is open at the end of the file');
    for (const { word, line, scopes } of found) {
      assert.ok(!scopes.some((scope) => scope.startsWith('invalid')), `line ${line}: ${word}`);
      assert.ok(scopes.length > 1, `line ${line}: ${word} has no colour`);
    }
    if (text.includes('"""')) {
      return;
    }
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      const comments = found.filter((token) => token.line === index + 1 && token.scope.startsWith('comment'));
      const begins = commentsOf(line);
      assert.equal(comments.map((token) => token.word).join(''), begins < 0 ? '' : line.slice(begins).trim(), `line ${index + 1}`);
    }
  });
}

const CASES = [
  ['schema Visit {', { schema: 'keyword.declaration', Visit: 'entity.name.declaration' }],
  ['    id user: str,', { id: 'storage.modifier.role', user: 'variable.other.member', str: 'support.type' }],
  ['node clean(rows: table[Visit]) -> table {', { node: 'keyword.declaration', clean: 'entity.name.declaration', table: 'support.type', Visit: 'entity.name.type', '->': 'keyword.operator.arrow' }],
  ['    rows |> filter(.pages > 1 and not .bot)', { '|>': 'keyword.operator.pipe', filter: 'entity.name.function', '.': 'punctuation.accessor.column', pages: 'variable.other.column', and: 'keyword.operator.word', not: 'keyword.operator.word', '1': 'constant.numeric' }],
  ['use std.metrics.{auc, log_loss as loss}', { use: 'keyword.control.import', metrics: 'entity.name.namespace', auc: 'entity.name.import', as: 'keyword.control.import' }],
  ['let a = null ?? 30min', { let: 'keyword.control', null: 'constant.language', '??': 'keyword.operator.null', '30min': 'constant.numeric.duration' }],
  ['let b = @2024-03-01', { '@2024-03-01': 'constant.numeric.date' }],
  ['split_random(train: 80%, seed: 1)', { split_random: 'entity.name.function', train: 'variable.parameter.label', '80%': 'constant.numeric.percentage' }],
  ['let c = 7 % 2', { '%': 'keyword.operator.arithmetic', '7': 'constant.numeric' }],
  ['let d = f"{root}/a.csv"', { '{': 'punctuation.section.embedded.begin', root: 'variable.other', '/a.csv': 'string.interpolated' }],
  ['let e = r"\\d+#"', { 'r"': 'string.regexp' }],
  ['let f = "a\\qb"', { '\\q': 'invalid.illegal.escape' }],
  ['## What it does', { '## What it does': 'comment.line.documentation' }],
  ['let g = 1  # why', { '# why': 'comment.line.number-sign' }],
  ['fn half(x: int) -> float = if x > 1 then x / 2 else 0.5', { fn: 'keyword.declaration', if: 'keyword.control', then: 'keyword.control', else: 'keyword.control', '0.5': 'constant.numeric' }],
  ['test "half" {', { test: 'keyword.declaration' }],
  ['let h = rows.train', { '.': 'punctuation.accessor.gml', train: 'variable.other.property' }],
];

for (const [line, wanted] of CASES) {
  test(line.trim(), () => {
    const { found } = tokens(line);
    for (const [word, scope] of Object.entries(wanted)) {
      const token = found.find((token) => token.word === word);
      assert.ok(token, `no word ${word} in ${JSON.stringify(found.map((token) => token.word))}`);
      assert.ok(token.scope.startsWith(scope), `${word} is ${token.scope}, not ${scope}`);
    }
  });
}

test('a text that is not closed ends with its line, one in three quotes does not', () => {
  assert.equal(tokens('let a = "open\nlet b = 1').found.find(({ word }) => word === 'b').scope, 'variable.other.gml');
  assert.equal(tokens('let a = """open\nlet b').found.at(-1).scope, 'string.quoted.triple.gml');
});

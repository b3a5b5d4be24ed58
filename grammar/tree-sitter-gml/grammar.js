/**
 * @file GML for tree-sitter.
 * @license Apache-2.0
 *
 * Follows `../gml.pest`, the norm: a program has an error here where it has one there. So the rules have the same shape,
 * and levels of strength are rules of their own, because only so is `a < b < c` no program. `tests/sitter` of the
 * repository holds the two together.
 *
 * What one word of lookahead does not tell is read by `src/scanner.c`: names (a reserved word is none), labels, roles,
 * literals whose digits run into a word, and whether a `{` opens columns, a row or a body.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

/** One or more with commas between them; a comma may stand behind the last. @param {RuleOrLiteral} rule */
const list = (rule) => seq(rule, repeat(seq(',', rule)), optional(','));

/** A row of operators of one strength that group from the left.
 * @param {RuleOrLiteral} left @param {RuleOrLiteral} operator @param {RuleOrLiteral} right */
const binary = (left, operator, right) =>
  prec.right(seq(field('left', left), field('operator', operator), field('right', right)));

/** What lies on a level of strength: something stronger, or this. @param {Rule} stronger @param {Rule[]} rules */
const level = (stronger, ...rules) => prec.right(choice(stronger, ...rules));

const ESCAPE = /\\[nrt\\"{}]/;

/** A character by its number, which no half of a pair has. */
const CODE_POINT = seq(
  '\\u{',
  choice(
    /0{0,5}[0-9a-fA-F]/,
    /0{0,4}[0-9a-fA-F]{2}/,
    /0{0,3}[0-9a-fA-F]{3}/,
    /0{0,2}[0-9a-cA-CefEF][0-9a-fA-F]{3}/,
    /0{0,2}[dD][0-7][0-9a-fA-F]{2}/,
    /0?[0-9a-fA-F]{5}/,
    /10[0-9a-fA-F]{4}/,
  ),
  '}',
);

module.exports = grammar({
  name: 'gml',

  // The order is that of `enum Token` in src/scanner.c.
  externals: ($) => [
    $.name,
    $.label,
    $.role,
    $.integer,
    $.float,
    $._percent_sign,
    $.duration,
    $.size,
    $.date,
    $.timestamp,
    $._columns_open,
    $._row_open,
    $._error_sentinel,
  ],

  extras: ($) => [/[ \t\r\n]/, $.comment, $.documentation],

  word: ($) => $._word,

  supertypes: ($) => [$.declaration, $.statement, $.expression, $.type],

  inline: ($) => [$._any_name, $._name],

  // `hits: int in train` names a partition, `hits: int in 0..9` begins a contract: the word behind `in` tells.
  conflicts: ($) => [[$.type, $.type_in]],

  rules: {
    module: ($) => repeat($.item),

    // `## ..` documents what stands below; a row of `#` is a comment.
    documentation: () => token(choice('##', /##[^#\n][^\n]*/)),
    comment: () => token(choice('#', /#[^#\n][^\n]*/, /###[^\n]*/)),

    // -----------------------------------------------------------------------------------------------------------------
    // Declarations

    item: ($) => seq(repeat(choice($.allow, $.tags)), $.declaration),

    allow: ($) => seq('allow', '(', list($._any_name), ')'),
    tags: ($) => seq('tags', '(', list($._any_name), ')'),

    declaration: ($) =>
      choice(
        $.use,
        $.param,
        $.schema,
        $.connection,
        $.catalog,
        $.function,
        $.node,
        $.pipeline,
        $.env,
        $.test,
        $.signature,
        $.type_alias,
      ),

    use: ($) =>
      seq(
        'use',
        repeat1(seq(field('path', $._any_name), '.')),
        choice(seq('{', list($.use_name), '}'), $.use_name),
      ),
    use_name: ($) => seq(field('name', $._any_name), optional($._renamed)),
    _renamed: ($) => seq('as', field('alias', $._name)),

    param: ($) => seq('param', field('name', $._name), ':', field('type', $.type), optional($._default)),
    _default: ($) => seq('=', field('value', $.expression)),

    schema: ($) => seq('schema', field('name', $._name), '{', optional(list($._schema_item)), '}'),
    _schema_item: ($) => choice($.open, $.unique, $.schema_column),
    schema_column: ($) => seq($._column_head, optional($._storage)),
    _storage: ($) =>
      seq(
        choice($.named, $.parsed, $._first_contract),
        repeat(choice($.named, $.parsed, $.contract)),
      ),
    unique: ($) => seq('unique', '[', list($._any_name), ']'),
    named: ($) => seq('named', field('text', $._plain_text)),
    parsed: ($) => seq('parsed', field('form', choice($._plain_text, $._any_name))),

    connection: ($) => seq('connection', field('name', $._name), '=', field('value', $.expression)),

    catalog: ($) => seq('catalog', '{', optional(list($.catalog_entry)), '}'),
    catalog_entry: ($) =>
      seq(field('name', $._name), ':', field('type', $.type), '=', field('value', $.expression)),

    function: ($) =>
      seq(
        'fn',
        field('name', $._name),
        field('parameters', $.parameters),
        '->',
        field('result', $.type),
        '=',
        field('body', $.expression),
      ),

    parameters: ($) => seq('(', optional(list($.parameter)), ')'),
    parameter: ($) => seq(field('name', $._name), ':', field('type', $.type), optional($._default)),

    node: ($) =>
      seq(
        'node',
        field('name', $._name),
        field('parameters', $.parameters),
        '->',
        field('result', $.type),
        choice(field('body', $.block), seq('=', field('body', $.foreign))),
      ),
    foreign: ($) => seq(field('language', $._name), field('arguments', $.arguments)),
    block: ($) => seq('{', repeat($.let), field('result', $.expression), '}'),

    pipeline: ($) =>
      seq(
        'pipeline',
        field('name', $._name),
        optional(field('parameters', $.parameters)),
        field('body', $.statements),
      ),

    env: ($) => seq('env', field('name', $._name), optional($.extends), '{', optional(list($.setting)), '}'),
    extends: ($) => seq('extends', field('name', $._name)),
    setting: ($) => seq(field('path', $.setting_path), '=', field('value', $.expression)),
    setting_path: ($) => seq($._any_name, repeat(seq('.', $._any_name)), optional(seq('(', $._any_name, ')'))),

    test: ($) => seq('test', field('name', $._plain_text), field('body', $.statements)),

    // Of the standard library only.
    signature: ($) =>
      seq(
        field('kind', choice('operator', 'function', 'aggregate', 'window')),
        field('name', $._any_name),
        optional(field('type_parameters', $.type_parameters)),
        field('parameters', alias($.signature_parameters, $.parameters)),
        '->',
        field('result', $.type),
        optional(seq('else', field('empty', $.expression))),
      ),
    type_parameters: ($) => seq('[', list($.type_parameter), ']'),
    type_parameter: ($) => seq(field('name', $._any_name), optional(seq(':', field('bound', $._any_name)))),
    // Nothing in a body names these, so any word will do. What stands behind the type is as behind that of a column.
    signature_parameters: ($) => seq('(', optional(list(alias($.signature_parameter, $.parameter))), ')'),
    signature_parameter: ($) =>
      seq(
        field('name', $._any_name),
        ':',
        field('type', $.type),
        optional(seq($._first_contract, repeat($.contract))),
        optional($._default),
      ),
    type_alias: ($) => seq('type', field('name', $._name), '=', field('type', $.type)),

    // -----------------------------------------------------------------------------------------------------------------
    // Statements

    statements: ($) => seq('{', repeat($.statement), '}'),
    statement: ($) => choice($.let, $.save, $.track, $.expect, $.when, $.for, $.run),

    let: ($) =>
      seq('let', field('name', $._name), optional(seq(':', field('type', $.type))), '=', field('value', $.expression)),
    save: ($) => seq('save', field('value', $.expression), 'as', field('entry', $._name)),
    track: ($) => seq('track', field('value', $.expression)),
    expect: ($) =>
      seq('expect', field('condition', $.expression), optional(seq(',', field('message', $.expression)))),
    when: ($) => seq('when', field('condition', $.expression), field('body', $.statements)),
    for: ($) =>
      seq('for', field('name', $._name), 'in', field('items', $.expression), field('body', $.statements)),
    run: ($) => seq('run', field('pipeline', $._name), field('arguments', $.arguments)),

    // -----------------------------------------------------------------------------------------------------------------
    // Expressions, from the weakest

    expression: ($) => prec.right(choice($.pipe, $._chain)),

    // What stands behind `|>` is a call and takes no operator.
    pipe: ($) =>
      prec.right(
        seq(
          field('value', $.expression),
          '|>',
          field('function', $._name),
          optional(field('arguments', $.arguments)),
          optional(field('columns', $.columns)),
        ),
      ),

    _chain: ($) => level($._coalesce, alias($.chain, $.binary)),
    chain: ($) => binary($._chain, '>>', $._coalesce),

    _coalesce: ($) => level($._or, alias($.coalesce, $.binary)),
    coalesce: ($) => binary($._coalesce, '??', $._or),

    _or: ($) => level($._and, alias($.or, $.binary)),
    or: ($) => binary($._or, 'or', $._and),

    _and: ($) => level($._comparison, alias($.and, $.binary)),
    and: ($) => binary($._and, 'and', $._comparison),

    // At most one comparison; what `is null` says can be compared.
    _comparison: ($) => level($._comparable, alias($.comparison, $.binary)),
    comparison: ($) =>
      binary($._comparable, choice('==', '!=', '<', '<=', '>', '>=', 'in', alias($._not_in, 'not in')), $._range),
    _not_in: () => seq('not', 'in'),
    _comparable: ($) => level($._range, $.null_test),
    null_test: ($) => prec.right(seq(field('value', $._comparable), 'is', optional('not'), 'null')),

    _range: ($) => level($._sum, $.range),
    range: ($) => binary($._sum, choice('..', '..<'), $._sum),

    _sum: ($) => level($._product, alias($.sum, $.binary)),
    sum: ($) => binary($._sum, choice('+', '-'), $._product),

    _product: ($) => level($._signed, alias($.product, $.binary)),
    product: ($) => binary($._product, choice('*', '/', '//', '%'), $._signed),

    // A sign may stand before every operand and takes all that is stronger than itself: `a + not b == c`.
    _signed: ($) => level($._power, alias($.negative, $.unary), alias($.negation, $.unary)),
    negative: ($) => prec.right(seq(field('operator', '-'), field('operand', $._signed))),
    negation: ($) => prec.right(seq(field('operator', 'not'), field('operand', $._comparison))),

    _power: ($) => level($._operand, alias($.power, $.binary)),
    power: ($) => binary($._operand, '**', $._signed),

    _operand: ($) =>
      choice(
        $.member,
        $.method_call,
        $.call,
        $.reference,
        $.column,
        $.table_rows,
        $._number,
        $._text,
        $.record,
        $.columns_literal,
        $.list,
        $.group,
        $._moment,
        $.if,
        $.match,
        $.for_value,
        $.true,
        $.false,
        $.null,
      ),

    // A name that stands for its value.
    reference: ($) => prec.right($._name),

    member: ($) => prec.right(seq(field('value', $._operand), choice('.', '?.'), field('name', $._any_name))),
    method_call: ($) =>
      prec.right(
        seq(
          field('value', $._operand),
          choice('.', '?.'),
          field('function', $._any_name),
          field('arguments', $.arguments),
          optional(field('columns', $.columns)),
        ),
      ),
    call: ($) =>
      prec.right(
        seq(field('function', $._name), field('arguments', $.arguments), optional(field('columns', $.columns))),
      ),

    // Those without a label come first.
    arguments: ($) =>
      seq(
        '(',
        optional(
          seq(
            choice(
              seq($.argument, repeat(seq(',', $.argument)), repeat(seq(',', alias($.named_argument, $.argument)))),
              seq(alias($.named_argument, $.argument), repeat(seq(',', alias($.named_argument, $.argument)))),
            ),
            optional(','),
          ),
        ),
        ')',
      ),
    argument: ($) => field('value', $.expression),
    named_argument: ($) => seq(field('label', $.label), ':', field('value', $.expression)),

    columns: ($) => seq(alias($._columns_open, '{'), optional(list($.binding)), '}'),
    columns_literal: ($) => seq('{', list($.binding), '}'),
    binding: ($) => seq(field('name', $._any_name), '=', field('value', $.expression)),

    record: ($) => seq('{', optional(list($.field)), '}'),
    field: ($) => seq(field('name', $._any_name), optional(seq(':', field('value', $.expression)))),

    list: ($) => seq('[', optional(list($.expression)), ']'),
    group: ($) => seq('(', $.expression, ')'),

    table_rows: ($) =>
      seq(field('type', alias($.table_rows_type, $.table_type)), field('rows', $.list)),
    table_rows_type: ($) => seq('table', choice($.type_arguments, alias($.table_row, $.row))),

    // The parts reach as far as they can: the pipe of `if c then a else b |> f()` belongs to the branch.
    if: ($) =>
      prec.right(
        seq(
          'if',
          field('condition', $.expression),
          'then',
          field('then', $.expression),
          'else',
          field('otherwise', $.expression),
        ),
      ),

    match: ($) => seq('match', field('value', $.expression), '{', optional(list($.arm)), '}'),
    arm: ($) => seq(field('pattern', $.pattern), repeat(seq('|', field('pattern', $.pattern))), '=>', field('value', $.expression)),
    pattern: ($) => choice($.wildcard, seq($._pattern_value, optional(seq(choice('..', '..<'), $._pattern_value)))),
    wildcard: () => '_',
    _pattern_value: ($) => seq(optional('-'), choice($._number, $._text, $._moment, $.true, $.false, $.null)),

    for_value: ($) =>
      seq('for', field('name', $._name), 'in', field('items', $.expression), '{', field('body', $.expression), '}'),

    // -----------------------------------------------------------------------------------------------------------------
    // Types, from the weakest

    type: ($) => choice($._arrow_type, $.type_in),
    type_in: ($) => seq(field('type', $._arrow_type), 'in', field('partition', $._any_name)),

    _arrow_type: ($) => choice($._either_type, $.arrow_type),
    arrow_type: ($) => seq(field('from', $._either_type), '->', field('to', $._arrow_type)),

    _either_type: ($) => choice($._both_type, alias($.either_type, $.binary_type)),
    either_type: ($) => seq($._either_type, '|', $._both_type),

    _both_type: ($) => choice($._sum_type, alias($.both_type, $.binary_type)),
    both_type: ($) => seq($._both_type, '&', $._sum_type),

    _sum_type: ($) => choice($._nullable_type, alias($.sum_type, $.binary_type)),
    sum_type: ($) => seq($._sum_type, choice('+', '-'), $._nullable_type),

    _nullable_type: ($) => choice($._atomic_type, $.nullable_type),
    nullable_type: ($) => seq($._atomic_type, '?'),

    _atomic_type: ($) =>
      // No `r".."`: there the `r` is the name of a type.
      choice($.table_type, $.struct_type, $.named_type, $.row, $.text, $.text_block, $.integer, $.group_type),

    table_type: ($) => seq('table', alias($.table_row, $.row)),
    struct_type: ($) => seq('struct', alias($.table_row, $.row)),
    named_type: ($) => seq(field('name', $._any_name), optional(field('arguments', $.type_arguments))),
    group_type: ($) => seq('(', $.type, ')'),
    type_arguments: ($) => seq('[', optional(list($.type)), ']'),

    row: ($) => seq('{', optional(list($._row_item)), '}'),
    // Behind `table` a brace may also begin the body of a node.
    table_row: ($) => seq(alias($._row_open, '{'), optional(list($._row_item)), '}'),
    _row_item: ($) => choice($.open, $.row_column),
    row_column: ($) =>
      seq(
        $._column_head,
        optional(seq($._first_contract, repeat($.contract))),
        optional(seq('if', field('condition', $._any_name))),
      ),
    open: () => '..',

    _column_head: ($) =>
      seq(optional(field('role', $.role)), field('name', $._any_name), ':', field('type', $.type)),

    contract: ($) => choice(seq('in', $._bound), $._comparing, $._matching),
    // Directly behind a type, `in` and a word is the type's partition.
    _first_contract: ($) => alias($.first_contract, $.contract),
    first_contract: ($) => choice(seq('in', $._wordless_bound), $._comparing, $._matching),
    _comparing: ($) => seq(choice('==', '!=', '<', '<=', '>', '>='), $._bound),
    _matching: ($) => seq('matches', field('pattern', $._plain_text)),
    _bound: ($) => seq($._bound_operand, optional(seq(choice('..', '..<'), $._bound_operand))),
    _bound_operand: ($) => level($._operand, alias($.bound_negative, $.unary), alias($.bound_negation, $.unary)),
    bound_negative: ($) => seq(field('operator', '-'), field('operand', $._bound_operand)),
    bound_negation: ($) => seq(field('operator', 'not'), field('operand', $._bound_operand)),
    _wordless_bound: ($) => seq($._wordless_operand, optional(seq(choice('..', '..<'), $._bound_operand))),
    _wordless_operand: ($) => choice($._wordless, alias($.bound_negative, $.unary)),
    _wordless: ($) =>
      choice(
        $.column,
        $._number,
        $._text,
        $.record,
        $.columns_literal,
        $.list,
        $.group,
        $._moment,
        alias($.wordless_member, $.member),
      ),
    wordless_member: ($) =>
      seq(field('value', $._wordless), choice('.', '?.'), field('name', $._any_name)),

    // -----------------------------------------------------------------------------------------------------------------
    // Words

    _word: () => /[A-Za-z_][A-Za-z0-9_]*/,

    // A bare name. These three words begin something in one place and are names elsewhere.
    _name: ($) => choice($.name, alias('table', $.name), alias('struct', $.name), alias('unique', $.name)),

    // Where only a name can stand any word will do.
    _any_name: ($) => choice($._name, alias($._word, $.name)),

    // Behind a value, the dot is that of a member: between a `let` and the result of a block both may stand.
    column: () => token(prec(-1, seq('.', /[A-Za-z_][A-Za-z0-9_]*/))),

    true: () => 'true',
    false: () => 'false',
    null: () => 'null',

    // -----------------------------------------------------------------------------------------------------------------
    // Literals

    _number: ($) => choice($.integer, $.float, $.percentage, $.duration, $.size),
    percentage: ($) => seq(choice($.integer, $.float), alias($._percent_sign, '%')),
    _moment: ($) => choice($.date, $.timestamp),

    _text: ($) => choice($._plain_text, $.format, $.format_block),
    _plain_text: ($) => choice($.text, $.text_block, $.raw_text, $.raw_block),

    text: ($) => seq('"', repeat(choice(alias($._text_content, $.content), $.escape)), token.immediate('"')),
    _text_content: () => token.immediate(prec(1, /[^"\\\n]+/)),

    text_block: ($) =>
      seq('"""', repeat(choice(alias($._block_content, $.content), $.escape)), token.immediate('"""')),
    _block_content: () => choice(token.immediate(prec(1, /[^"\\]+/)), token.immediate('"'), token.immediate('""')),

    raw_text: ($) => seq('r"', optional(alias($._raw_content, $.content)), token.immediate('"')),
    _raw_content: () => token.immediate(prec(1, /[^"\n]+/)),

    raw_block: ($) => seq('r"""', repeat(alias($._raw_block_content, $.content)), token.immediate('"""')),
    _raw_block_content: () => choice(token.immediate(prec(1, /[^"]+/)), token.immediate('"'), token.immediate('""')),

    format: ($) =>
      seq(
        'f"',
        repeat(choice(alias($._format_content, $.content), alias($._format_escape, $.escape), $.hole)),
        token.immediate('"'),
      ),
    _format_content: () => token.immediate(prec(1, /[^"\\\n{}]+/)),

    format_block: ($) =>
      seq(
        'f"""',
        repeat(choice(alias($._format_block_content, $.content), alias($._format_escape, $.escape), $.hole)),
        token.immediate('"""'),
      ),
    _format_block_content: () =>
      choice(token.immediate(prec(1, /[^"\\{}]+/)), token.immediate('"'), token.immediate('""')),

    hole: ($) => seq(token.immediate('{'), $.expression, '}'),

    escape: () => token.immediate(choice(ESCAPE, CODE_POINT)),
    // `{{` and `}}` are braces.
    _format_escape: () => token.immediate(choice('{{', '}}', ESCAPE, CODE_POINT)),
  },
});

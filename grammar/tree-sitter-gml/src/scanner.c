// What the lexer that tree-sitter generates cannot tell: where a word is a name, where a literal ends, and what a brace
// opens. Keeps no state: everything is decided by what stands at the place and behind it.

#include "tree_sitter/parser.h"

#include <string.h>

// In the order of `externals` in grammar.js.
enum Token {
    NAME,
    LABEL,
    ROLE,
    INTEGER,
    FLOAT,
    PERCENT_SIGN,
    DURATION,
    SIZE,
    DATE,
    TIMESTAMP,
    COLUMNS_OPEN,
    ROW_OPEN,
    ERROR_SENTINEL,
};

// Words that cannot be the bare name of anything: `reserved` in gml.pest.
static const char *const RESERVED[] = {
    "allow", "and",   "as",   "catalog", "connection", "else", "env", "expect", "false",    "fn",  "for",
    "if",    "in",    "is",   "let",     "match",      "node", "not", "null",   "or",       "param", "pipeline",
    "run",   "save",  "schema", "test",  "then",       "track", "true", "use",  "when",     NULL,
};

// Words that begin something in some places; the grammar says where they are names.
static const char *const SPECIAL[] = {"table", "struct", "unique", NULL};

static const char *const ROLES[] = {"id", "time", "target", "weight", "group", NULL};

static const char *const DURATIONS[] = {"us", "ms", "s", "min", "h", "d", "w", NULL};

static const char *const SIZES[] = {"B", "KiB", "MiB", "GiB", "TiB", NULL};

// Reserved words that can begin an operand.
static const char *const OPERANDS[] = {"if", "match", "null", "true", "false", NULL};

// Longer than every word in the tables; what a word has beyond it matters to nobody.
enum { CAPACITY = 16 };

static bool is_one_of(const char *word, const char *const *words) {
    for (; *words; words++) {
        if (strcmp(word, *words) == 0) return true;
    }
    return false;
}

static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static bool begins_word(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_word(int32_t c) { return begins_word(c) || is_digit(c); }

static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void next(TSLexer *lexer) { lexer->advance(lexer, false); }

// Reads a word; what of it fits is left in `word`.
static void read_word(TSLexer *lexer, char word[CAPACITY]) {
    int length = 0;
    while (is_word(lexer->lookahead)) {
        if (length < CAPACITY - 1) word[length++] = (char)lexer->lookahead;
        next(lexer);
    }
    word[length] = '\0';
}

static void skip_word(TSLexer *lexer) {
    while (is_word(lexer->lookahead)) next(lexer);
}

// Looks past blanks and comments, behind the end of the token.
static void look_past_blanks(TSLexer *lexer) {
    for (;;) {
        if (is_blank(lexer->lookahead)) {
            next(lexer);
        } else if (lexer->lookahead == '#') {
            while (lexer->lookahead != '\n' && !lexer->eof(lexer)) next(lexer);
        } else {
            return;
        }
    }
}

static bool token(TSLexer *lexer, enum Token kind, const bool *valid) {
    lexer->result_symbol = kind;
    return valid[kind];
}

// Digits with single `_` between them.
static bool read_digits(TSLexer *lexer) {
    bool separated = true;
    while (is_digit(lexer->lookahead) || lexer->lookahead == '_') {
        bool separator = lexer->lookahead == '_';
        if (separator && separated) return false;
        separated = separator;
        next(lexer);
    }
    return !separated;
}

static bool read_count(TSLexer *lexer, int count) {
    for (; count > 0; count--) {
        if (!is_digit(lexer->lookahead)) return false;
        next(lexer);
    }
    return !is_digit(lexer->lookahead);
}

static bool read_sign(TSLexer *lexer, char sign) {
    if (lexer->lookahead != sign) return false;
    next(lexer);
    return true;
}

// Whether an operand follows on the line, so that a `%` before it is a remainder.
static bool operand_follows(TSLexer *lexer) {
    while (lexer->lookahead == ' ' || lexer->lookahead == '\t') next(lexer);
    int32_t c = lexer->lookahead;
    if (is_digit(c) || c == '"' || c == '(' || c == '@') return true;
    if (c == '.') {
        next(lexer);
        return begins_word(lexer->lookahead);
    }
    if (!begins_word(c)) return false;
    char word[CAPACITY];
    read_word(lexer, word);
    return is_one_of(word, OPERANDS) || !is_one_of(word, RESERVED);
}

// `%` directly behind a number, unless an operand follows on its line.
static bool scan_percent_sign(TSLexer *lexer, const bool *valid) {
    next(lexer);
    lexer->mark_end(lexer);
    return lexer->lookahead != '>' && !operand_follows(lexer) && token(lexer, PERCENT_SIGN, valid);
}

// A number with the word directly behind its digits: `42`, `0.5`, `1e-3`, `15min`, `512MiB`. A word that is no unit makes
// it no number.
static bool scan_number(TSLexer *lexer, const bool *valid) {
    enum Token kind = INTEGER;
    if (!read_digits(lexer)) return false;
    lexer->mark_end(lexer);
    if (lexer->lookahead == '.') {
        next(lexer);
        if (!is_digit(lexer->lookahead)) {
            // `1..9`, `1.f()`
            return token(lexer, INTEGER, valid);
        }
        if (!read_digits(lexer)) return false;
        kind = FLOAT;
        lexer->mark_end(lexer);
    }
    if (!begins_word(lexer->lookahead)) return token(lexer, kind, valid);
    char unit[CAPACITY];
    read_word(lexer, unit);
    const char *exponent = unit[0] == 'e' || unit[0] == 'E' ? unit + 1 : NULL;
    if (exponent) {
        if (!*exponent && (lexer->lookahead == '-' || lexer->lookahead == '+')) {
            next(lexer);
            if (!is_digit(lexer->lookahead)) return false;
            while (is_digit(lexer->lookahead)) next(lexer);
            if (is_word(lexer->lookahead)) return false;
        } else if (!*exponent || strspn(exponent, "0123456789") != strlen(exponent)) {
            return false;
        }
        lexer->mark_end(lexer);
        return token(lexer, FLOAT, valid);
    }
    lexer->mark_end(lexer);
    if (is_one_of(unit, DURATIONS)) return token(lexer, DURATION, valid);
    if (is_one_of(unit, SIZES)) return token(lexer, SIZE, valid);
    return false;
}

// `@2021-01-26`, `@2021-01-26T08:00:00Z`, `@2021-01-26T08:00:00.250Z`. Whether there is such a day is not asked.
static bool scan_date(TSLexer *lexer, const bool *valid) {
    next(lexer);
    if (!read_count(lexer, 4) || !read_sign(lexer, '-') || !read_count(lexer, 2) || !read_sign(lexer, '-') ||
        !read_count(lexer, 2)) {
        return false;
    }
    lexer->mark_end(lexer);
    if (lexer->lookahead != 'T') return !is_word(lexer->lookahead) && token(lexer, DATE, valid);
    next(lexer);
    if (!read_count(lexer, 2) || !read_sign(lexer, ':') || !read_count(lexer, 2) || !read_sign(lexer, ':') ||
        !read_count(lexer, 2)) {
        return false;
    }
    if (read_sign(lexer, '.')) {
        if (!is_digit(lexer->lookahead)) return false;
        for (int digits = 0; is_digit(lexer->lookahead); digits++) {
            if (digits == 6) return false;
            next(lexer);
        }
    }
    if (!read_sign(lexer, 'Z') || is_word(lexer->lookahead)) return false;
    lexer->mark_end(lexer);
    return token(lexer, TIMESTAMP, valid);
}

static bool scan_word(TSLexer *lexer, const bool *valid, bool in_error) {
    char word[CAPACITY];
    read_word(lexer, word);
    // `f"` and `r"` begin a text, and no name touches one.
    if (lexer->lookahead == '"') return false;
    lexer->mark_end(lexer);
    bool is_name = !is_one_of(word, RESERVED) && !is_one_of(word, SPECIAL);
    bool is_role = valid[ROLE] && is_one_of(word, ROLES);
    if (!in_error && (valid[LABEL] || is_role)) {
        look_past_blanks(lexer);
        if (valid[LABEL] && lexer->lookahead == ':') return token(lexer, LABEL, valid);
        if (is_role && begins_word(lexer->lookahead)) return token(lexer, ROLE, valid);
    }
    return is_name && token(lexer, NAME, valid);
}

// `{`, where it opens columns to make or the columns of a row.
static bool scan_brace(TSLexer *lexer, const bool *valid) {
    next(lexer);
    lexer->mark_end(lexer);
    look_past_blanks(lexer);
    if (lexer->lookahead == '}') return token(lexer, valid[COLUMNS_OPEN] ? COLUMNS_OPEN : ROW_OPEN, valid);
    if (valid[ROW_OPEN] && lexer->lookahead == '.') {
        next(lexer);
        return lexer->lookahead == '.' && token(lexer, ROW_OPEN, valid);
    }
    if (!begins_word(lexer->lookahead)) return false;
    skip_word(lexer);
    look_past_blanks(lexer);
    if (valid[COLUMNS_OPEN]) {
        if (lexer->lookahead != '=') return false;
        next(lexer);
        return lexer->lookahead != '=' && lexer->lookahead != '>' && token(lexer, COLUMNS_OPEN, valid);
    }
    if (begins_word(lexer->lookahead)) {
        skip_word(lexer);
        look_past_blanks(lexer);
    }
    return lexer->lookahead == ':' && token(lexer, ROW_OPEN, valid);
}

void *tree_sitter_gml_external_scanner_create(void) { return NULL; }

void tree_sitter_gml_external_scanner_destroy(void *payload) { (void)payload; }

unsigned tree_sitter_gml_external_scanner_serialize(void *payload, char *buffer) {
    (void)payload;
    (void)buffer;
    return 0;
}

void tree_sitter_gml_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    (void)payload;
    (void)buffer;
    (void)length;
}

bool tree_sitter_gml_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
    (void)payload;
    // While tree-sitter recovers from an error it asks for everything at once.
    bool in_error = valid[ERROR_SENTINEL];
    if (lexer->lookahead == '%') return valid[PERCENT_SIGN] && !in_error && scan_percent_sign(lexer, valid);
    while (is_blank(lexer->lookahead)) lexer->advance(lexer, true);
    int32_t c = lexer->lookahead;
    if (begins_word(c)) return (valid[NAME] || valid[LABEL] || valid[ROLE]) && scan_word(lexer, valid, in_error);
    if (is_digit(c)) return valid[INTEGER] && scan_number(lexer, valid);
    if (c == '@') return valid[DATE] && scan_date(lexer, valid);
    if (c == '{' && !in_error) return (valid[COLUMNS_OPEN] || valid[ROW_OPEN]) && scan_brace(lexer, valid);
    return false;
}

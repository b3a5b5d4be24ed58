/* Scores rows from standard input with a model called `model`, some at a time: what the test reads and writes are bytes.
 *
 *     rows names         the columns and the texts that the model reads and the outputs that it gives, a line each
 *     rows score SIZE    for each value of each row n and a double, t and a text with its length before it, or -, and behind them t or -
 *                        for each text of the row; scores as doubles
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static void *room(size_t bytes) {
    void *found = malloc(bytes ? bytes : 1);
    if (!found) exit(2);
    return found;
}

/* A text with its length before it, or NULL behind -; ends where one is cut off. */
static struct model_text text(int form) {
    struct model_text read = { NULL, 0 };
    uint32_t length;
    if (form == '-') return read;
    if (form != 't' || fread(&length, sizeof length, 1, stdin) != 1) exit(2);
    char *start = room(length);
    if (fread(start, 1, length, stdin) != length) exit(2);
    read.start = start;
    read.length = length;
    return read;
}

/* Whether there is a value. */
static int value(int column, double *into) {
    int form = getchar();
    if (form == EOF) return 0;
    if (form == 'n') {
        if (fread(into, sizeof *into, 1, stdin) != 1) exit(2);
        return 1;
    }
    struct model_text read = text(form);
    *into = form == '-' ? NAN : model_category(column, read.start, read.length);
    free((void *)read.start);
    return 1;
}

/* Whether there is a row. */
static int row(double *columns, struct model_text *texts) {
    for (int column = 0; column < MODEL_COLUMNS; column++) {
        if (value(column, columns + column)) continue;
        if (column) exit(2);
        return 0;
    }
    for (int place = 0; place < MODEL_TEXTS; place++) {
        int form = getchar();
        if (form == EOF && !MODEL_COLUMNS && !place) return 0;
        texts[place] = text(form);
    }
    return 1;
}

int main(int count, char **words) {
    if (count > 1 && !strcmp(words[1], "names")) {
        for (size_t place = 0; place < model_columns(); place++)
            printf("column\t%s\t%d\n", model_column_name(place), model_column_kind(place));
        for (size_t place = 0; place < model_texts(); place++) printf("text\t%s\n", model_text_name(place));
        for (size_t place = 0; place < MODEL_OUTPUTS; place++) printf("output\t%s\n", model_output_name(place));
        for (size_t place = 0; place < model_classes(); place++) printf("class\t%s\n", model_class_name(place));
        return 0;
    }
    size_t size = count > 2 ? strtoul(words[2], NULL, 10) : 1, rows = 0, width = model_texts();
    double *given = room(size * MODEL_COLUMNS * sizeof *given), *said = room(size * MODEL_OUTPUTS * sizeof *said);
    struct model_text *texts = room(size * width * sizeof *texts);
    for (int more = 1; more;) {
        more = row(given + rows * MODEL_COLUMNS, texts + rows * width);
        rows += more;
        if (rows < size && more) continue;
        /* Where no text is read both functions say the same. */
        int failed = MODEL_TEXTS ? model_score_texts(given, texts, rows, said) : model_score(given, rows, said);
        if (failed) return 3;
        fwrite(said, sizeof *said, rows * MODEL_OUTPUTS, stdout);
        for (size_t place = 0; place < rows * width; place++) free((void *)texts[place].start);
        rows = 0;
    }
    return 0;
}

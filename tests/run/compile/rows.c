/* Scores rows from standard input with a model called `model`, some at a time: what the test reads and writes are bytes.
 *
 *     rows names         the columns that the model reads and the outputs that it gives, a line each
 *     rows score SIZE    for each value of each row n and a double, t and a text with its length before it, or -; scores as doubles
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

/* Whether there is a value; ends where one is cut off. */
static int value(int column, double *into) {
    int form = getchar();
    if (form == EOF) return 0;
    if (form == '-') {
        *into = NAN;
    } else if (form == 'n') {
        if (fread(into, sizeof *into, 1, stdin) != 1) exit(2);
    } else {
        uint32_t length;
        if (form != 't' || fread(&length, sizeof length, 1, stdin) != 1) exit(2);
        char *text = room(length);
        if (fread(text, 1, length, stdin) != length) exit(2);
        *into = model_category(column, text, length);
        free(text);
    }
    return 1;
}

int main(int count, char **words) {
    if (count > 1 && !strcmp(words[1], "names")) {
        for (size_t place = 0; place < MODEL_COLUMNS; place++)
            printf("column\t%s\t%d\n", model_column_name(place), model_column_kind(place));
        for (size_t place = 0; place < MODEL_OUTPUTS; place++) printf("output\t%s\n", model_output_name(place));
        for (size_t place = 0; place < model_classes(); place++) printf("class\t%s\n", model_class_name(place));
        return 0;
    }
    size_t size = count > 2 ? strtoul(words[2], NULL, 10) : 1, rows = 0, most = size;
    double *given = room(most * MODEL_COLUMNS * sizeof *given), *said = room(size * MODEL_OUTPUTS * sizeof *said);
    for (;;) {
        int column = 0;
        while (column < MODEL_COLUMNS && value(column, given + rows * MODEL_COLUMNS + column)) column++;
        rows += column == MODEL_COLUMNS;
        if (rows == size || column < MODEL_COLUMNS) {
            if (model_score(given, rows, said)) return 3;
            fwrite(said, sizeof *said, rows * MODEL_OUTPUTS, stdout);
            rows = 0;
        }
        if (column < MODEL_COLUMNS) return column != 0;
    }
}

/* Counts the words of its standard input. It does not compile: see the declaration of "words". */
#include <ctype.h>
#include <stdio.h>

int main(void) {
    unsigned long word = 0;
    int inside = 0;
    int c;

    while ((c = getchar()) != EOF) {
        int is_word = !isspace(c);
        if (is_word && !inside) words++;
        inside = is_word;
    }
    printf("%lu\n", words);
    return 0;
}

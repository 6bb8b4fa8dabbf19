// A C door to fast_float, which is a C++ template library.
#ifndef CFASTFLOAT_H
#define CFASTFLOAT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Reads the decimal number that starts at `begin`, rounded to the nearest double.
//
// Returns where it ends, or null when no number starts there. A number beyond the range of doubles
// is infinite, one too small is 0; words such as `inf` and `nan` are numbers.
const unsigned char *lockstep_parse_number(
    const unsigned char *begin, const unsigned char *end, unsigned char decimal_point,
    double *value);

// Reads a record of so many plain numbers with delimiters between them, which ends within the bytes;
// the number of column i goes to row[places[i]].
//
// Returns where the next record starts, or null for any other record, also where a number is not at
// most `greatest`, without its sign.
const unsigned char *lockstep_parse_record(
    const unsigned char *begin, const unsigned char *end, unsigned char delimiter,
    unsigned char decimal_point, double greatest, const int32_t *places, long columns,
    double *row);

#ifdef __cplusplus
}
#endif

#endif

// A C door to fast_float, which is a C++ template library.
#ifndef CFASTFLOAT_H
#define CFASTFLOAT_H

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

#ifdef __cplusplus
}
#endif

#endif

// C doors to libpng and libjpeg, whose errors are jumps that Swift cannot take.
#ifndef CIMAGES_H
#define CIMAGES_H

#include <stddef.h>
#include <stdint.h>

// Decodes the PNG file that `bytes` are into rows of interleaved samples, without alpha, in the
// machine's byte order. Palettes become colours, and samples of less than 8 bits fill 8.
//
// `width`, `height`, `channels` (1 grey, 3 red, green and blue, 4 a sample more behind them) and `bits`
// (8 or 16) are what the caller has made room for in `rows`; grey files are made colours for 3 and 4
// channels.
//
// Returns 0, or -1 with libpng's words for what is wrong in `message`.
int lockstep_png_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels, int bits,
    uint8_t *rows, char *message, size_t message_bytes);

// Decodes the JPEG file that `bytes` are into rows of interleaved samples, or, where `rows` is NULL, its
// header alone. What the library warns of is an error but for what leaves the image whole: an unknown
// revision of JFIF, and odd bytes before the end of the image.
//
// `width`, `height` and `channels` (1 grey, 3 red, green and blue, 4 a sample more behind them) are what the
// caller has made room for in `rows`.
//
// Returns 0, or -1 with the library's words for what is wrong in `message`.
int lockstep_jpeg_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels, uint8_t *rows,
    char *message, size_t message_bytes);

#endif

#include "CImages.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const uint8_t *next;
  size_t left;
  char *message;
  size_t message_bytes;
} png_input;

static void fail(png_structp png, png_const_charp text) {
  png_input *input = png_get_error_ptr(png);
  snprintf(input->message, input->message_bytes, "%s", text);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
  png_input *input = png_get_io_ptr(png);
  if (count > input->left) png_error(png, "the file ends early");
  memcpy(bytes, input->next, count);
  input->next += count;
  input->left -= count;
}

int lockstep_png_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels, int bits,
    uint8_t *rows, char *message, size_t message_bytes) {
  png_input input = {bytes, count, message, message_bytes};
  snprintf(message, message_bytes, "out of memory");
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &input, fail, ignore);
  if (png == NULL) return -1;
  png_infop info = png_create_info_struct(png);
  // Between setjmp and a jump back these change, so they must not live in a register.
  png_bytepp volatile pointers = NULL;
  if (info == NULL || setjmp(png_jmpbuf(png))) {
    free(pointers);
    png_destroy_read_struct(&png, &info, NULL);
    return -1;
  }
  png_set_read_fn(png, &input, read_bytes);
  png_set_user_limits(png, width, height);
  png_read_info(png, info);
  if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height)
    png_error(png, "its size changed while it was read");
  png_set_expand(png);
  png_set_strip_alpha(png);
  if (bits == 8) png_set_strip_16(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (bits == 16) png_set_swap(png);
#endif
  if (channels >= 3) png_set_gray_to_rgb(png);
  if (channels == 4) png_set_filler(png, 0, PNG_FILLER_AFTER);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t row_bytes = (size_t)width * channels * (bits / 8);
  if (png_get_rowbytes(png, info) != row_bytes)
    png_error(png, "its samples are not what its header says");
  pointers = malloc(height * sizeof(png_bytep));
  if (pointers == NULL) png_error(png, "out of memory");
  for (uint32_t row = 0; row < height; row++) pointers[row] = rows + row * row_bytes;
  png_read_image(png, pointers);
  png_read_end(png, NULL);
  free(pointers);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

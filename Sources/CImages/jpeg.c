#include "CImages.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

typedef struct {
  struct jpeg_error_mgr manager;
  jmp_buf end;
  char *message;
  size_t message_bytes;
} complaints;

static void fail(j_common_ptr image) {
  complaints *found = (complaints *)image->err;
  char text[JMSG_LENGTH_MAX];
  image->err->format_message(image, text);
  snprintf(found->message, found->message_bytes, "%s", text);
  longjmp(found->end, 1);
}

// Whether nothing of the image is missing or wrong for what the library complains of. Odd bytes between
// segments may have been one, with tables or with what colours mean.
static bool is_harmless(j_decompress_ptr image) {
  enum { END_OF_IMAGE = 0xD9 };
  const struct jpeg_error_mgr *found = image->err;
  return found->msg_code == JWRN_JFIF_MAJOR
         || (found->msg_code == JWRN_EXTRANEOUS_DATA && found->msg_parm.i[1] == END_OF_IMAGE);
}

static void take_complaint(j_common_ptr image, int level) {
  if (level < 0 && !is_harmless((j_decompress_ptr)image)) fail(image);
}

// An image of more scans would keep the decoder busy for hours. TurboJPEG has the same limit.
enum { MOST_SCANS = 500 };

static void look_at_scans(j_common_ptr image) {
  complaints *found = (complaints *)image->err;
  if (((j_decompress_ptr)image)->input_scan_number <= MOST_SCANS) return;
  snprintf(found->message, found->message_bytes, "more than %d scans", MOST_SCANS);
  longjmp(found->end, 1);
}

static J_COLOR_SPACE space(int channels) {
  return channels == 1 ? JCS_GRAYSCALE : channels == 3 ? JCS_EXT_RGB : JCS_EXT_RGBX;
}

int lockstep_jpeg_decode(
    const uint8_t *bytes, size_t count, uint32_t width, uint32_t height, int channels, uint8_t *rows,
    char *message, size_t message_bytes) {
  complaints found = {.message = message, .message_bytes = message_bytes};
  struct jpeg_decompress_struct image = {.err = jpeg_std_error(&found.manager)};
  struct jpeg_progress_mgr progress = {.progress_monitor = look_at_scans};
  found.manager.error_exit = fail;
  found.manager.emit_message = take_complaint;
  if (setjmp(found.end)) {
    jpeg_destroy_decompress(&image);
    return -1;
  }
  jpeg_create_decompress(&image);
  image.progress = &progress;
  jpeg_mem_src(&image, bytes, count);
  jpeg_read_header(&image, TRUE);
  if (image.image_width != width || image.image_height != height) {
    snprintf(message, message_bytes, "its header is read in two ways");
    longjmp(found.end, 1);
  }
  if (rows != NULL) {
    image.out_color_space = space(channels);
    jpeg_start_decompress(&image);
    while (image.output_scanline < height) {
      JSAMPROW next[] = {rows + (size_t)image.output_scanline * width * channels};
      jpeg_read_scanlines(&image, next, 1);
    }
    jpeg_finish_decompress(&image);
  }
  jpeg_destroy_decompress(&image);
  return 0;
}

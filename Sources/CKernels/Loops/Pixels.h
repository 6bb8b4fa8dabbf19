// Pixels of four bytes: red, green, blue, and one that is left out.

// As `kernels.separate`.
INLINE void separate_planes(
    const uint32_t *restrict pixels, long count, uint8_t *restrict red, uint8_t *restrict green,
    uint8_t *restrict blue) {
  for (long i = 0; i < count; i++) {
    uint32_t pixel = pixels[i];
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    pixel = __builtin_bswap32(pixel);
#endif
    red[i] = (uint8_t)pixel;
    green[i] = (uint8_t)(pixel >> 8);
    blue[i] = (uint8_t)(pixel >> 16);
  }
}

static void separate(const uint32_t *pixels, long count, uint8_t *planes, long plane_bytes) {
  separate_planes(pixels, count, planes, planes + plane_bytes, planes + 2 * plane_bytes);
}

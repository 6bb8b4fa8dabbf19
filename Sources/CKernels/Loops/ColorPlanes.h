// Luma and chroma to red, green and blue, to the bit as libjpeg-turbo does it (its files jdsample.c and
// jdcolor.c): the library gives colours in no planes, and takes longer also for pixels of four bytes.

// Numbers of 16 bits, of which a vector has twice as many as floats. Bytes that follow one another are two
// such vectors: those at even places and those at odd ones.
enum { SHORTS = 2 * LANES, PIXELS = 2 * SHORTS };

typedef int16_t vh __attribute__((ext_vector_type(2 * LANES)));
typedef int32_t vhi __attribute__((ext_vector_type(2 * LANES)));
typedef uint8_t vhb __attribute__((ext_vector_type(2 * LANES)));
typedef vh vh_anywhere __attribute__((aligned(1), may_alias));
typedef vhb vhb_anywhere __attribute__((aligned(1), may_alias));

struct parts {
  vh even, odd;
};

struct rgb {
  vh red, green, blue;
};

INLINE vh load_shorts(const int16_t *p) { return *(const vh_anywhere *)p; }

INLINE vh load_bytes(const uint8_t *p) {
  return __builtin_convertvector(*(const vhb_anywhere *)p, vh);
}

INLINE struct parts load_parts(const uint8_t *p) {
  vh x = *(const vh_anywhere *)p;
  return (struct parts){.even = x & 255, .odd = (vh)((vshort)x >> 8)};
}

#if defined(__x86_64__)
// The compiler makes several times as many instructions of the plain form below.

// ⌊a · factor / 32768 + 1/2⌋
INLINE vh scaled(vh a, int16_t factor) {
  packed factors = PACKED(set1_epi16)(factor);
#if LANES > 4
  return (vh)PACKED(mulhrs_epi16)((packed)a, factors);
#else
  // Without SSSE3, of the halves of the product.
  packed high = PACKED(mulhi_epi16)((packed)a, factors);
  packed low = PACKED(mullo_epi16)((packed)a, factors);
  return (((vh)high << 2 | (vh)((vshort)low >> 14)) + 1) >> 1;
#endif
}

// ⌊(a · first + b · second) / 65536 + 1/2⌋
INLINE vh scaled_sum(vh a, int16_t first, vh b, int16_t second) {
  packed factors = PACKED(set1_epi32)((int32_t)((uint32_t)second << 16 | (uint16_t)first));
  packed half = PACKED(set1_epi32)(1 << 15);
  packed low = PACKED(madd_epi16)(PACKED(unpacklo_epi16)((packed)a, (packed)b), factors);
  packed high = PACKED(madd_epi16)(PACKED(unpackhi_epi16)((packed)a, (packed)b), factors);
  return (vh)PACKED(packs_epi32)(
      PACKED(srai_epi32)(PACKED(add_epi32)(low, half), 16),
      PACKED(srai_epi32)(PACKED(add_epi32)(high, half), 16));
}

// Stores the numbers in turn, each as the byte that is nearest to it.
INLINE void store_parts(uint8_t *p, vh even, vh odd) {
  packed low = PACKED(unpacklo_epi16)((packed)even, (packed)odd);
  packed high = PACKED(unpackhi_epi16)((packed)even, (packed)odd);
  packed bytes = PACKED(packus_epi16)(low, high);
  memcpy(p, &bytes, sizeof bytes);
}

// Stores pixels of four bytes, in turn. Instructions that interleave do so within each 16 bytes of a
// vector, which are the four bytes of 16 pixels in the end.
INLINE void store_pixels(uint8_t *p, struct rgb even, struct rgb odd) {
  packed even_red_green = (packed)(even.red | even.green << 8);
  packed odd_red_green = (packed)(odd.red | odd.green << 8);
  packed low = PACKED(unpacklo_epi16)(even_red_green, (packed)even.blue);
  packed high = PACKED(unpackhi_epi16)(even_red_green, (packed)even.blue);
  packed odd_low = PACKED(unpacklo_epi16)(odd_red_green, (packed)odd.blue);
  packed odd_high = PACKED(unpackhi_epi16)(odd_red_green, (packed)odd.blue);
  const packed fours[4] = {
      PACKED(unpacklo_epi32)(low, odd_low),
      PACKED(unpackhi_epi32)(low, odd_low),
      PACKED(unpacklo_epi32)(high, odd_high),
      PACKED(unpackhi_epi32)(high, odd_high),
  };
  _Pragma("unroll") for (int part = 0; part < LANES / 4; part++) {
    _Pragma("unroll") for (int four = 0; four < 4; four++) {
      memcpy(p + 64 * part + 16 * four, (const char *)&fours[four] + 16 * part, 16);
    }
  }
}
#else
INLINE vh scaled(vh a, int16_t factor) {
  vhi product = __builtin_convertvector(a, vhi) * factor;
  return __builtin_convertvector((product + (1 << 14)) >> 15, vh);
}

INLINE vh scaled_sum(vh a, int16_t first, vh b, int16_t second) {
  vhi sum = __builtin_convertvector(a, vhi) * first + __builtin_convertvector(b, vhi) * second;
  return __builtin_convertvector((sum + (1 << 15)) >> 16, vh);
}

INLINE void store_parts(uint8_t *p, vh even, vh odd) {
  for (int i = 0; i < PIXELS; i++) {
    int16_t x = i % 2 ? odd[i / 2] : even[i / 2];
    p[i] = x < 0 ? 0 : x > 255 ? 255 : (uint8_t)x;
  }
}

INLINE void store_pixels(uint8_t *p, struct rgb even, struct rgb odd) {
  for (int i = 0; i < PIXELS; i++) {
    const struct rgb *from = i % 2 ? &odd : &even;
    p[4 * i] = (uint8_t)from->red[i / 2];
    p[4 * i + 1] = (uint8_t)from->green[i / 2];
    p[4 * i + 2] = (uint8_t)from->blue[i / 2];
    p[4 * i + 3] = 0;
  }
}
#endif

INLINE vh nearest_byte(vh x) {
  return __builtin_elementwise_min(__builtin_elementwise_max(x, (vh)(0)), (vh)(255));
}

INLINE struct rgb nearest_rgb(struct rgb x) {
  return (struct rgb){nearest_byte(x.red), nearest_byte(x.green), nearest_byte(x.blue)};
}

// With chroma centred on 0:
//   red = luma + 1.402 · Cr, green = luma − 0.34414 · Cb − 0.71414 · Cr, blue = luma + 1.772 · Cb,
// which the library computes in 65536ths. Chroma is doubled here, so that half of each factor is enough,
// which fits 16 bits. Those of red and blue are in 32768ths, chosen to give the library's values for all
// 256 values of chroma.
INLINE struct rgb to_rgb(vh luma, vh cb, vh cr) {
  return (struct rgb){
      .red = luma + scaled(cr, 22971),
      .green = luma + scaled_sum(cb, -11277, cr, -23401),
      .blue = luma + scaled(cb, 29033),
  };
}

// 2 · (chroma − 128)
INLINE vh doubled(vh chroma) { return chroma + chroma - 256; }

// A row of chroma whose samples are two pixels wide, with a neighbour before the first and one behind
// the last; where they are two pixels tall, three times it and the row that is near, if there is one.
INLINE void add_chroma_rows(
    int16_t *sums, const uint8_t *row, const uint8_t *near, long samples) {
  for (long i = 0; i < samples; i += SHORTS) {
    vh x = load_bytes(row + i);
    *(vh_anywhere *)(sums + 1 + i) = near ? x * 3 + load_bytes(near + i) : x;
  }
  sums[0] = sums[1];
  sums[samples + 1] = sums[samples];
}

// Chroma of pixels, doubled: three quarters of the sample that they lie in, and one of the neighbour.
INLINE struct parts chroma_between(const int16_t *sums, bool tall) {
  vh x = load_shorts(sums + 1) * 3, before = load_shorts(sums), after = load_shorts(sums + 2);
  return (struct parts){
      .even = doubled(tall ? (x + before + 8) >> 4 : (x + before + 1) >> 2),
      .odd = doubled(tall ? (x + after + 7) >> 4 : (x + after + 2) >> 2),
  };
}

// The sums for a row of pixels, of Cb or Cr. Those of two rows are there at a time.
INLINE int16_t *chroma_sums(const struct kernel_color_planes *job, long row, int c) {
  return job->sums + (row % 2 * 2 + c) * (job->chroma_stride + PIXELS);
}

INLINE void add_chroma(const struct kernel_color_planes *job, bool tall, long row) {
  const long place = tall ? row / 2 : row, last = (job->height - 1) / 2;
  const long near = row % 2 ? (place < last ? place + 1 : last) : (place > 0 ? place - 1 : 0);
  for (int c = 0; c < 2; c++) {
    const uint8_t *rows = job->chroma[c];
    add_chroma_rows(
        chroma_sums(job, row, c), rows + place * job->chroma_stride,
        tall ? rows + near * job->chroma_stride : NULL, (job->width + 1) / 2);
  }
}

INLINE void color_row(const struct kernel_color_planes *job, bool wide, bool tall, long row) {
  const long width = job->width, pixels = width * job->height;
  const uint8_t *luma = job->luma + row * job->luma_stride;
  for (long i = 0; i < width; i += PIXELS) {
    struct parts y = load_parts(luma + i), of[2];
    for (int c = 0; c < 2; c++) {
      if (wide) {
        of[c] = chroma_between(chroma_sums(job, row, c) + i / 2, tall);
      } else {
        struct parts x = load_parts(job->chroma[c] + row * job->chroma_stride + i);
        of[c] = (struct parts){.even = doubled(x.even), .odd = doubled(x.odd)};
      }
    }
    struct rgb even = to_rgb(y.even, of[0].even, of[1].even);
    struct rgb odd = to_rgb(y.odd, of[0].odd, of[1].odd);
    const bool whole = i + PIXELS <= width;
    if (job->interleaved) {
      uint8_t *out = job->out + 4 * (row * width + i), part[4 * PIXELS];
      store_pixels(whole ? out : part, nearest_rgb(even), nearest_rgb(odd));
      if (!whole) memcpy(out, part, (size_t)(4 * (width - i)));
      continue;
    }
    uint8_t *out = job->out + row * width + i, parts[3][PIXELS];
    store_parts(whole ? out : parts[0], even.red, odd.red);
    store_parts(whole ? out + pixels : parts[1], even.green, odd.green);
    store_parts(whole ? out + 2 * pixels : parts[2], even.blue, odd.blue);
    if (whole) continue;
    for (int c = 0; c < 3; c++) memcpy(out + c * pixels, parts[c], (size_t)(width - i));
  }
}

INLINE void color_rows(const struct kernel_color_planes *job, bool wide, bool tall) {
  if (wide) add_chroma(job, tall, 0);
  for (long row = 0; row < job->height; row++) {
    // A row ahead: sums are read across the vectors that they were stored as, for which the processor
    // would wait.
    if (wide && row + 1 < job->height) add_chroma(job, tall, row + 1);
    color_row(job, wide, tall, row);
  }
}

static void color_planes(const struct kernel_color_planes *job) {
  if (job->wide && job->tall) color_rows(job, true, true);
  else if (job->wide) color_rows(job, true, false);
  else color_rows(job, false, false);
}

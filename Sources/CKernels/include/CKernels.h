// Loops over numbers, compiled once per instruction set from the same source (`Loops/`).
//
// Every loop's order of additions depends on the sizes it is given and on the instruction set,
// never on where the memory lies. Nothing here allocates or starts threads, and nothing is checked:
// the Swift module `Kernels` does that.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

enum kernel_instructions {
  KERNEL_SSE2,  // also the plain four-lane code of processors that are not x86
  KERNEL_AVX2,  // with FMA
  KERNEL_AVX512,
};

enum kernel_activation {
  KERNEL_IDENTITY,
  KERNEL_STEP,
  KERNEL_SIGMOID,
  KERNEL_TANH,
  KERNEL_RELU,
  KERNEL_LEAKY_RELU,
  KERNEL_ELU,
  KERNEL_SOFTPLUS,
  KERNEL_GELU,
  KERNEL_SILU,
};

enum kernel_loss {
  KERNEL_SQUARED,
  KERNEL_ABSOLUTE,
  KERNEL_HUBER,
  KERNEL_BINARY_CROSS_ENTROPY,
};

enum kernel_update_rule {
  KERNEL_SGD,
  KERNEL_SGD_FIRST_STEP,
  KERNEL_SGD_MOMENTUM,
  KERNEL_RMSPROP,
  KERNEL_ADAM,
  KERNEL_ADAGRAD,
};

enum kernel_element {
  KERNEL_UINT8,
  KERNEL_INT8,
  KERNEL_UINT16,
  KERNEL_INT16,
  KERNEL_UINT32,
  KERNEL_INT32,
  KERNEL_UINT64,
  KERNEL_INT64,
  KERNEL_FLOAT16,
  KERNEL_FLOAT32,
  KERNEL_FLOAT64,
};

/// The coefficients of one optimizer step.
struct kernel_update {
  enum kernel_update_rule rule;
  float gradient_scale;  // g is the gradient times this,
  float l1;              // plus l1 · sign(p),
  float decay;           // plus decay · p
  float shrink;          // p is multiplied with this first (AdamW)
  float rate;            // learning rate, for Adam divided by the first moment's correction
  float momentum;        // of SGD and RMSprop
  float blend;           // SGD: 1 − dampening; RMSprop: 1 − α; Adam: 1 − β₁
  float keep;            // RMSprop: α; Adam: β₂
  float square_blend;    // Adam: 1 − β₂
  float correction;      // Adam: 1 / √(1 − β₂ᵗ)
  float epsilon;
  bool nesterov;
  bool centered;
};

/// Where `gather` reads, and what it does to each number.
struct kernel_gather {
  const void *_Nonnull base;
  enum kernel_element type;
  long width;  // numbers in a row
  float scale, shift;
  const float *_Nullable scales;  // per column, instead of `scale` and `shift`
  const float *_Nullable shifts;
  bool plain;  // neither scale nor shift
};

/// The rows of a softmax cross-entropy.
struct kernel_cross_entropy {
  long rows, classes;
  const float *_Nonnull logits;
  const int32_t *_Nullable labels;  // a class per row, or
  const float *_Nullable targets;   // a distribution per row
  const float *_Nullable weights;
  const float *_Nullable class_weights;
  float smoothing;
  float *_Nullable gradient;
};

struct kernel_sum {
  double loss, weight;
};

/// Dropout's counter words besides the block's number and the sample's.
struct kernel_dropout {
  uint64_t key;
  uint32_t first_sample;
  uint32_t step, address;
  uint32_t threshold;  // 24-bit numbers below it are dropped
  float kept;
};

/// What bytes are like as numbers.
struct kernel_byte_sums {
  uint64_t sum;
  uint64_t squares;  // the sum of the bytes' squares
  uint8_t least;     // 255 of none
  uint8_t greatest;  // 0 of none
};

/// The weights by which pixels of an image are added up to pixels of another one, along one axis.
struct kernel_weights {
  long length;                     // of the result, in pixels
  long count;                      // weights of each pixel of it
  const int32_t *_Nonnull first;   // the first pixel of the image for each
  const float *_Nonnull weights;   // `count` for each
};

enum {
  /// Rows of floats are filled up to a multiple of so many.
  KERNEL_RESAMPLE_ROW_FLOATS = 64,
  /// Rows of an image that are added up at a time.
  KERNEL_RESAMPLE_STEPS = 32,
};

/// An image of pixels of four bytes, and where a part of another one, made of it, goes to.
struct kernel_resample {
  const uint8_t *_Nonnull pixels;
  long width, height;
  struct kernel_weights x, y;
  uint8_t *_Nonnull planes;  // the first pixel of the first plane
  long row_bytes, plane_bytes;
  /// Pixels of a row that are made floats at a time: as many as four of the result are made of, or
  /// more.
  long unit_pixels;
  /// 16 floats for each of `unit_pixels`, and 6 + min(y.count, KERNEL_RESAMPLE_STEPS) rows of
  /// 4 · x.length, filled up. Zero before it is used for the first time; then for the same sizes.
  float *_Nonnull scratch;
};

/// An image's planes of luma and chroma, and where its colours go.
struct kernel_color_planes {
  const uint8_t *_Nonnull luma;
  const uint8_t *_Nonnull chroma[2];  // Cb and Cr
  long luma_stride, chroma_stride;    // bytes of a row, multiples of 64
  long width, height;                 // pixels
  bool wide, tall;                    // whether a sample of chroma is for two pixels
  int16_t *_Nonnull sums;             // scratch of 4 · (chroma_stride + 64)
  bool interleaved;                   // whether colours are pixels of four bytes, the last one 0
  uint8_t *_Nonnull out;              // (3, height, width), or (height, width, 4)
};

/// One instruction set's loops. Matrices are (rows, columns), row-major.
struct kernels {
  void (*_Nonnull activate)(
      enum kernel_activation f, float parameter, long rows, long columns, float *_Nonnull values,
      const float *_Nullable bias, float *_Nullable preactivation);
  void (*_Nonnull activate_backward)(
      enum kernel_activation f, float parameter, long rows, long columns,
      const float *_Nonnull output, const float *_Nullable preactivation, float *_Nonnull gradient,
      float *_Nullable bias_gradient, bool accumulate);

  void (*_Nonnull softmax)(long rows, long columns, float *_Nonnull values);
  void (*_Nonnull log_softmax)(long rows, long columns, float *_Nonnull values);
  void (*_Nonnull softmax_backward)(
      long rows, long columns, const float *_Nonnull output, float *_Nonnull gradient);

  struct kernel_sum (*_Nonnull loss)(
      enum kernel_loss loss, float parameter, long rows, long columns,
      const float *_Nonnull outputs, const float *_Nonnull targets, const float *_Nullable weights,
      float *_Nullable gradient);
  struct kernel_sum (*_Nonnull cross_entropy)(const struct kernel_cross_entropy *_Nonnull job);

  /// out[i] = scale · tree sum over s of gradients[s][offset + i]; returns Σ out².
  double (*_Nonnull reduce)(
      const float *_Nonnull const *_Nonnull gradients, long shards, long offset, long count,
      float scale, float *_Nonnull out);
  void (*_Nonnull update)(
      const struct kernel_update *_Nonnull update, long count, const float *_Nonnull gradient,
      float *_Nonnull parameters, float *_Nullable first, float *_Nullable second,
      float *_Nullable third);

  void (*_Nonnull gather)(
      const struct kernel_gather *_Nonnull job, const int32_t *_Nonnull indices, long rows,
      float *_Nonnull out);
  /// Adds rows of `width` numbers, a multiple of 8, to what is known of their columns, a row of
  /// `width` each: pivots, sums of differences from them and of these squared, least, greatest, and
  /// how often a number of the column is there: that number, and how often.
  void (*_Nonnull column_sums)(
      const double *_Nonnull rows, long count, long width, double *_Nonnull sums);
  struct kernel_byte_sums (*_Nonnull byte_sums)(const uint8_t *_Nonnull bytes, long count);
  /// The first three of each pixel's four bytes to three planes, which begin `plane_bytes` apart.
  void (*_Nonnull separate)(
      const uint32_t *_Nonnull pixels, long count, uint8_t *_Nonnull planes, long plane_bytes);
  /// The first three of each pixel's four bytes, added up along both axes and rounded.
  void (*_Nonnull resample)(const struct kernel_resample *_Nonnull job);
  void (*_Nonnull color_planes)(const struct kernel_color_planes *_Nonnull job);
  /// The words of Philox4x32-10 at `counter` and the counters after it, whose first word rises.
  void (*_Nonnull random_words)(
      uint64_t key, const uint32_t *_Nonnull counter, long count, uint32_t *_Nonnull words);
  void (*_Nonnull dropout_mask)(
      const struct kernel_dropout *_Nonnull job, long rows, long columns, float *_Nonnull mask);

  void (*_Nonnull multiply)(
      long count, const float *_Nonnull a, const float *_Nonnull b, float *_Nonnull result);

  /// c (m, n) = op(a)·op(b), + c where `accumulate`.
  void (*_Nonnull matmul)(
      bool transpose_a, bool transpose_b, long m, long n, long k, const float *_Nonnull a,
      const float *_Nonnull b, float *_Nonnull c, bool accumulate);
};

/// Copies past the caches: what they hold stays there. For more than they hold.
void kernel_copy_past_caches(long bytes, const void *_Nonnull source, void *_Nonnull target);

/// Copies each row to its place among those at `base`; a negative place takes none.
void kernel_scatter(
    const void *_Nonnull rows, long row_bytes, const int32_t *_Nonnull places, long count,
    void *_Nonnull base, bool past_caches);

/// Whether this program has the loops and this processor the instructions.
bool kernel_instructions_available(enum kernel_instructions set);

/// The loops of one instruction set; of SSE2 where this program lacks the others.
const struct kernels *_Nonnull kernels_for(enum kernel_instructions set);

#endif

// Everything that one instruction set's file includes, after defining:
//   LANES          floats in a vector
//   FUSED          1 where a multiplication and an addition round once
//   ROWS_PER_TILE  rows of a product that `matmul` keeps in registers
//   TABLE          the name of the table
#pragma STDC FP_CONTRACT OFF

// In the order in which they build on each other.
#include "Vector.h"

#include "Functions.h"
#include "Transpose.h"

#include "Dense.h"
#include "Flat.h"
#include "Softmax.h"

#include "CrossEntropy.h"
#include "Losses.h"

#include "Bytes.h"
#include "ColorPlanes.h"
#include "ColumnSums.h"
#include "Gather.h"
#include "Matmul.h"
#include "Pixels.h"
#include "Random.h"
#include "Resample.h"
#include "Update.h"

const struct kernels TABLE = {
    .activate = activate,
    .activate_backward = activate_backward,
    .softmax = softmax,
    .log_softmax = log_softmax,
    .softmax_backward = softmax_backward,
    .loss = loss,
    .cross_entropy = cross_entropy,
    .reduce = reduce,
    .update = update,
    .gather = gather,
    .color_planes = color_planes,
    .column_sums = column_sums,
    .byte_sums = byte_sums,
    .separate = separate,
    .resample = resample,
    .random_words = random_words,
    .dropout_mask = dropout_mask,
    .multiply = multiply,
    .matmul = matmul,
};

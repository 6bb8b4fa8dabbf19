// Transcendental functions by minimax polynomials, within 3 units in the last place (GELU's far
// tail: 6). NaN gives NaN; infinities and overflow give what the function's limit is.

// 2ⁿ for integral n in −126 … 127.
INLINE vf power_of_two(vi n) { return (vf)((n + 127) << 23); }

// eˣ = scale·(1 + q): the pieces that exponential and its relatives share. x is clamped to where
// the result is 0 or infinite in single precision.
struct exponential_parts {
  vf q;
  vi n;
};

INLINE struct exponential_parts split_exponential(vf x) {
  x = smaller(splat(89.0f), larger(splat(-105.0f), x));
  // Adding 1.5·2²³ leaves the nearest integer in the low bits.
  vf shifted = muladd(x, splat(0x1.715476p+0f), splat(0x1.8p23f));
  vf n = shifted - 0x1.8p23f;
  vf r = muladd(n, splat(-0x1.62e400p-1f), x);
  r = muladd(n, splat(-0x1.7f7d1cp-20f), r);
  vf p = splat(0x1.6a1a72p-10f);
  p = muladd(p, r, splat(0x1.123fc6p-7f));
  p = muladd(p, r, splat(0x1.555916p-5f));
  p = muladd(p, r, splat(0x1.55548ap-3f));
  p = muladd(p, r, splat(0x1.fffffcp-2f));
  return (struct exponential_parts){muladd(p * r, r, r), (vi)shifted - 0x4b400000};
}

INLINE vf exponential(vf x) {
  struct exponential_parts e = split_exponential(x);
  // In two steps, so that neither factor overflows and subnormal results are rounded once.
  vi half = e.n >> 1;
  return (e.q + 1.0f) * power_of_two(half) * power_of_two(e.n - half);
}

// eˣ − 1 for x ≤ 64, exact to the last bits around 0 too.
INLINE vf exponential_minus_one(vf x) {
  struct exponential_parts e = split_exponential(larger(splat(-60.0f), x));
  vf scale = power_of_two(e.n);
  return muladd(scale, e.q, scale - 1.0f);
}

// 2·atanh(s) for |s| ≤ 1/3.
INLINE vf twice_atanh(vf s) {
  vf z = s * s;
  vf p = splat(0x1.1ef870p-2f);
  p = muladd(p, z, splat(0x1.1eb612p-2f));
  p = muladd(p, z, splat(0x1.99d27cp-2f));
  p = muladd(p, z, splat(0x1.555500p-1f));
  return muladd(p * z, s, s + s);
}

// log x for normal x > 0, ∞ and NaN.
INLINE vf logarithm(vf x) {
  vi n = ((vi)x - 0x3f3504f3) >> 23;  // x = 2ⁿ·m, m in √½ … √2
  vf m = (vf)((vi)x - (n << 23));
  vf k = __builtin_convertvector(n, vf);
  vf y = muladd(k, splat(0x1.62e400p-1f),
                twice_atanh((m - 1.0f) / (m + 1.0f)) + k * 0x1.7f7d1cp-20f);
  return x < INFINITY ? y : x;
}

// log(1 + e) for 0 ≤ e ≤ 1.
INLINE vf logarithm_of_one_plus(vf e) { return twice_atanh(e / (e + 2.0f)); }

INLINE vf sigmoid(vf x) { return 1.0f / (1.0f + exponential(-x)); }

INLINE vf hyperbolic_tangent(vf x) {
  vf e = exponential_minus_one(smaller(splat(20.0f), absolute(x) * 2.0f));
  return with_sign(e / (e + 2.0f), x);
}

INLINE vf softplus(vf x) {
  return larger(splat(0), x) + logarithm_of_one_plus(exponential(-absolute(x)));
}

// Φ(x), the normal distribution's cumulative function, and its density φ(x).
struct normal_parts {
  vf cumulative, density;
};

INLINE struct normal_parts normal(vf x) {
  vf t = absolute(x);
  t = t < 15.0f ? t : splat(15.0f);
  // t² and what its rounding lost: e^(−t²/2) would turn that into a relative error.
  vf square = t * t;
#if FUSED
  vf lost = muladd(t, t, -square);
#else
  vf high = (vf)((vi)t & ~0xfff), low = t - high;
  vf lost = ((high * high - square) + 2.0f * high * low) + low * low;
#endif
  vf e = exponential(square * -0.5f);
  e = muladd(e * lost, splat(-0.5f), e);
  // Φ(−t)·e^(t²/2) in u = 1 / (1 + 0.35·t).
  vf u = 1.0f / muladd(t, splat(0.35f), splat(1.0f));
  vf p = splat(-0x1.ddd1d8p-6f);
  p = muladd(p, u, splat(0x1.27090ap-3f));
  p = muladd(p, u, splat(-0x1.060ad4p-2f));
  p = muladd(p, u, splat(0x1.466f1cp-3f));
  p = muladd(p, u, splat(-0x1.7d2406p-6f));
  p = muladd(p, u, splat(0x1.b06ed8p-4f));
  p = muladd(p, u, splat(0x1.eac3bep-4f));
  p = muladd(p, u, splat(0x1.1e7130p-3f));
  p = muladd(p, u, splat(0x1.1df1c0p-3f));
  vf tail = e * (p * u);
  vf cumulative = x < 0.0f ? tail : 1.0f - tail;
  return (struct normal_parts){x == x ? cumulative : x, x == x ? e * 0x1.988454p-2f : x};
}

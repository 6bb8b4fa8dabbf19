#include "CFastFloat.h"

#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <fast_float/fast_float.h>

namespace {

constexpr double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                             1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
constexpr uint64_t integer_powers[] = {1,      10,      100,      1000,     10000,
                                       100000, 1000000, 10000000, 100000000};

// Bytes of which the high bit is set where a byte is no digit's value.
inline uint64_t not_digits(uint64_t bytes) {
  return ((bytes + 0x7676767676767676) | bytes) & 0x8080808080808080;
}

// The number whose digits the bytes are, the last one in the highest byte: zeros in front, then
// pairs, fours and eights of digits.
inline uint32_t joined(uint64_t bytes) {
  bytes = bytes * 10 + (bytes >> 8);
  constexpr uint64_t mask = 0x000000FF000000FF;
  return static_cast<uint32_t>(
      ((bytes & mask) * 0x000F424000000064 + ((bytes >> 16) & mask) * 0x0000271000000001) >> 32);
}

// A number with its sign, without a branch: signs are often as good as random.
inline double with_sign(double number, bool is_negative) {
  uint64_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  bits ^= static_cast<uint64_t>(is_negative) << 63;
  std::memcpy(&number, &bits, sizeof bits);
  return number;
}

// Reads up to eight digits at once; `text` has eight bytes at least. Returns how many there are.
inline int digits(const unsigned char *text, uint64_t *value) {
  uint64_t bytes;
  std::memcpy(&bytes, text, 8);
  bytes ^= 0x3030303030303030;
  const uint64_t others = not_digits(bytes);
  const int count = others == 0 ? 8 : __builtin_ctzll(others) / 8;
  if (count == 0) {
    *value = 0;
    return 0;
  }
  *value = joined(bytes << (64 - 8 * count));
  return count;
}

// Most numbers of tables are short: at most 15 digits and no exponent. Such a number is a whole one
// divided by a power of ten, both exact in a double, so that one division rounds it right (Clinger
// 1990). fast_float does the same, but looks at more cases first: this takes a quarter less time.
//
// Returns null for any other number.
[[gnu::always_inline]] inline const unsigned char *short_number(
    const unsigned char *text, const unsigned char *end, unsigned char decimal_point,
    double *value) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (end - text < 26) return nullptr;
  const bool is_negative = *text == '-';
  text += is_negative;
  uint64_t whole, part = 0;
  int whole_digits = 1;
  if (text[1] == decimal_point) {
    whole = static_cast<uint64_t>(*text) - '0';
    if (whole > 9) return nullptr;
  } else {
    whole_digits = digits(text, &whole);
    if (whole_digits == 0) return nullptr;
  }
  text += whole_digits;
  int part_digits = 0;
  if (*text == decimal_point) {
    ++text;
    part_digits = digits(text, &part);
    text += part_digits;
  }
  const unsigned char next = *text;
  if (whole_digits + part_digits > 15 || (next >= '0' && next <= '9') || (next | 0x20) == 'e' ||
      next == decimal_point)
    return nullptr;
  *value = with_sign(
      static_cast<double>(whole * integer_powers[part_digits] + part) / powers[part_digits],
      is_negative);
  return text;
#else
  return nullptr;
#endif
}

// Kept apart, so that what calls it stays short.
[[gnu::noinline]] const unsigned char *any_number(
    const unsigned char *begin, const unsigned char *end, unsigned char decimal_point,
    double *value) {
  const fast_float::parse_options options{
      fast_float::chars_format::general, static_cast<char>(decimal_point)};
  const auto result = fast_float::from_chars_advanced(
      reinterpret_cast<const char *>(begin), reinterpret_cast<const char *>(end), *value, options);
  if (result.ec == std::errc::invalid_argument) return nullptr;
  return reinterpret_cast<const unsigned char *>(result.ptr);
}

[[gnu::always_inline]] inline const unsigned char *number(
    const unsigned char *begin, const unsigned char *end, unsigned char decimal_point,
    double *value) {
  if (const unsigned char *stop = short_number(begin, end, decimal_point, value)) return stop;
  return any_number(begin, end, decimal_point, value);
}

#if defined(__SSE2__)
// A number of at most eight letters besides its sign, in one piece: as `short_number`, without a look
// for where it ends, so that the processor can work on several at a time. Eight bytes from `begin` on
// can be read behind the sign.
//
// Returns whether all of the field is such a number.
[[gnu::always_inline]] inline bool short_field(
    const unsigned char *begin, const unsigned char *end, unsigned char decimal_point,
    double *value) {
  const bool is_negative = *begin == '-';
  begin += is_negative;
  const long length = end - begin;
  if (length < 1 || length > 8) return false;
  uint64_t bytes;
  std::memcpy(&bytes, begin, 8);
  bytes = (bytes ^ 0x3030303030303030) << (64 - 8 * length);
  constexpr uint64_t ones = 0x0101010101010101;
  const uint64_t other = bytes ^ ones * static_cast<unsigned char>(decimal_point ^ '0');
  const uint64_t points = (other - ones) & ~other & 0x8080808080808080;
  int part_digits = 0;
  if (points != 0) {
    if (length == 1) return false;
    // The digits in front of the point move up to those behind it.
    const int place = __builtin_ctzll(points) & ~7;
    part_digits = 7 - place / 8;
    const uint64_t front = bytes & ((uint64_t{1} << place) - 1);
    const uint64_t point = static_cast<unsigned char>(decimal_point ^ '0');
    bytes += (front << 8) - front - (point << place);
  }
  if (not_digits(bytes) != 0) return false;
  *value = with_sign(
      static_cast<double>(static_cast<int64_t>(joined(bytes))) / powers[part_digits], is_negative);
  return true;
}

// Where delimiters and line ends are among 64 bytes, a bit for each.
inline uint64_t field_ends(const unsigned char *bytes, unsigned char delimiter) {
  uint64_t ends = 0;
  for (int part = 0; part < 4; ++part) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes) + part);
    const __m128i found = _mm_or_si128(
        _mm_cmpeq_epi8(some, _mm_set1_epi8(static_cast<char>(delimiter))),
        _mm_cmpeq_epi8(some, _mm_set1_epi8('\n')));
    ends |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(found))) << 16 * part;
  }
  return ends;
}
#endif

// As `lockstep_parse_record`, a number after the other.
const unsigned char *parse_record(
    const unsigned char *text, const unsigned char *end, unsigned char delimiter,
    unsigned char decimal_point, double greatest, const int32_t *places, long columns,
    double *row) {
  for (long column = 0; column < columns; ++column) {
    double value;
    const unsigned char *stop = number(text, end, decimal_point, &value);
    if (stop == nullptr || stop == end || !(std::fabs(value) <= greatest)) return nullptr;
    row[places[column]] = value;
    if (column + 1 < columns) {
      if (*stop != delimiter) return nullptr;
      text = stop + 1;
    } else if (*stop == '\n') {
      return stop + 1;
    } else if (*stop == '\r' && stop + 1 < end && stop[1] == '\n') {
      return stop + 2;
    }
  }
  return nullptr;
}

}  // namespace

extern "C" const unsigned char *lockstep_parse_number(
    const unsigned char *begin, const unsigned char *end, unsigned char decimal_point,
    double *value) {
  return number(begin, end, decimal_point, value);
}

extern "C" const unsigned char *lockstep_parse_record(
    const unsigned char *begin, const unsigned char *end, unsigned char delimiter,
    unsigned char decimal_point, double greatest, const int32_t *places, long columns,
    double *row) {
#if defined(__SSE2__)
  const unsigned char *field = begin;
  long column = 0;
  for (const unsigned char *block = begin; end - block >= 64 + 8; block += 64) {
    for (uint64_t ends = field_ends(block, delimiter); ends != 0; ends &= ends - 1) {
      const unsigned char *stop = block + __builtin_ctzll(ends);
      const bool is_last = column + 1 == columns;
      if (*stop != (is_last ? '\n' : delimiter)) return nullptr;
      double value;
      if (!short_field(field, stop, decimal_point, &value)) {
        const unsigned char *last = is_last && stop > field && stop[-1] == '\r' ? stop - 1 : stop;
        if (number(field, last, decimal_point, &value) != last) return nullptr;
      }
      if (!(std::fabs(value) <= greatest)) return nullptr;
      row[places[column++]] = value;
      if (is_last) return stop + 1;
      field = stop + 1;
    }
  }
#endif
  // Near the end of the bytes.
  return parse_record(begin, end, delimiter, decimal_point, greatest, places, columns, row);
}

#include "CFastFloat.h"

#include <cmath>
#include <cstdint>
#include <cstring>

#include <fast_float/fast_float.h>

namespace {

constexpr double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                             1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
constexpr uint64_t integer_powers[] = {1,      10,      100,      1000,     10000,
                                       100000, 1000000, 10000000, 100000000};

// Reads up to eight digits at once; `text` has eight bytes at least. Returns how many there are.
inline int digits(const unsigned char *text, uint64_t *value) {
  uint64_t bytes;
  std::memcpy(&bytes, text, 8);
  bytes ^= 0x3030303030303030;
  const uint64_t others = ((bytes + 0x7676767676767676) | bytes) & 0x8080808080808080;
  const int count = others == 0 ? 8 : __builtin_ctzll(others) / 8;
  if (count == 0) {
    *value = 0;
    return 0;
  }
  // Zeros in front, then pairs, fours and eights of digits.
  bytes <<= 64 - 8 * count;
  bytes = bytes * 10 + (bytes >> 8);
  constexpr uint64_t mask = 0x000000FF000000FF;
  *value = static_cast<uint32_t>(
      ((bytes & mask) * 0x000F424000000064 + ((bytes >> 16) & mask) * 0x0000271000000001) >> 32);
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
  const double result =
      static_cast<double>(whole * integer_powers[part_digits] + part) / powers[part_digits];
  // Without a branch: signs are often as good as random.
  uint64_t bits;
  std::memcpy(&bits, &result, sizeof bits);
  bits ^= static_cast<uint64_t>(is_negative) << 63;
  std::memcpy(value, &bits, sizeof bits);
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
  const unsigned char *text = begin;
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

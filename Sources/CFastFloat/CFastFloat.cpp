#include "CFastFloat.h"

#include <fast_float/fast_float.h>

extern "C" const unsigned char *lockstep_parse_number(
    const unsigned char *begin, const unsigned char *end, unsigned char decimal_point,
    double *value) {
  const fast_float::parse_options options{
      fast_float::chars_format::general, static_cast<char>(decimal_point)};
  const auto result = fast_float::from_chars_advanced(
      reinterpret_cast<const char *>(begin), reinterpret_cast<const char *>(end), *value, options);
  if (result.ec == std::errc::invalid_argument) return nullptr;
  return reinterpret_cast<const unsigned char *>(result.ptr);
}

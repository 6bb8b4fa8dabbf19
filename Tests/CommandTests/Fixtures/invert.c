// A filter plugin for PluginTests.swift: it inverts every bit.

#include <H5PLextern.h>

static size_t invert(
    unsigned flags, size_t count, const unsigned values[], size_t bytes, size_t *room, void **memory) {
  (void)flags, (void)count, (void)values, (void)room;
  for (size_t i = 0; i < bytes; i++) (*(unsigned char **)memory)[i] ^= 0xFF;
  return bytes;
}

static const H5Z_class2_t class = {H5Z_CLASS_T_VERS, 300, 1, 1, "invert", NULL, NULL, invert};

H5PL_type_t H5PLget_plugin_type(void) { return H5PL_TYPE_FILTER; }
const void *H5PLget_plugin_info(void) { return &class; }

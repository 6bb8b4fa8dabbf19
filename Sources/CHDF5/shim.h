// What Swift's importer cannot see of libhdf5: macros that call H5open(), variables behind them, and
// functions whose names or structs differ between the library's versions.

#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#define H5_USE_110_API
#include <hdf5.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Files

static inline unsigned chdf5_open_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_open_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned chdf5_create_exclusively(void) { return H5F_ACC_EXCL; }
static inline H5F_libver_t chdf5_newest_format(void) { return H5F_LIBVER_LATEST; }

// Property list classes

static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_link_access(void) { return H5P_LINK_ACCESS; }
static inline hid_t chdf5_link_creation(void) { return H5P_LINK_CREATE; }
static inline hid_t chdf5_group_access(void) { return H5P_GROUP_ACCESS; }
static inline hid_t chdf5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline hid_t chdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_attribute_creation(void) { return H5P_ATTRIBUTE_CREATE; }

// Constants of a type that the importer does not show

static inline hsize_t chdf5_unlimited(void) { return H5S_UNLIMITED; }
static inline size_t chdf5_variable_length(void) { return H5T_VARIABLE; }
static inline haddr_t chdf5_undefined_address(void) { return HADDR_UNDEF; }

// Types

static inline hid_t chdf5_integer_type(unsigned bytes, int is_signed, int is_big_endian) {
  switch (bytes) {
  case 1: return is_signed ? H5T_STD_I8LE : H5T_STD_U8LE;
  case 2:
    return is_signed ? (is_big_endian ? H5T_STD_I16BE : H5T_STD_I16LE)
                     : (is_big_endian ? H5T_STD_U16BE : H5T_STD_U16LE);
  case 4:
    return is_signed ? (is_big_endian ? H5T_STD_I32BE : H5T_STD_I32LE)
                     : (is_big_endian ? H5T_STD_U32BE : H5T_STD_U32LE);
  case 8:
    return is_signed ? (is_big_endian ? H5T_STD_I64BE : H5T_STD_I64LE)
                     : (is_big_endian ? H5T_STD_U64BE : H5T_STD_U64LE);
  default: return -1;
  }
}

static inline hid_t chdf5_float_type(unsigned bytes, int is_big_endian) {
  switch (bytes) {
  case 4: return is_big_endian ? H5T_IEEE_F32BE : H5T_IEEE_F32LE;
  case 8: return is_big_endian ? H5T_IEEE_F64BE : H5T_IEEE_F64LE;
  default: return -1;
  }
}

static inline hid_t chdf5_c_string_type(void) { return H5T_C_S1; }

// Strings of variable length: memory for them up to a budget, so that a small file that names one
// long string many times fills no machine. All of it is freed at once: a read that fails half-way
// forgets what it allocated.

typedef struct chdf5_string {
  struct chdf5_string *next;
  char text[];
} chdf5_string;

typedef struct {
  size_t bytes_left;
  chdf5_string *strings;
} chdf5_arena;

static inline hid_t chdf5_transfer(void) { return H5P_DATASET_XFER; }

static void *chdf5_allocate(size_t bytes, void *context) {
  chdf5_arena *arena = (chdf5_arena *)context;
  if (bytes > arena->bytes_left) return NULL;
  chdf5_string *string = (chdf5_string *)malloc(sizeof(chdf5_string) + bytes);
  if (!string) return NULL;
  arena->bytes_left -= bytes;
  string->next = arena->strings;
  arena->strings = string;
  return string->text;
}

static void chdf5_free_later(void *memory, void *context) {
  (void)memory;
  (void)context;
}

// The arena is in use for as long as the list is.
static inline herr_t chdf5_set_string_arena(hid_t transfer, chdf5_arena *arena) {
  return H5Pset_vlen_mem_manager(transfer, chdf5_allocate, arena, chdf5_free_later, arena);
}

static inline void chdf5_free_strings(chdf5_arena *arena) {
  while (arena->strings) {
    chdf5_string *string = arena->strings;
    arena->strings = string->next;
    free(string);
  }
}

// Links and objects

typedef struct {
  H5L_type_t type;
  size_t target_bytes;
} chdf5_link_info;

static inline herr_t chdf5_get_link_info(
    hid_t location, const char *name, hid_t access, chdf5_link_info *info) {
  H5L_info_t found;
  if (H5Lget_info(location, name, &found, access) < 0) return -1;
  info->type = found.type;
  info->target_bytes = found.type == H5L_TYPE_HARD ? 0 : found.u.val_size;
  return 0;
}

static inline herr_t chdf5_get_object_type(
    hid_t location, const char *name, hid_t access, H5O_type_t *type) {
  H5O_info_t found;
  if (H5Oget_info_by_name2(location, name, &found, H5O_INFO_BASIC, access) < 0) return -1;
  *type = found.type;
  return 0;
}

// A visitor gets each name; it stops the iteration by returning a negative number. The order is
// the file's own: for any other, libhdf5 1.10.8 builds a table first, and frees memory that it never
// allocated where a damaged file lets that fail.
typedef int (*chdf5_name_visitor)(const char *name, void *context);

typedef struct {
  chdf5_name_visitor visit;
  void *context;
} chdf5_visit;

static herr_t chdf5_visit_link(
    hid_t group, const char *name, const H5L_info_t *info, void *data) {
  chdf5_visit *visit = (chdf5_visit *)data;
  (void)group;
  (void)info;
  return visit->visit(name, visit->context);
}

static inline herr_t chdf5_iterate_links(hid_t group, chdf5_name_visitor visit, void *context) {
  chdf5_visit data = {visit, context};
  hsize_t position = 0;
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, &position, chdf5_visit_link, &data);
}

static herr_t chdf5_visit_attribute(
    hid_t object, const char *name, const H5A_info_t *info, void *data) {
  chdf5_visit *visit = (chdf5_visit *)data;
  (void)object;
  (void)info;
  return visit->visit(name, visit->context);
}

static inline herr_t chdf5_iterate_attributes(
    hid_t object, chdf5_name_visitor visit, void *context) {
  chdf5_visit data = {visit, context};
  hsize_t position = 0;
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, &position, chdf5_visit_attribute, &data);
}

// An external link is never followed through an access list that went through here, not even
// from a soft link that points at one.
static herr_t chdf5_refuse_external_link(
    const char *parent_file, const char *parent_group, const char *file, const char *object,
    unsigned *flags, hid_t access, void *data) {
  (void)parent_file;
  (void)parent_group;
  (void)file;
  (void)object;
  (void)flags;
  (void)access;
  (void)data;
  return -1;
}

static inline herr_t chdf5_refuse_external_links(hid_t access) {
  return H5Pset_elink_cb(access, chdf5_refuse_external_link, NULL);
}

// Chunks: version 2 of the library adds the buffer's size to H5Dread_chunk. An address has another
// type in each version.

static inline herr_t chdf5_chunk_address(
    hid_t dataset, const hsize_t *offset, uint64_t *address) {
  unsigned filter_mask;
  haddr_t found = HADDR_UNDEF;
  hsize_t bytes;
  herr_t status = H5Dget_chunk_info_by_coord(dataset, offset, &filter_mask, &found, &bytes);
  *address = (uint64_t)found;
  return status;
}

static inline herr_t chdf5_read_chunk(
    hid_t dataset, const hsize_t *offset, uint32_t *filter_mask, void *memory, size_t bytes) {
#if H5_VERS_MAJOR >= 2
  return H5Dread_chunk(dataset, H5P_DEFAULT, offset, filter_mask, memory, &bytes);
#else
  (void)bytes;
  return H5Dread_chunk(dataset, H5P_DEFAULT, offset, filter_mask, memory);
#endif
}

#endif

enum HDF5Placeholder {}

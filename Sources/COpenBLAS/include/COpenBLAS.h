// OpenBLAS

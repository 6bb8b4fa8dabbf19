#pragma once

/// The number of CPUs that the calling process may run on; 0 when the kernel does not say.
int lockstep_affinity_count(void);
